/** The look of every menu; the behaviour is Base UI's. */
export const menuPopupClass = 'min-w-44 max-w-[calc(100vw-24px)] rounded-lg border border-line bg-surface p-1 shadow-sheet outline-none max-h-[70dvh] overflow-y-auto';
export const menuItemClass = 'flex min-h-11 md:min-h-8 cursor-default items-center gap-2 rounded px-3 text-sm text-ink outline-none select-none data-highlighted:bg-accent-soft data-disabled:text-ink-3';
