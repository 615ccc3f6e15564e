'use client';

import clsx from 'clsx';
import { type ComponentProps, useId } from 'react';
import { isComposingKey } from '../../shared/ui/text-field.tsx';

/** Some lines that a person types; Ctrl Enter sends them, and Enter alone is a line. */
export function TextArea({ label, hint, problem, onSend, ...rest }: ComponentProps<'textarea'> & { label: string; hint?: string; problem?: string | undefined; onSend?: () => void }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium text-ink">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        className={clsx('w-full resize-y rounded border bg-surface px-3 py-2 text-base text-ink placeholder:text-ink-3 md:text-sm', problem ? 'border-bad' : 'border-line-2')}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem || hint ? `${id}-more` : undefined}
        onKeyDown={(event) => {
          if (isComposingKey(event) || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          onSend?.();
        }}
        {...rest}
      />
      {(problem || hint) && (
        <p id={`${id}-more`} className={clsx('m-0 text-xs', problem ? 'text-bad' : 'text-ink-2')} {...(problem ? { role: 'alert' } : {})}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}
