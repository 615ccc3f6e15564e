'use client';

import { type ComponentProps, useId } from 'react';
import { isComposingKey } from '../../shared/ui/text-field.tsx';

/** Some lines that a person types; Ctrl Enter sends them, and Enter alone is a line. */
export function TextArea({ label, hint, onSend, ...rest }: ComponentProps<'textarea'> & { label: string; hint?: string; onSend?: () => void }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium text-ink">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        className="w-full resize-y rounded border border-line-2 bg-surface px-3 py-2 text-base text-ink placeholder:text-ink-3 md:text-sm"
        aria-describedby={hint ? `${id}-more` : undefined}
        onKeyDown={(event) => {
          if (isComposingKey(event) || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          onSend?.();
        }}
        {...rest}
      />
      {hint && (
        <p id={`${id}-more`} className="m-0 text-xs text-ink-2">
          {hint}
        </p>
      )}
    </div>
  );
}
