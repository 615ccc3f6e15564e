'use client';

import clsx from 'clsx';
import { useId } from 'react';

/** A choice to tick, or one of several to choose: its whole row is what a finger meets, and the browser's own input does the work. */
export function Choice({ kind, name, label, text, checked, onChange }: { kind: 'checkbox' | 'radio'; name?: string; label: string; text?: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const id = useId();
  return (
    <div className="relative flex min-h-11 items-start gap-3 rounded px-2 py-2.5 hover:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent md:min-h-9 md:py-2">
      <input
        id={id}
        type={kind}
        {...(name ? { name } : {})}
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        aria-describedby={text ? `${id}-text` : undefined}
        className="absolute inset-0 m-0 size-full cursor-pointer opacity-0"
      />
      <span
        aria-hidden
        className={clsx('mt-0.5 inline-flex size-4.5 shrink-0 items-center justify-center border', kind === 'radio' ? 'rounded-full' : 'rounded-sm', checked ? 'border-accent bg-accent text-accent-ink' : 'border-line-2 bg-surface')}
      >
        {checked &&
          (kind === 'radio' ? (
            <span className="size-2 rounded-full bg-accent-ink" />
          ) : (
            <svg viewBox="0 0 12 12" className="size-3" fill="none" stroke="currentColor" strokeWidth="2">
              <path d="M2.5 6.5 5 9l4.5-6" />
            </svg>
          ))}
      </span>
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm font-medium">
          {label}
        </label>
        {text && (
          <p id={`${id}-text`} className="m-0 text-sm text-ink-2">
            {text}
          </p>
        )}
      </div>
    </div>
  );
}
