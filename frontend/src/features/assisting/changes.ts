import { diffArrays } from 'diff';

/** A stretch of a rewriting: as it was, taken away, or new. */
export interface Change {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

/** Words with the space after them, marks by themselves: what a reader of Korean sees as one change. */
const TOKENS = /\s+|[^\s\p{P}]+|\p{P}/gu;

/** What a rewriting takes away and brings, in reading order. */
export const changesOf = (before: string, after: string): Change[] =>
  diffArrays(before.match(TOKENS) ?? [], after.match(TOKENS) ?? []).map(({ value, added, removed }) => ({ kind: added ? 'new' : removed ? 'gone' : 'same', text: value.join('') }));
