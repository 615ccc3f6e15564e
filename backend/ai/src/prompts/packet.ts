import type { BriefItem, Layer, StoryBrief } from '@cowrite/contract';
import { createHash } from 'node:crypto';
import type { ModelCall } from '../models/model-provider.ts';
import { fenced, fencedItems, unmarked } from './fence.ts';
import { HOUSE_RULES } from './house.ts';

/** From what changes least to what changes with every key. */
const ORDER: readonly Layer[] = ['work', 'facts', 'recap', 'passages', 'plan', 'text'];
/** The layers that stay the same from one call to the next. */
const STABLE: ReadonlySet<Layer> = new Set(['work', 'facts']);
/** What is left out first when there is no room, each from its end; the others never are. */
const LEFT_OUT: readonly Layer[] = ['passages', 'recap', 'facts'];

type Counting = (text: string) => number;

/** The order in which a model is told items, as many as there is room for; `tokens` is what each takes. */
export function selected(items: readonly BriefItem[], { tokensIn, count }: { tokensIn: number; count: Counting }): { kept: (BriefItem & { tokens: number })[]; dropped: StoryBrief['dropped'] } {
  const counted = ORDER.flatMap((layer) => items.filter((item) => item.layer === layer)).map((item) => ({ ...item, tokens: count(fencedItems([item])) }));
  let room = tokensIn - counted.reduce((sum, { tokens }) => sum + tokens, 0);
  const out = new Set<string>();
  for (const layer of LEFT_OUT)
    for (const item of counted.filter((each) => each.layer === layer).toReversed()) {
      if (room >= 0) break;
      room += item.tokens;
      out.add(item.id);
    }
  return { kept: counted.filter(({ id }) => !out.has(id)), dropped: counted.filter(({ id }) => out.has(id)).map(({ id, layer, title }) => ({ id, layer, title })) };
}

/** What is sent: rules, then the items from the stable to the volatile, then what is asked. `items` as `selected` ordered them. */
export function callOf({ title, rules, request, items, tokensMax }: { title: string; rules: string; request: string; items: readonly BriefItem[]; tokensMax: number }): ModelCall {
  const stable = items.filter(({ layer }) => STABLE.has(layer));
  return {
    system: `${HOUSE_RULES}\n\n${rules}`,
    user: { stable: `작품: ${unmarked(title).replaceAll(/\s+/g, ' ')}\n\n${fencedItems(stable)}`, rest: `${fencedItems(items.slice(stable.length), stable.length)}부탁\n${request}` },
    tokensMax,
  };
}

/** The same items with something else asked of them: `request` is what `call` asks. */
export const askedAgain = (call: ModelCall, request: string, again: string): ModelCall => ({ ...call, user: { stable: call.user.stable, rest: call.user.rest.slice(0, call.user.rest.length - request.length) + again } });

/** The same items and the same request, with what was said so far: the model's own words, and data like any other. */
export const wentOn = (call: ModelCall, request: string, said: string): ModelCall => ({
  ...call,
  user: {
    stable: call.user.stable,
    rest: `${call.user.rest.slice(0, call.user.rest.length - `부탁\n${request}`.length)}${fenced('답', '여기까지 쓰고 끊긴 답', said)}부탁\n${request}\n자료 답은 이 부탁에 네가 쓰다가 길이 한도에서 끊긴 답이다. 끊긴 곳 바로 뒤부터 이어서만 쓴다. 이미 쓴 것을 되풀이하지 않는다.`,
  },
});

/** SHA-256 of the messages as they go out; of several calls, of their hashes. */
export const hashOfAll = (calls: readonly ModelCall[]): string => (calls.length === 1 ? hashOf(calls[0]!) : createHash('sha256').update(calls.map(hashOf).join('')).digest('hex'));

export const hashOf = ({ system, user }: Pick<ModelCall, 'system' | 'user'>): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        { role: 'system', text: system },
        { role: 'user', text: user.stable + user.rest },
      ]),
    )
    .digest('hex');
