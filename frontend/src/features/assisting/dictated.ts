import { Problem, PROBLEMS } from '@cowrite/contract';

/** Whether a recording, or a line that was to be spoken, was sent to the provider, as far as a failure says; null when nobody here can know. */
export function hasLeft(failure: unknown): boolean | null {
  if (!(failure instanceof Problem)) return null;
  const { left } = failure.details;
  if (typeof left === 'boolean') return left;
  // What is refused is refused before anything is sent.
  return PROBLEMS[failure.code].status < 500 ? false : null;
}

/** A note with something more said in it; null when there is no room. */
export function withMore(note: string, more: string, most: number): string | null {
  const joined = note.trim() === '' ? more : `${note.trimEnd()}\n\n${more}`;
  return joined.length > most ? null : joined;
}
