'use client';

import clsx from 'clsx';
import { useId } from 'react';

/** A labelled choice of few; the browser's own control, because it is right on every phone. */
export function SelectField<V extends string>({
  label,
  labelHidden,
  value,
  options,
  onChoose,
  disabled,
  className,
}: {
  label: string;
  labelHidden?: boolean;
  value: V;
  options: readonly { value: V; name: string }[];
  onChoose: (value: V) => void;
  disabled?: boolean;
  className?: string;
}) {
  const id = useId();
  return (
    <div className={clsx('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className={labelHidden ? 'sr-only' : 'text-sm font-medium text-ink'}>
        {label}
      </label>
      <select
        id={id}
        disabled={disabled}
        value={value}
        onChange={(event) => onChoose(options.find((option) => option.value === event.target.value)?.value ?? value)}
        className="rounded border border-line-2 bg-surface px-2 min-h-11 md:min-h-9 text-sm text-ink disabled:opacity-55"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  );
}
