import type { AssistTask, BriefItem, Feature } from '@cowrite/contract';
import type { Reader } from '../answers/reader.ts';
import { asking } from './ask.ts';
import { continuing } from './continue.ts';
import { comparingEndings, endingsActs } from './endings.ts';
import { forecastActs, forecasting } from './forecast.ts';
import { expanding, rewriting, shortening, styling } from './one-text.ts';
import { reacting } from './react.ts';
import type { Act, Whole } from './readings.ts';
import { researching } from './research.ts';
import { scripting } from './script.ts';
import { simulating } from './simulate.ts';
import { storyboarding } from './storyboard.ts';
import { summarising } from './summarise.ts';
import type { Telling } from './telling.ts';
import { translating } from './translate.ts';

const TELLINGS: { [F in Feature]: Telling<F> } = {
  continue: continuing,
  rewrite: rewriting,
  style: styling,
  expand: expanding,
  shorten: shortening,
  translate: translating,
  storyboard: storyboarding,
  script: scripting,
  ask: asking,
  summarise: summarising,
  simulate: simulating,
  react: reacting,
  research: researching,
  forecast: forecasting,
  endings: comparingEndings,
};

/** How a task is told, with its task already in it. */
export interface Told {
  rules: string;
  tokensOut: number;
  tokensIn: number;
  request(items: readonly BriefItem[]): string;
  reader(items: readonly BriefItem[]): Reader;
  mayAskAgain(items: readonly BriefItem[]): boolean;
}

export function tellingOf(task: AssistTask): Told {
  // The table gives each feature the telling of its own task, which the compiler cannot follow through a union.
  const telling = TELLINGS[task.feature] as Telling<Feature>;
  return {
    rules: telling.rules,
    tokensOut: telling.tokensOut,
    tokensIn: telling.tokensIn,
    request: (items) => telling.request(task, items),
    reader: (items) => telling.reader(task, items),
    mayAskAgain: (items) => telling.mayAskAgain?.(task, items) ?? false,
  };
}

/** What is asked of imagined readers, act by act; null for every other task. `request` is what is asked. */
export function actsOf(task: AssistTask, request: string, whole: Whole): Act[] | null {
  if (task.feature === 'forecast') return forecastActs(request, whole);
  return task.feature === 'endings' ? endingsActs(task, whole) : null;
}
