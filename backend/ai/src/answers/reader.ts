import type { AssistResult } from '@cowrite/contract';

/** What of an answer can be shown already. */
export type Heard = { type: 'text'; at: number; text: string } | { type: 'part'; part: unknown };

/** Takes an answer as it comes, in pieces that are cut anywhere. Pure: the same pieces, the same result. */
export interface Reader {
  push(text: string): Heard[];
  /** A step of long work is over: all that was said to what is called `key`. `isReused`: it was said before, to the same. */
  step?(step: { key: string; said: string; isReused: boolean }): Heard[];
  /** The first answer is over. `request`: what is asked once more, of the same items; null when the answer will do. Told at most once. */
  again?(): { heard: Heard[]; request: string | null };
  /** The answer is over. `dropped`: how many rows or sentences did not stand. */
  end(): { heard: Heard[]; result: AssistResult; dropped: number };
}
