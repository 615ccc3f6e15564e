import type { AssistTask, BriefItem, Feature, TextSpan } from '@cowrite/contract';
import type { Reader } from '../answers/reader.ts';
import { unmarked } from './fence.ts';

type TaskOf<F extends Feature> = Extract<AssistTask, { feature: F }>;

/** How one feature is told to a model, and how its answer is read. Pure: what is sent depends on the task and the brief alone. */
export interface Telling<F extends Feature> {
  /** What holds for this feature beside the house's rules. */
  rules: string;
  /** What is asked. `items` are in the order in which the model is told them. */
  request(task: TaskOf<F>, items: readonly BriefItem[]): string;
  reader(task: TaskOf<F>, items: readonly BriefItem[]): Reader;
  /** Whether its reader may ask once more when the answer is over; what that takes is held back from the limits too. */
  mayAskAgain?(task: TaskOf<F>, items: readonly BriefItem[]): boolean;
  /** The longest answer, in tokens. */
  tokensOut: number;
  /** How much is told at most, in tokens; what may not be left out is told beyond it. */
  tokensIn: number;
}

/**
 * The item that a task about a passage is about, and its place. Its words decide, since what stands around it is told as well: it says
 * what the span says, or ends as it does where only the end matters; of several, the one that stands nearest to where it stood.
 */
export function passageOf({ documentId, from, quote }: TextSpan, items: readonly BriefItem[]): { item: BriefItem; place: number } | null {
  const texts = items.map((item, at) => ({ item, place: at + 1 })).filter(({ item }) => item.layer === 'text');
  const same = texts.filter(({ item }) => item.text === quote);
  const ending = texts.filter(({ item }) => item.text.endsWith(quote) || quote.endsWith(item.text));
  const away = ({ item: { source } }: (typeof texts)[number]): number => (source === null || source.documentId !== documentId ? Infinity : Math.abs(source.from - from));
  return (same.length > 0 ? same : ending.length > 0 ? ending : texts).toSorted((a, b) => away(a) - away(b))[0] ?? null;
}

/** What the writer added in words of their own. */
export const wish = (instruction: string | undefined): string => (instruction === undefined || instruction === '' ? '' : `\n작가의 말: ${unmarked(instruction)}`);
