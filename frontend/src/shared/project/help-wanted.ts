import type { Feature } from '@cowrite/contract';
import { useSyncExternalStore } from 'react';

let wanted: Feature | null = null;
const listeners = new Set<() => void>();

function say(next: Feature | null): void {
  wanted = next;
  for (const listener of listeners) listener();
}

/** Says, where the text is, what someone wants help with; what stands beside the text hears it and asks them on. Nothing is sent. */
export const wantHelp = (feature: Feature): void => say(feature);

/** Somebody took it up. */
export const helpTaken = (): void => say(null);

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What is wanted and was not taken up yet. */
export const useHelpWanted = (): Feature | null =>
  useSyncExternalStore(
    subscribe,
    () => wanted,
    () => null,
  );
