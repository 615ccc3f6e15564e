import type { AssistTask, BriefItem, Feature } from '@cowrite/contract';
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
  /** The longest answer, in tokens. */
  tokensOut: number;
  /** How much is told at most, in tokens; what may not be left out is told beyond it. */
  tokensIn: number;
}

/** The item that a task about a passage is about: the one that stands where the passage does, or else the last of the text. */
export function passageOf(span: { documentId: string; from: number; to: number }, items: readonly BriefItem[]): { item: BriefItem; place: number } | null {
  const texts = items.map((item, at) => ({ item, place: at + 1 })).filter(({ item }) => item.layer === 'text');
  return texts.find(({ item: { source } }) => source !== null && source.documentId === span.documentId && source.from === span.from && source.to === span.to) ?? texts.at(-1) ?? null;
}

/** What the writer added in words of their own. */
export const wish = (instruction: string | undefined): string => (instruction === undefined || instruction === '' ? '' : `\n작가의 말: ${unmarked(instruction)}`);
