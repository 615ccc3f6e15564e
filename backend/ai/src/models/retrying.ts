import { type ModelCall, ModelFailure, type ModelPart, type ModelProvider } from './model-provider.ts';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;

export interface Retrying {
  /** When the assist's time is over. */
  until: number;
  now: () => number;
  /** From 0 to below 1. */
  random: () => number;
  /** Resolves after so long, or rejects when `signal` is aborted. */
  wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Asks a model, again where that may help: when it is busy, failed, or the network did. Not once a word came, for then the
 * asker has read it; not when the pause that the maker asks for ends after the assist's time does. Pauses double and are
 * scattered, so that those who were refused together do not come back together.
 */
export async function* retrying(model: ModelProvider, call: ModelCall, signal: AbortSignal, { until, now, random, wait }: Retrying): AsyncGenerator<ModelPart> {
  let hasLeft = false;
  for (let attempt = 1; ; attempt++) {
    let hasSpoken = false;
    try {
      for await (const part of model.stream(call, signal)) {
        hasSpoken = true;
        yield part;
      }
      return;
    } catch (failure) {
      if (failure instanceof ModelFailure) failure.left = hasLeft ||= failure.left;
      if (hasSpoken || attempt === ATTEMPTS || !(failure instanceof ModelFailure) || !failure.mayPass) throw failure;
      const pauseMs = Math.max(failure.retryAfterMs, FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random()));
      if (now() + pauseMs >= until) throw failure;
      await wait(pauseMs, signal);
    }
  }
}
