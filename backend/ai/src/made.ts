import { type AssistTask, type BriefItem, type Packet, type PacketId, Problem, type Provider, type StoryBrief } from '@cowrite/contract';
import type { Houses } from './house-models.ts';
import type { ModelCall } from './models/model-provider.ts';
import { callOf, hashOf, selected } from './prompts/packet.ts';
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
  hash: string;
  tokensIn: number;
  tokensExact: boolean;
  costMost: number | null;
  cacheAnswers: boolean;
  keepTexts: boolean;
}

/** Room for a model that thinks before it speaks. */
const THINKING_TOKENS = 2_000;
/** A packet larger than this is no help for anybody, and most models do not take it. */
const TOKENS_MAX = 120_000;

/** Turns a task and what core lets be told into what is sent. @throws Problem `too-large` */
export function made(task: AssistTask, brief: StoryBrief, houses: Houses, without: readonly string[]): Made {
  const told = tellingOf(task);
  const model = houses.model(brief.provider);
  const count = (text: string): number => model.countTokens(text).tokens;
  const { kept, dropped } = selected(
    brief.items.filter(({ id }) => !without.includes(id)),
    { tokensIn: told.tokensIn, count },
  );
  const request = told.request(kept);
  const call = callOf({ title: brief.title, rules: told.rules, request, items: kept, tokensMax: told.tokensOut + THINKING_TOKENS });
  const tokensIn = count(call.system) + count(call.user.stable + call.user.rest);
  if (tokensIn > TOKENS_MAX) throw new Problem('too-large', { limit: `${TOKENS_MAX} tokens` });
  const also = brief.also.filter((provider) => houses.has(provider));
  const costs = [brief.provider, ...also].map((provider) => houses.cost(provider, { tokensIn, tokensOut: call.tokensMax }));
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
    hash: hashOf(call),
    tokensIn,
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
