import type { Logger } from '@cowrite/service-kit';
import type { AiFigures } from './figures.ts';
import type { Makers } from './makers.ts';
import type { Live } from './live.ts';
import { type ModelCall, ModelFailure } from './models/model-provider.ts';
import { retrying } from './models/retrying.ts';
import type { Used } from './used.ts';

export interface Surroundings {
  makers: Makers;
  figures: AiFigures;
  logger: Logger;
  now: () => Date;
  random: () => number;
  /** Between two tries; rejects when `signal` is aborted. */
  pause: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** How long one call may be tried again. */
  assistMs: number;
}

/**
 * Asks whoever answers an assist, and those who take over, in their order, while no word has come; what is said goes to `hear`.
 * @throws ModelFailure of the last who was asked, or the reason for which the assist was stopped.
 */
export async function answer(live: Live, call: ModelCall, hear: (text: string) => void, { makers, figures, logger, now, random, pause, assistMs }: Surroundings): Promise<Used> {
  const { made } = live;
  const candidates = [made.provider, ...made.also];
  for (const [at, provider] of candidates.entries()) {
    const model = makers.model(provider);
    const hadLeft = live.hasLeft;
    Object.assign(live, { provider, model: model.model, hasLeft: true });
    live.pending = { call, said: '' };
    live.run.start(provider, model.model, made.hash);
    live.changed();
    const began = performance.now();
    let said = '';
    try {
      for await (const part of retrying(model, call, live.stopping.signal, { until: now().getTime() + assistMs, now: () => now().getTime(), random, wait: pause })) {
        if (part.type === 'finish') {
          live.isCut = part.reason === 'length';
          return part.usage === null ? estimated(model, call, said) : { ...part.usage, estimated: false };
        }
        if (said === '') figures.firstToken(provider, performance.now() - began);
        said += part.text;
        live.pending.said = said;
        hear(part.text);
      }
    } catch (failure) {
      if (!(failure instanceof ModelFailure)) throw failure;
      live.hasLeft = hadLeft || failure.left;
      if (!failure.left) live.pending = null;
      figures.failed(provider, failure.code);
      logger.warn({ assistId: live.id, provider, code: failure.code, status: failure.details['status'] }, 'a provider did not answer');
      // What a provider refused to say is not asked of another; and nobody goes on where another broke off.
      if (said !== '' || failure.code === 'model-refused' || at === candidates.length - 1) throw failure;
    }
  }
  throw new Error('an answer without an end');
}

/** What a call used by our own count. */
export function estimated(model: { countTokens(text: string): { tokens: number } }, call: ModelCall, said: string): Used {
  const tokens = (text: string): number => model.countTokens(text).tokens;
  return { tokensIn: tokens(call.system) + tokens(call.user.stable + call.user.rest), tokensOut: tokens(said), estimated: true };
}
