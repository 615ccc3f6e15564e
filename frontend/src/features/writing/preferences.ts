import { useSyncExternalStore } from 'react';
import { ALL_AIDS, type TypingAids } from './typing-aids.ts';

/** How one person likes the page to look and to help; kept in this browser. */
export interface WritingPreferences {
  face: 'serif' | 'sans';
  /** Null follows the work's own setting. */
  paragraphs: 'indent' | 'spaced' | null;
  sizePx: number;
  aids: TypingAids;
  focus: boolean;
  typewriter: boolean;
}

const KEY = 'cowrite.writing';
const DEFAULTS: WritingPreferences = { face: 'serif', paragraphs: null, sizePx: 17, aids: ALL_AIDS, focus: false, typewriter: false };

let current: WritingPreferences | undefined;
const listeners = new Set<() => void>();

function read(): WritingPreferences {
  if (current) return current;
  try {
    current = { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<WritingPreferences>) };
  } catch {
    // Unreadable preferences are no preferences.
    current = DEFAULTS;
  }
  return current;
}

export function setPreferences(change: Partial<WritingPreferences>): void {
  current = { ...read(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // They last as long as the page then.
  }
  for (const listener of listeners) listener();
}

export const writingPreferences = read;

export const useWritingPreferences = (): WritingPreferences =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read,
    () => DEFAULTS,
  );
