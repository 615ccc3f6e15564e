import type { AiConfig } from './config.ts';
import { type Maker, Makers } from './makers.ts';
import { anthropicModel } from './models/anthropic.ts';
import { egressTo } from './models/egress.ts';
import { type EmbeddingModel, embeddingModel } from './models/embedding.ts';
import { endpointModel } from './models/endpoint.ts';
import type { ModelProvider } from './models/model-provider.ts';
import { openAiModel } from './models/openai.ts';
import { type SpeechModel, speechModel } from './models/speech.ts';
import { type TranscriptionModel, transcriptionModel } from './models/transcription.ts';
import { NOTICES, noticesIn } from './notices.ts';

/** The makers that the configuration sets up, each with the one address to which it may send. */
export async function makersOf(config: AiConfig): Promise<Makers> {
  const patience = { firstTokenMs: config.COWRITE_AI_FIRST_TOKEN_MS, silenceMs: config.COWRITE_AI_SILENCE_MS };
  const notices = config.COWRITE_AI_NOTICES_FILE === undefined ? {} : noticesIn(config.COWRITE_AI_NOTICES_FILE);
  const at = (address: URL) => ({ url: address.href.replace(/\/$/, ''), fetch: egressTo([address]), patience });
  const maker = (model: ModelProvider, address: URL): Maker => ({ model, host: address.host, notice: notices[model.provider] ?? NOTICES[model.provider], price: config.COWRITE_AI_PRICES.get(model.model) ?? null });
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY, COWRITE_AI_ENDPOINT_URL: endpoint, COWRITE_AI_ENDPOINT_MODEL: endpointModelName } = config;
  return new Makers(
    [
      ...(OPENAI_API_KEY === undefined ? [] : [maker(await openAiModel({ ...at(config.OPENAI_BASE_URL), key: OPENAI_API_KEY, model: config.OPENAI_MODEL }), config.OPENAI_BASE_URL)]),
      ...(ANTHROPIC_API_KEY === undefined ? [] : [maker(anthropicModel({ ...at(config.ANTHROPIC_BASE_URL), key: ANTHROPIC_API_KEY, model: config.ANTHROPIC_MODEL }), config.ANTHROPIC_BASE_URL)]),
      ...(endpoint === undefined || endpointModelName === undefined ? [] : [maker(endpointModel({ ...at(endpoint), key: config.COWRITE_AI_ENDPOINT_KEY, name: config.COWRITE_AI_ENDPOINT_NAME, model: endpointModelName }), endpoint)]),
    ],
    config.COWRITE_AI_ROUTES,
  );
}

/** Where a model is that is none of the makers' own, and what opens it. */
function placeOf(config: AiConfig, provider: 'openai' | 'endpoint'): { provider: 'openai' | 'endpoint'; name: string; url: string; key: string | undefined; fetch: typeof fetch } {
  const { COWRITE_AI_ENDPOINT_URL: endpoint } = config;
  const [address, key, name] = provider === 'openai' ? [config.OPENAI_BASE_URL, config.OPENAI_API_KEY, 'OpenAI'] : [endpoint!, config.COWRITE_AI_ENDPOINT_KEY, config.COWRITE_AI_ENDPOINT_NAME];
  return { provider, name, url: address.href.replace(/\/$/, ''), key, fetch: egressTo([address]) };
}

/** The model that finds passages by what they mean, if the configuration names one. */
export function embeddingOf(config: AiConfig): EmbeddingModel | null {
  const { COWRITE_AI_EMBEDDING_PROVIDER: provider, COWRITE_AI_EMBEDDING_MODEL: model } = config;
  return provider === undefined || model === undefined ? null : embeddingModel({ ...placeOf(config, provider), model, dimensions: config.COWRITE_AI_EMBEDDING_DIMENSIONS });
}

/** The model that writes recordings down, if the configuration names one. */
export function transcriptionOf(config: AiConfig): TranscriptionModel | null {
  const { COWRITE_AI_TRANSCRIPTION_PROVIDER: provider, COWRITE_AI_TRANSCRIPTION_MODEL: model } = config;
  return provider === undefined || model === undefined ? null : transcriptionModel({ ...placeOf(config, provider), model });
}

/** The model that speaks, if the configuration names one. */
export function speechOf(config: AiConfig): SpeechModel | null {
  const { COWRITE_AI_SPEECH_PROVIDER: provider, COWRITE_AI_SPEECH_MODEL: model } = config;
  return provider === undefined || model === undefined ? null : speechModel({ ...placeOf(config, provider), model, voice: config.COWRITE_AI_SPEECH_VOICE });
}
