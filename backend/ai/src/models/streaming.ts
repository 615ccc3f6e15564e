import type { LanguageModel } from 'ai';
import { failureOf } from './failures.ts';
import { type ModelCall, ModelFailure, type ModelPart } from './model-provider.ts';

/** A model as the SDK has it. Never its name alone: a name would be looked up at the SDK's own gateway. */
export type SdkModel = Extract<LanguageModel, { specificationVersion: 'v4' }>;
type SdkOptions = Parameters<SdkModel['doStream']>[0];

export interface Patience {
  /** Until the first sign of life. */
  firstTokenMs: number;
  /** Between one and the next. */
  silenceMs: number;
}

/** How a call is put for one maker. */
export interface Speech {
  /** One plain message of each kind, when none is given: the templates of some models take nothing else. */
  prompt?: SdkOptions['prompt'];
  providerOptions?: SdkOptions['providerOptions'];
  /** Whether a piece of the wire, as it came, is the model's refusal. */
  refuses?: (piece: unknown) => boolean;
}

const plainly = ({ system, user }: ModelCall): SdkOptions['prompt'] => [
  { role: 'system', content: system },
  { role: 'user', content: [{ type: 'text', text: user.stable + user.rest }] },
];

/**
 * Asks a model, once, and turns what the SDK says into parts. Thinking is a sign of life and nothing more.
 * @throws ModelFailure, or the reason of `signal`. However it ends, the maker's stream ends too.
 */
export async function* streamOf(
  model: SdkModel,
  call: ModelCall,
  { prompt = plainly(call), providerOptions, refuses = () => false }: Speech,
  { name, patience, signal }: { name: string; patience: Patience; signal: AbortSignal },
): AsyncGenerator<ModelPart> {
  const stop = new AbortController();
  const giveUp = () => stop.abort(new ModelFailure('model-late', { name, mayPass: true }));
  let timer = setTimeout(giveUp, patience.firstTokenMs);
  const lives = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, patience.silenceMs);
  };
  const cancel = () => stop.abort(signal.reason);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    const { stream } = await model.doStream({ prompt, maxOutputTokens: call.tokensMax, abortSignal: stop.signal, includeRawChunks: true, ...(providerOptions === undefined ? {} : { providerOptions }) });
    for await (const part of stream) {
      stop.signal.throwIfAborted();
      switch (part.type) {
        case 'raw':
          if (refuses(part.rawValue)) throw new ModelFailure('model-refused', { name });
          break;
        case 'text-delta':
          lives();
          if (part.delta !== '') yield { type: 'text', text: part.delta };
          break;
        case 'reasoning-delta':
          lives();
          break;
        case 'error':
          throw failureOf(part.error, name);
        case 'finish': {
          const { inputTokens, outputTokens } = part.usage;
          const usage = inputTokens.total === undefined || outputTokens.total === undefined ? null : { tokensIn: inputTokens.total, tokensOut: outputTokens.total };
          if (part.finishReason.unified === 'content-filter') throw new ModelFailure('model-refused', { name });
          // Any other reason is how the SDK says that the stream ended before its end.
          if (part.finishReason.unified !== 'stop' && part.finishReason.unified !== 'length') throw new ModelFailure('model-failed', { name, mayPass: true });
          yield { type: 'finish', reason: part.finishReason.unified, usage };
          return;
        }
        default:
      }
    }
    throw new ModelFailure('model-failed', { name, mayPass: true });
  } catch (failure) {
    if (stop.signal.aborted) throw stop.signal.reason;
    throw failureOf(failure, name);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    stop.abort();
  }
}
