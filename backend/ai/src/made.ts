import { type AssistTask, type BriefItem, type Packet, type PacketId, Problem, type Provider, type StoryBrief } from '@cowrite/contract';
import type { Makers } from './makers.ts';
import type { ModelCall } from './models/model-provider.ts';
import { callOf, hashOfAll, selected } from './prompts/packet.ts';
import { callsOf, gatheringCall, GATHERED, sceneCalls } from './prompts/summarise.ts';
import { tellingOf } from './prompts/tellings.ts';

/** A packet as this service keeps it: what was shown, and what is sent. */
export interface Made {
  task: AssistTask;
  provider: Provider;
  /** Who takes over when that one fails, in their order. */
  also: Provider[];
  model: string;
  rules: string;
  request: string;
  items: (BriefItem & { tokens: number })[];
  dropped: StoryBrief['dropped'];
  withheld: StoryBrief['withheld'];
  call: ModelCall;
  /** Long work: a call for each scene first, and then `call` for what comes of them; otherwise null. */
  scenes: ModelCall[] | null;
  hash: string;
  tokensIn: number;
  tokensExact: boolean;
  /** With the longest answers, and with what may be asked once more. */
  tokensMost: number;
  costMost: number | null;
  cacheAnswers: boolean;
  keepTexts: boolean;
}

/** Room for a model that thinks before it speaks. */
const THINKING_TOKENS = 2_000;
/** A packet larger than this is no help for anybody, and most models do not take it. */
const TOKENS_MAX = 120_000;

/** Turns a task and what core lets be told into what is sent. @throws Problem `too-large` */
export function made(task: AssistTask, brief: StoryBrief, makers: Makers, without: readonly string[]): Made {
  const told = tellingOf(task);
  const model = makers.model(brief.provider);
  const count = (text: string): number => model.countTokens(text).tokens;
  const { kept, dropped } = selected(
    brief.items.filter(({ id }) => !without.includes(id)),
    { tokensIn: told.tokensIn, count },
  );
  const request = told.request(kept);
  const tokensMax = told.tokensOut + THINKING_TOKENS;
  const whole = { title: brief.title, rules: told.rules, items: kept, tokensMax };
  const scenes = task.feature === 'summarise' && kept.filter(({ layer }) => layer === 'text').length > 1 ? sceneCalls(whole) : null;
  const call = scenes === null ? callOf({ ...whole, request }) : gatheringCall(scenes[0]!, []);
  const sizes = (scenes ?? [call]).map(({ system, user }) => count(system) + count(user.stable + user.rest));
  if (sizes.some((size) => size > TOKENS_MAX)) throw new Problem('too-large', { limit: `${TOKENS_MAX} tokens` });
  const gatherings = scenes === null ? 0 : callsOf(scenes.length) - scenes.length;
  // What is gathered are answers, each as long as an answer may be.
  const tokensIn = sizes.reduce((sum, size) => sum + size, 0) + gatherings * GATHERED * told.tokensOut;
  const tokensOutMost = (sizes.length + gatherings) * tokensMax;
  // Asked once more, the same items go out again, and with them what was answered.
  const again = told.mayAskAgain(kept) ? { in: tokensIn + told.tokensOut, out: tokensMax } : { in: 0, out: 0 };
  const also = brief.also.filter((provider) => makers.has(provider));
  const costs = [brief.provider, ...also].map((provider) => makers.cost(provider, { tokensIn: tokensIn + again.in, tokensOut: tokensOutMost + again.out }));
  return {
    task,
    provider: brief.provider,
    also,
    model: model.model,
    rules: call.system,
    request,
    items: kept,
    dropped: [...brief.dropped, ...dropped],
    withheld: brief.withheld,
    call,
    scenes,
    hash: hashOfAll(scenes ?? [call]),
    tokensIn,
    tokensMost: tokensIn + tokensOutMost + again.in + again.out,
    tokensExact: model.countTokens('').exact,
    costMost: costs.reduce((most, cost) => (most === null || cost === null ? null : Math.max(most, cost))),
    cacheAnswers: brief.cacheAnswers,
    keepTexts: brief.keepTexts,
  };
}

/** A packet as its asker sees it. */
export const shown = (id: PacketId, { hash, provider, model, rules, request, items, dropped, withheld, tokensIn, tokensExact, costMost }: Made, { currency, expiresAt }: { currency: string; expiresAt: Date }): Packet => ({
  id,
  hash,
  provider,
  model,
  rules,
  request,
  items,
  dropped,
  withheld,
  tokens: tokensIn,
  tokensExact,
  costMost,
  currency,
  expiresAt: expiresAt.toISOString(),
});
