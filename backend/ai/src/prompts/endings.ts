import { type AssistResult, type AssistTask, type BriefItem, FORECAST_READERS, type SimulatedReader } from '@cowrite/contract';
import { createHash } from 'node:crypto';
import { LinesReader } from '../answers/lines.ts';
import type { Reader } from '../answers/reader.ts';
import { differenceOf, shareOf } from '../answers/shares.ts';
import { callOf } from './packet.ts';
import { type Act, episodesIn, ofWork, READER_RULES, readerIn, REMEMBERED, summaryAct, type Whole } from './readings.ts';
import { readersOf, readersTold } from './readers.ts';
import { type Telling, wish } from './telling.ts';

type Task = Extract<AssistTask, { feature: 'endings' }>;
type Which = 'now' | 'other';
/** How the two are called, by which is read first: nothing says which of them stands in the manuscript. */
const NAMES = ['가', '나'] as const;

export const comparingEndings: Telling<'endings'> = {
  rules: `${READER_RULES}
- 같은 화에 끝이 두 가지 있다: "끝 가"와 "끝 나". 독자마다 두 끝을 적힌 차례로 따로 읽고, 저마다 그 끝으로 화가 끝났다고 치고 정한다.
- 한 줄이 한 사람의 한 끝이고, 하나도 빠뜨리지 않는다: {"reader":독자의 번호,"ending":"가" 또는 "나","next":이어 읽으면 true, 아니면 false,"why":"까닭 한 문장","expects":"다음 화에 기대하는 것. 없으면 null","item":자료 번호,"quote":"그렇게 정하게 한 대목을 그대로 옮긴 말"}`,
  request: ({ readers }, items) => requestOf(readers, items, undefined),
  reader: (task, items) => new EndingsReader(task, items),
  tokensOut: 2_500,
  tokensIn: 400_000,
};

const requestOf = (readers: string | undefined, items: readonly BriefItem[], only: readonly number[] | undefined): string =>
  `본문 자료를 두 끝으로 읽은 독자 ${only?.length ?? FORECAST_READERS}명이 끝마다 다음 화를 이어 읽을지 써 줘.${wish(readers === undefined ? undefined : `이런 독자들 가운데서: ${readers}`)}\n${readersTold(readersOf(items), only)}`;

const isOf = (which: Which | 'until', item: BriefItem): boolean => item.layer === 'text' && item.id.startsWith(`${which}-`);

/** What those read who read `first` first: the two endings by names that tell nothing of where they come from. */
function itemsOf(items: readonly BriefItem[], first: Which): BriefItem[] {
  const order: Which[] = first === 'now' ? ['now', 'other'] : ['other', 'now'];
  return [...ofWork(items), ...items.filter((item) => isOf('until', item)), ...order.flatMap((which, at) => items.filter((item) => isOf(which, item)).map((item) => ({ ...item, title: `끝 ${NAMES[at]!}` })))];
}

/** The seed of a comparison: what was asked for, or what the two texts come to, so that the same comparison is the same request. */
function seedOf({ seed }: Task, items: readonly BriefItem[]): number {
  if (seed !== undefined) return seed;
  const texts = (['now', 'other'] as const).map((which) => items.filter((item) => isOf(which, item)).map(({ text }) => text));
  return createHash('sha256').update(JSON.stringify(texts)).digest().readUInt32BE(0);
}

/** Who reads which ending first, half of them each, as the seed draws them. */
export function drawn(seed: number): Record<Which, number[]> {
  const numbers = Array.from({ length: FORECAST_READERS }, (_, at) => at + 1);
  let state = seed;
  // mulberry32; then Fisher and Yates.
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let at = numbers.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [numbers[at], numbers[other]] = [numbers[other]!, numbers[at]!];
  }
  const sorted = (some: readonly number[]): number[] => some.toSorted((a, b) => a - b);
  return { now: sorted(numbers.slice(0, FORECAST_READERS / 2)), other: sorted(numbers.slice(FORECAST_READERS / 2)) };
}

/** Summaries of what came before, then the two halves of the readers. Nothing when an ending was taken out. */
export function endingsActs(task: Task, whole: Whole): Act[] {
  if (!(['now', 'other'] as const).every((which) => whole.items.some((item) => isOf(which, item)))) return [];
  const earlier = episodesIn(whole.items.filter(({ layer }) => layer === 'recap')).slice(-REMEMBERED);
  const halves = drawn(seedOf(task, whole.items));
  const readings = (['now', 'other'] as const).map((first): Act => {
    const request = requestOf(task.readers, whole.items, halves[first]);
    return { kind: 'reading', key: first, remembers: earlier.map(({ nodeId }) => nodeId), request, call: callOf({ ...whole, request, items: itemsOf(whole.items, first) }) };
  });
  return [...earlier.map((episode) => summaryAct(whole, episode)), ...readings];
}

/** Hears both halves, and sets side by side what each reader says of the two. A reader of whom one of both does not stand is of no comparison. */
class EndingsReader implements Reader {
  readonly #items: readonly BriefItem[];
  readonly #seed: number;
  readonly #said = new Map<number, Partial<Record<Which, SimulatedReader>> & { first: Which }>();
  readonly #reused: boolean[] = [];
  #dropped = 0;

  constructor(task: Task, items: readonly BriefItem[]) {
    this.#items = items;
    this.#seed = seedOf(task, items);
  }

  push() {
    return [];
  }

  step({ key, said, isReused }: { key: string; said: string; isReused: boolean }) {
    const first: Which = key === 'now' ? 'now' : 'other';
    const items = itemsOf(this.#items, first);
    const asked = new Set(drawn(this.#seed)[first]);
    const order: Which[] = first === 'now' ? ['now', 'other'] : ['other', 'now'];
    const lines = new LinesReader(
      (value) => {
        const which = order[NAMES.indexOf(value['ending'] as '가')];
        const one = which === undefined ? null : readerIn(value, items, asked);
        if (one === null || which === undefined) return null;
        const known = this.#said.get(one.reader) ?? { first };
        if (known[which] !== undefined) return null;
        this.#said.set(one.reader, { ...known, [which]: one });
        return one;
      },
      () => null,
    );
    lines.push(said);
    this.#dropped += lines.end().dropped;
    this.#reused.push(isReused);
    return [];
  }

  end() {
    const said = [...this.#said].flatMap(([reader, { first, now, other }]) => (now === undefined || other === undefined ? [] : [{ reader, first, now, other }])).toSorted((a, b) => a.reader - b.reader);
    const result: AssistResult = {
      kind: 'endings',
      simulation: true,
      readers: [...readersOf(this.#items)],
      seed: this.#seed,
      now: shareOf(said.map(({ now }) => now.readOn)),
      other: shareOf(said.map(({ other }) => other.readOn)),
      difference: differenceOf(said.map(({ now, other }) => ({ now: now.readOn, other: other.readOn }))),
      said,
      reused: this.#reused.length > 0 && this.#reused.every(Boolean),
      unread: this.#dropped,
    };
    return { heard: [], result, dropped: this.#dropped };
  }
}
