import { type AssistTask, type BriefItem, type Packet, type PacketId, Problem, type Provider, type StoryBrief } from '@cowrite/contract';
import type { Makers } from './makers.ts';
import type { ModelCall } from './models/model-provider.ts';
import { callOf, hashOfAll, selected, wentOn } from './prompts/packet.ts';
import { callsOf, gatheringCall, GATHERED, sceneCalls } from './prompts/summarise.ts';
import { type Act, shownOf, SUMMARY_TOKENS } from './prompts/readings.ts';
import { actsOf, tellingOf } from './prompts/tellings.ts';

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
  /** Long work of imagined readers, act by act; otherwise null. */
  acts: Act[] | null;
  /** What was said already of an answer that goes on where it was cut. */
  begun?: string;
  hash: string;
  tokensIn: number;
  tokensExact: boolean;
  /** With the longest answers, and with what may be asked once more. */
  tokensMost: number;
  costMost: number | null;
  cacheAnswers: boolean;
  keepTexts: boolean;
}

/** Whether something is asked step by step, and goes on where it stood when its process died. What was kept by an earlier version has no acts. */
export const isLong = ({ scenes, acts }: Pick<Made, 'scenes' | 'acts'>): boolean => scenes !== null || (acts ?? null) !== null;

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
  const acts = actsOf(task, request, { ...whole, thinking: THINKING_TOKENS });
  if (acts !== null && !acts.some(({ kind }) => kind === 'reading')) throw new Problem('not-found');
  const call = acts !== null ? acts[0]!.call : scenes === null ? callOf({ ...whole, request }) : gatheringCall(scenes[0]!, []);
  const calls = acts?.map((act) => act.call) ?? scenes ?? [call];
  const sizes = calls.map(({ system, user }) => count(system) + count(user.stable + user.rest));
  if (sizes.some((size) => size > TOKENS_MAX)) throw new Problem('too-large', { limit: `${TOKENS_MAX} tokens` });
  const gatherings = scenes === null ? 0 : callsOf(scenes.length) - scenes.length;
  // What is gathered are answers, each as long as an answer may be.
  const remembered = (acts ?? []).reduce((sum, act) => sum + (act.kind === 'reading' ? act.remembers.length * SUMMARY_TOKENS : 0), 0);
  const tokensIn = sizes.reduce((sum, size) => sum + size, 0) + gatherings * GATHERED * told.tokensOut + remembered;
  const tokensOutMost = calls.reduce((sum, each) => sum + each.tokensMax, 0) + gatherings * tokensMax;
  // Asked once more, the same items go out again, and with them what was answered.
  const again = told.mayAskAgain(kept) ? { in: tokensIn + told.tokensOut, out: tokensMax } : { in: 0, out: 0 };
  const also = brief.also.filter((provider) => makers.has(provider));
  const costs = [brief.provider, ...also].map((provider) => makers.cost(provider, { tokensIn: tokensIn + again.in, tokensOut: tokensOutMost + again.out }));
  return {
    task,
    provider: brief.provider,
    also,
    model: model.model,
    ...(acts === null ? { rules: call.system, request } : shownOf(acts)),
    items: kept,
    dropped: [...brief.dropped, ...dropped],
    withheld: brief.withheld,
    call,
    scenes,
    acts,
    hash: hashOfAll(calls),
    tokensIn,
    tokensMost: tokensIn + tokensOutMost + again.in + again.out,
    tokensExact: model.countTokens('').exact,
    costMost: costs.reduce((most, cost) => (most === null || cost === null ? null : Math.max(most, cost))),
    cacheAnswers: brief.cacheAnswers,
    keepTexts: brief.keepTexts,
  };
}

/** The same items, asked so that an answer goes on that was cut: what was said of it is told, and stays. @throws Problem `too-large` */
export function goingOn(cut: Made, said: string, makers: Makers): Made {
  const call = wentOn(cut.call, cut.request, said);
  const count = (text: string): number => makers.model(cut.provider).countTokens(text).tokens;
  const tokensIn = count(call.system) + count(call.user.stable + call.user.rest);
  if (tokensIn > TOKENS_MAX) throw new Problem('too-large', { limit: `${TOKENS_MAX} tokens` });
  const again = tellingOf(cut.task).mayAskAgain(cut.items) ? { in: tokensIn + call.tokensMax, out: call.tokensMax } : { in: 0, out: 0 };
  const most = { tokensIn: tokensIn + again.in, tokensOut: call.tokensMax + again.out };
  const costs = [cut.provider, ...cut.also].map((provider) => makers.cost(provider, most));
  return {
    ...cut,
    call,
    begun: said,
    hash: hashOfAll([call]),
    tokensIn,
    tokensMost: most.tokensIn + most.tokensOut,
    costMost: costs.reduce((dearest, cost) => (dearest === null || cost === null ? null : Math.max(dearest, cost))),
    // What came of it is of two answers, and is no answer to what is asked here.
    cacheAnswers: false,
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
