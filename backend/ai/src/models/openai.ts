import { createOpenAI } from '@ai-sdk/openai';
import type { ModelProvider } from './model-provider.ts';
import { type Patience, streamOf } from './streaming.ts';
import { openAiTokens } from './tokens.ts';

export interface Vendor {
  /** The address that calls begin with. */
  url: string;
  key: string;
  model: string;
  patience: Patience;
  fetch: typeof fetch;
}

/** OpenAI, by its Responses API. */
export async function openAiModel({ url, key, model, patience, fetch }: Vendor): Promise<ModelProvider> {
  const tokensOf = await openAiTokens();
  const sdk = createOpenAI({ baseURL: url, apiKey: key, fetch }).responses(model);
  const name = 'OpenAI';
  return {
    provider: 'openai',
    name,
    model,
    stream: (call, signal) =>
      streamOf(
        sdk,
        call,
        {
          // Without this the maker would keep the conversation for a month, to be continued.
          providerOptions: { openai: { store: false, reasoningEffort: 'low' } },
          refuses: (piece) => (piece as { type?: unknown } | null)?.type === 'response.refusal.delta',
        },
        { name, patience, signal },
      ),
    countTokens: (text) => ({ tokens: tokensOf(text), exact: true }),
  };
}
