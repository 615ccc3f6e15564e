import { VariantsReader } from '../answers/variants.ts';
import type { BriefItem } from '@cowrite/contract';
import type { ModelCall } from '../models/model-provider.ts';
import { fenced } from './fence.ts';
import { callOf } from './packet.ts';
import type { Telling } from './telling.ts';

export const REQUEST = '본문 자료를 차례대로 간추려 줘.';

export const summarising: Telling<'summarise'> = {
  rules: `간추리는 법
- 일어난 일만 일어난 차례로 쓴다. 감상과 평가, 앞일의 짐작을 쓰지 않는다.
- 누가 무엇을 알게 되었는지, 무엇이 달라졌는지, 풀리지 않고 남은 것이 무엇인지를 빠뜨리지 않는다.
- 이름과 숫자는 자료에 있는 그대로 쓴다. 현재 시제의 짧은 문장으로, 다섯 문장 안으로 쓴다.`,
  request: () => REQUEST,
  reader: () => new VariantsReader(1),
  tokensOut: 1_500,
  tokensIn: 60_000,
};

/** So many summaries are gathered into one. */
export const GATHERED = 24;

/** Every scene by itself, so that one that did not change is not asked about again. What is known of the work is told each time. */
export function sceneCalls({ title, rules, items, tokensMax }: { title: string; rules: string; items: readonly BriefItem[]; tokensMax: number }): ModelCall[] {
  const known = items.filter(({ layer }) => layer === 'work' || layer === 'facts');
  return items.filter(({ layer }) => layer === 'text').map((scene) => callOf({ title, rules, request: REQUEST, items: [...known, scene], tokensMax }));
}

/** Several summaries, made into one. They are the machine's words, and data like any other. */
export const gatheringCall = ({ system, tokensMax }: ModelCall, summaries: readonly string[]): ModelCall => ({
  system,
  user: { stable: '', rest: `${summaries.map((summary, at) => fenced(String(at + 1), '차례대로 간추린 것', summary)).join('')}부탁\n이어지는 요약들을 하나로 간추려 줘. 앞에서 풀린 일은 줄이고, 남은 일은 빠뜨리지 말아 줘.` },
  tokensMax,
});

/** How many calls a summary of so many scenes takes. */
export function callsOf(scenes: number): number {
  let calls = scenes;
  for (let left = scenes; left > 1; left = Math.ceil(left / GATHERED)) calls += Math.ceil(left / GATHERED);
  return calls;
}
