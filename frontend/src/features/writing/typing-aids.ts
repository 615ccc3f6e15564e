export interface TypingAids {
  /** Straight quotes become “ ” and ‘ ’. */
  quotes: boolean;
  /** Three dots become the six of Korean prose, two hyphens a dash. */
  punctuation: boolean;
}

export const ALL_AIDS: TypingAids = { quotes: true, punctuation: true };

/** What to put in place of the last `remove` characters and the one being typed. */
export interface Aid {
  remove: number;
  insert: string;
}

const OPENS_AFTER = /[\s([{<〈《「『【“‘—–-]$|^$/u;

/**
 * The replacement for `typed` after `before` (the text of the block up to the caret), or null when the character stays
 * as typed. Never asked while an input method composes.
 */
export function aidFor(before: string, typed: string, aids: TypingAids): Aid | null {
  if (aids.quotes && typed === '"') return { remove: 0, insert: OPENS_AFTER.test(before) ? '“' : '”' };
  if (aids.quotes && typed === "'") return { remove: 0, insert: OPENS_AFTER.test(before) ? '‘' : '’' };
  if (aids.punctuation && typed === '.' && /(^|[^.])\.\.$/.test(before)) return { remove: 2, insert: '……' };
  if (aids.punctuation && typed === '-' && /(^|[^-])-$/.test(before)) return { remove: 1, insert: '—' };
  return null;
}
