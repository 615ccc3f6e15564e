'use client';

import { Dialog } from '@base-ui/react/dialog';
import clsx from 'clsx';
import type { RefObject } from 'react';

/** A dialog over the page: trapped focus, Esc closes, focus goes back to where it was. */
export function Sheet({
  open,
  onClose,
  title,
  children,
  wide,
  initialFocus,
  description,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  children: React.ReactNode;
  wide?: boolean;
  initialFocus?: RefObject<HTMLElement | null>;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[#1d1b18]/40 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup
          {...(initialFocus ? { initialFocus } : {})}
          className={clsx(
            'fixed z-50 left-1/2 top-[12dvh] max-h-[80dvh] w-[calc(100vw-32px)] -translate-x-1/2 overflow-y-auto rounded-lg border border-line bg-surface p-6 shadow-sheet transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0',
            wide ? 'max-w-2xl' : 'max-w-md',
          )}
        >
          <Dialog.Title className="m-0 mb-1 text-lg font-semibold">{title}</Dialog.Title>
          {description && <Dialog.Description className="m-0 text-sm text-ink-2">{description}</Dialog.Description>}
          <div className="mt-4">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
