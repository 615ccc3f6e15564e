import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { ModelProvider } from './model-provider.ts';
import type { Vendor } from './openai.ts';
import { streamOf } from './streaming.ts';
import { tokensAtMost } from './tokens.ts';

/** Whatever speaks Chat Completions at the operator's address: Ollama, llama.cpp, vLLM, LM Studio. Many of them want no key. */
export function endpointModel({ url, key, name, model, patience, fetch }: Omit<Vendor, 'key'> & { key: string | undefined; name: string }): ModelProvider {
  const sdk = createOpenAICompatible({ baseURL: url, name: 'endpoint', fetch, includeUsage: true, ...(key === undefined ? {} : { apiKey: key }) }).chatModel(model);
  return {
    provider: 'endpoint',
    name,
    model,
    stream: (call, signal) =>
      streamOf(
        sdk,
        call,
        {
          refuses: (piece) => ((piece as { choices?: { delta?: { refusal?: unknown } }[] } | null)?.choices ?? []).some(({ delta }) => typeof delta?.refusal === 'string' && delta.refusal !== ''),
        },
        { name, patience, signal },
      ),
    countTokens: (text) => ({ tokens: tokensAtMost(text), exact: false }),
  };
}
