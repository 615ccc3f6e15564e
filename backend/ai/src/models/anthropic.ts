import { createAnthropic } from '@ai-sdk/anthropic';
import type { ModelProvider } from './model-provider.ts';
import type { Vendor } from './openai.ts';
import { streamOf } from './streaming.ts';
import { tokensAtMost } from './tokens.ts';

/** What stands before this is read from the maker's cache for some minutes, at a tenth of its price. */
const KEPT = { anthropic: { cacheControl: { type: 'ephemeral' } } } as const;

/** Anthropic, by its Messages API. */
export function anthropicModel({ url, key, model, patience, fetch }: Vendor): ModelProvider {
  const sdk = createAnthropic({ baseURL: url, apiKey: key, fetch })(model);
  const name = 'Anthropic';
  return {
    provider: 'anthropic',
    name,
    model,
    stream: (call, signal) =>
      streamOf(
        sdk,
        call,
        {
          prompt: [
            { role: 'system', content: call.system, providerOptions: KEPT },
            { role: 'user', content: [...(call.user.stable === '' ? [] : [{ type: 'text' as const, text: call.user.stable, providerOptions: KEPT }]), { type: 'text', text: call.user.rest }] },
          ],
          // Models that always think are told to do as little of it as they can; that is the SDK's to know.
          providerOptions: { anthropic: { thinking: { type: 'disabled' } } },
        },
        { name, patience, signal },
      ),
    countTokens: (text) => ({ tokens: tokensAtMost(text), exact: false }),
  };
}
