'use client';

import clsx from 'clsx';
import { type ComponentProps, type KeyboardEvent, useId } from 'react';

/**
 * Whether a key belongs to an input method that is still composing. Safari ends the composition before the key, so the
 * old code 229 is asked too.
 */
export const isComposingKey = (event: Pick<KeyboardEvent, 'nativeEvent' | 'keyCode'>): boolean => event.nativeEvent.isComposing || event.keyCode === 229;

interface Own {
  label: string;
  /** Hides the label from sight, not from readers. */
  labelHidden?: boolean;
  problem?: string | undefined;
  hint?: React.ReactNode;
  onEnter?: () => void;
  onEscape?: () => void;
}

/** The one line a person types anywhere: labelled, with what is wrong beside it, and deaf to Enter while composing. */
export function TextField({ label, labelHidden, problem, hint, onEnter, onEscape, className, id, onKeyDown, ...rest }: ComponentProps<'input'> & Own) {
  const made = useId();
  const fieldId = id ?? made;
  return (
    <div className={clsx('flex flex-col gap-1.5', className)}>
      <label htmlFor={fieldId} className={labelHidden ? 'sr-only' : 'text-sm font-medium text-ink'}>
        {label}
      </label>
      <input
        id={fieldId}
        className={clsx('w-full rounded border bg-surface px-3 min-h-11 md:min-h-10 text-base md:text-sm text-ink placeholder:text-ink-3', problem ? 'border-bad' : 'border-line-2')}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem || hint ? `${fieldId}-more` : undefined}
        onKeyDown={(event) => {
          if (isComposingKey(event)) {
            // The Enter that ends a syllable must not send the form.
            if (event.key === 'Enter') event.preventDefault();
            return;
          }
          if (event.key === 'Enter' && onEnter) {
            event.preventDefault();
            onEnter();
          }
          if (event.key === 'Escape' && onEscape) {
            event.stopPropagation();
            onEscape();
          }
          onKeyDown?.(event);
        }}
        {...rest}
      />
      {(problem || hint) && (
        <p id={`${fieldId}-more`} className={clsx('text-xs', problem ? 'text-bad' : 'text-ink-2')} {...(problem ? { role: 'alert' } : {})}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}
