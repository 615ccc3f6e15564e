import type { BriefItem } from '@cowrite/contract';
import { textIn } from '../answers/lines.ts';
import { citationOf } from '../answers/verify.ts';
import type { SimulatedReader } from '@cowrite/contract';
import type { ModelCall } from '../models/model-provider.ts';
import { fenced } from './fence.ts';
import { ROW_RULES } from './house.ts';
import { callOf } from './packet.ts';
import { REQUEST as SUMMARY_REQUEST, summarising } from './summarise.ts';

/** An episode is remembered by its summary, by so many that come after it. */
export const REMEMBERED = 8;
/** A summary of an episode, in tokens. */
export const SUMMARY_TOKENS = 400;

/** One thing that is asked of imagined readers, or for them: a summary of an episode, or what they say of one. */
export type Act =
  | { kind: 'summary'; key: string; title: string; request: string; call: ModelCall }
  /** `remembers`: the summaries that are told with it, which are not there before they are made. */
  | { kind: 'reading'; key: string; remembers: readonly string[]; request: string; call: ModelCall };

export interface Whole {
  title: string;
  items: readonly BriefItem[];
  /** What is asked of the readers. */
  rules: string;
  tokensMax: number;
  /** Room for a model that thinks before it speaks. */
  thinking: number;
}

export const READER_RULES = `${ROW_RULES}

독자가 되어 보는 법
- "독자들"에 적힌 사람이 저마다 본문 자료를 막 다 읽었다고 치고, 다음 화를 이어 읽을지 흉내 낸다. 작가의 기분을 살피지 않고, 칭찬하려 하지 않는다.
- 독자는 본문 자료까지만 읽었다. 그 뒤의 일을 아는 것처럼 쓰지 않는다. 앞 화를 간추린 자료는 읽은 기억일 뿐이고, 판단은 본문 자료로 한다.
- 독자끼리 뜻을 맞추지 않는다. 저마다 까닭이 다르다.`;

/** The items of an episode each, in their order. */
export function episodesIn(items: readonly BriefItem[]): { nodeId: string; title: string; items: BriefItem[] }[] {
  const episodes = new Map<string, { nodeId: string; title: string; items: BriefItem[] }>();
  for (const item of items) {
    if (item.episode === undefined) continue;
    const { nodeId, title } = item.episode;
    const known = episodes.get(nodeId) ?? { nodeId, title, items: [] };
    known.items.push(item);
    episodes.set(nodeId, known);
  }
  return [...episodes.values()];
}

export const ofWork = (items: readonly BriefItem[]): BriefItem[] => items.filter(({ layer }) => layer === 'work' || layer === 'facts');

/** What sums up an episode, for readers who read on. It is of that episode alone, so that no other one changes it. */
export function summaryAct({ title, thinking }: Whole, episode: { nodeId: string; title: string; items: readonly BriefItem[] }): Act {
  const request = SUMMARY_REQUEST;
  return { kind: 'summary', key: episode.nodeId, title: episode.title, request, call: callOf({ title, rules: summarising.rules, request, items: episode.items, tokensMax: SUMMARY_TOKENS + thinking }) };
}

/** Everything that acts are told and asked, each once: what a person is shown of them. */
export const shownOf = (acts: readonly Act[]): { rules: string; request: string } => ({
  rules: [...new Set(acts.map(({ call }) => call.system))].join(PARTED),
  request: [...new Set(acts.map(({ request }) => request))].join(PARTED),
});
const PARTED = '\n\n⁂\n\n';

/** The same call, told what its readers remember. These are the machine's words, and data like any other. */
export const remembering = (call: ModelCall, memories: readonly { title: string; text: string }[]): ModelCall => ({
  ...call,
  user: { stable: call.user.stable, rest: memories.map(({ title, text }, at) => fenced(`앞 ${at + 1}`, `앞 화를 간추린 것 ${title}`, text)).join('') + call.user.rest },
});

/** What stands of a line that a reader says. A quote that does not stand there is no reason to leave the reader out; its place is. */
export function readerIn({ reader, next, why, expects, item, quote }: Record<string, unknown>, items: readonly BriefItem[], asked: ReadonlySet<number>): SimulatedReader | null {
  const because = textIn(why, 600);
  if (typeof reader !== 'number' || !asked.has(reader) || typeof next !== 'boolean' || because === null) return null;
  return { reader, readOn: next, why: because, expects: textIn(expects, 600), place: citationOf(item, quote, items) };
}
