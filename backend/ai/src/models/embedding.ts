import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { failureOf } from './failures.ts';
import { ModelFailure } from './model-provider.ts';
import { tokensAtMost } from './tokens.ts';

/** A model that says what texts mean, in numbers: those of texts that mean the same point the same way. */
export interface EmbeddingModel {
  readonly provider: 'openai' | 'endpoint';
  readonly model: string;
  /** Under which its numbers are kept: those of another length do not compare. */
  readonly key: string;
  /** Float32, little-endian, of length one, in base64, in the order of `texts`. @throws ModelFailure, or the reason of `signal` */
  embed(texts: readonly string[], signal: AbortSignal): Promise<{ vectors: string[]; tokens: number | null }>;
  countTokens(text: string): number;
}

export interface EmbeddingVendor {
  provider: EmbeddingModel['provider'];
  /** As people know it. */
  name: string;
  url: string;
  key: string | undefined;
  model: string;
  /** 0: as many as the model gives. */
  dimensions: number;
  fetch: typeof fetch;
}

/** OpenAI's embeddings, or those of whatever speaks its protocol at the operator's address (`/v1/embeddings`). */
export function embeddingModel({ provider, name, url, key, model, dimensions, fetch }: EmbeddingVendor): EmbeddingModel {
  const sdk =
    provider === 'openai'
      ? createOpenAI({ baseURL: url, apiKey: key ?? '', fetch }).embeddingModel(model)
      : createOpenAICompatible({ baseURL: url, name: 'endpoint', fetch, ...(key === undefined ? {} : { apiKey: key }) }).embeddingModel(model);
  return {
    provider,
    model,
    key: dimensions === 0 ? model : `${model}/${dimensions}`,
    async embed(texts, signal) {
      try {
        const { embeddings, usage } = await sdk.doEmbed({ values: [...texts], abortSignal: signal, ...(dimensions === 0 ? {} : { providerOptions: { [provider]: { dimensions } } }) });
        const vectors = embeddings.map(packed);
        if (vectors.length !== texts.length || vectors.some((vector) => vector === null || vector.length !== vectors[0]!.length)) throw new ModelFailure('model-failed', { name });
        return { vectors: vectors.map((vector) => vector!), tokens: usage?.tokens ?? null };
      } catch (failure) {
        if (signal.aborted) throw signal.reason;
        throw failureOf(failure, name);
      }
    },
    countTokens: tokensAtMost,
  };
}

/** Null for numbers that point nowhere. */
function packed(numbers: readonly number[]): string | null {
  const length = Math.hypot(...numbers);
  if (numbers.length === 0 || length === 0 || !Number.isFinite(length)) return null;
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [at, number] of numbers.entries()) bytes.writeFloatLE(number / length, at * 4);
  return bytes.toString('base64');
}
