import clsx from 'clsx';
import type { ComponentProps } from 'react';

export type ButtonLook = 'primary' | 'quiet' | 'outline' | 'danger';

const LOOKS: Record<ButtonLook, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover border border-transparent',
  outline: 'bg-surface text-ink border border-line-2 hover:bg-accent-soft',
  quiet: 'text-ink-2 hover:text-ink hover:bg-accent-soft border border-transparent',
  danger: 'bg-surface text-bad border border-bad hover:bg-bad-soft',
};

/** The classes of a button, for links that look like one. Targets are at least 44 px on a phone. */
export const buttonClass = (look: ButtonLook, className?: string) =>
  clsx(
    'button inline-flex items-center justify-center gap-2 rounded min-h-11 md:min-h-9 text-sm font-medium no-underline whitespace-nowrap transition-colors duration-150 disabled:opacity-55 disabled:cursor-not-allowed',
    LOOKS[look],
    className,
  );

export function Button({ look = 'outline', className, type = 'button', ...rest }: ComponentProps<'button'> & { look?: ButtonLook }) {
  return <button type={type} className={buttonClass(look, className)} {...rest} />;
}

/** A button that is only an icon: its name is read out and shown on hover. */
export function IconButton({ label, className, type = 'button', ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={clsx(
        'inline-flex items-center justify-center rounded size-11 md:size-8 text-ink-2 hover:text-ink hover:bg-accent-soft aria-pressed:bg-accent-soft aria-pressed:text-accent disabled:opacity-45 disabled:cursor-not-allowed',
        className,
      )}
      {...rest}
    />
  );
}
