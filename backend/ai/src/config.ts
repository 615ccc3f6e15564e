import { Feature, Provider } from '@cowrite/contract';
import { allowedOrigins, isPlaceholder, list, tracingVariables, webAddress, wholeNumber } from '@cowrite/service-kit';
import { z } from 'zod';

const key = (vendor: string) => z.string().optional().describe(`key of ${vendor}; without it nothing is sent there`);

/** `ask=anthropic,endpoint;continue=openai` */
const routes = z
  .string()
  .default('')
  .transform((value, context) => {
    const parsed: Partial<Record<Feature, Provider[]>> = {};
    for (const part of value.split(';').filter((each) => each.trim() !== '')) {
      const [feature, providers] = part.split('=').map((each) => each.trim());
      const known = z.tuple([Feature, z.array(Provider).min(1)]).safeParse([feature, providers?.split(',').map((each) => each.trim())]);
      if (known.success) parsed[known.data[0]] = known.data[1];
      else context.addIssue({ code: 'custom', message: `write feature=provider,provider;…, with ${Provider.options.join(', ')} as providers` });
    }
    return parsed;
  });

/** `model=in/out,model=in/out` */
const prices = z
  .string()
  .default('')
  .transform((value, context) => {
    const parsed = new Map<string, { in: number; out: number }>();
    for (const part of value.split(',').filter((each) => each.trim() !== '')) {
      const known = /^\s*(\S+)=(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)\s*$/.exec(part);
      if (known) parsed.set(known[1]!, { in: Number(known[2]), out: Number(known[3]) });
      else context.addIssue({ code: 'custom', message: 'write model=in/out,…, e.g. gpt-5.6=1.25/10' });
    }
    return parsed;
  });

/** Every variable this service reads. `main.ts` parses them once. */
export const AiConfig = z
  .object({
    NODE_ENV: z.enum(['production', 'development', 'test']).default('production').describe('production refuses placeholder keys'),
    DATABASE_URL: z.string().min(1).describe('the database'),
    CORE_URL: z.url().default('http://127.0.0.1:8100').describe('where core answers: its JWKS verifies tickets, and it says what may be told'),
    FRONTEND_URL: webAddress.prefault('http://localhost:3100').describe('where the studio is served; its origin may call'),
    PUBLIC_ORIGINS: list().describe('further origins that may call, separated by commas'),
    REDIS_URL: z.string().optional().describe('accepted because the deployment passes it; this service keeps nothing there'),
    OPENAI_API_KEY: key('OpenAI'),
    OPENAI_MODEL: z.string().default('gpt-5.6').describe('model of OpenAI'),
    OPENAI_BASE_URL: webAddress.prefault('https://api.openai.com/v1').describe('where OpenAI, or a gateway in its place, answers'),
    ANTHROPIC_API_KEY: key('Anthropic'),
    ANTHROPIC_MODEL: z.string().default('claude-sonnet-5-5').describe('model of Anthropic'),
    ANTHROPIC_BASE_URL: webAddress.prefault('https://api.anthropic.com/v1').describe('where Anthropic, or a gateway in its place, answers'),
    COWRITE_AI_ENDPOINT_URL: webAddress.optional().describe('address of a server of one’s own that speaks OpenAI’s Chat Completions, as Ollama, llama.cpp, vLLM and LM Studio do; e.g. http://127.0.0.1:11434/v1'),
    COWRITE_AI_ENDPOINT_KEY: z.string().optional().describe('key of that server, if it wants one'),
    COWRITE_AI_ENDPOINT_MODEL: z.string().optional().describe('model of that server'),
    COWRITE_AI_ENDPOINT_NAME: z.string().max(80).default('우리 서버').describe('what people are told that server is called'),
    COWRITE_AI_ROUTES: routes.describe('which providers answer a feature, the first first, e.g. ask=anthropic,endpoint;continue=openai; for others openai, anthropic, endpoint, as far as they are set up'),
    COWRITE_AI_PRICES: prices.describe('what a million tokens cost, in and out, e.g. gpt-5.6=1.25/10,claude-sonnet-5-5=3/15; models without one cost nothing here'),
    COWRITE_AI_EMBEDDING_PROVIDER: z.enum(['openai', 'endpoint']).optional().describe('whose model finds passages by what they mean, in works whose owner turns that on; without it none does. Its key and address are those above'),
    COWRITE_AI_EMBEDDING_MODEL: z.string().max(160).optional().describe('that model, e.g. text-embedding-3-small, or bge-m3 on a server of one’s own'),
    COWRITE_AI_EMBEDDING_DIMENSIONS: wholeNumber(0, { max: 4_096 }).describe('how many numbers stand for a passage, for models that give as many as they are asked for, e.g. 512; 0 is as many as the model gives'),
    COWRITE_AI_TRANSCRIPTION_PROVIDER: z.enum(['openai', 'endpoint']).optional().describe('whose model writes down what is said in a recording; without it none does. Its key and address are those above'),
    COWRITE_AI_TRANSCRIPTION_MODEL: z
      .string()
      .max(160)
      .optional()
      .describe('that model, e.g. gpt-4o-mini-transcribe, or one of a server of one’s own that answers /v1/audio/transcriptions. Where it counts no tokens, a second of sound counts as 10'),
    COWRITE_AI_SPEECH_PROVIDER: z.enum(['openai', 'endpoint']).optional().describe('whose model speaks the lines of a reading script; without it none does. Its key and address are those above'),
    COWRITE_AI_SPEECH_MODEL: z.string().max(160).optional().describe('that model, e.g. gpt-4o-mini-tts, or one of a server of one’s own that answers /v1/audio/speech. A letter of sound counts as 5 tokens'),
    COWRITE_AI_SPEECH_VOICE: z.string().max(80).default('alloy').describe('the voice that it speaks with'),
    COWRITE_AI_CURRENCY: z
      .string()
      .regex(/^[A-Z]{3}$/, 'write a currency of three letters')
      .default('USD')
      .describe('currency of those prices'),
    COWRITE_AI_NOTICES_FILE: z.string().optional().describe('JSON file with what each provider does with text: provider → {version, ko, en, url}; a new version asks everybody for their consent again'),
    COWRITE_AI_PERSON_TOKENS_DAY: wholeNumber(1_000_000).describe('tokens of one person in a day; 0 is without limit'),
    COWRITE_AI_PROJECT_TOKENS_DAY: wholeNumber(5_000_000).describe('tokens of one work in a day; 0 is without limit'),
    COWRITE_AI_PROJECT_COST_MONTH: z.coerce.number().min(0).max(1_000_000_000).default(0).describe('money of one work in a month, in the currency; 0 is without limit. Needs a price for every model'),
    COWRITE_AI_RUNNING_PER_PERSON: wholeNumber(4, { min: 1 }).describe('assists of one person at the same time'),
    COWRITE_AI_FIRST_TOKEN_MS: wholeNumber(60_000, { min: 10 }).describe('how long a model may take to its first sign of life, in milliseconds'),
    COWRITE_AI_SILENCE_MS: wholeNumber(30_000, { min: 10 }).describe('how long it may be silent afterwards'),
    COWRITE_AI_ASSIST_MS: wholeNumber(180_000, { min: 1_000 }).describe('how long one call may be tried again'),
    HOST: list('127.0.0.1,::1').describe('addresses to listen on, separated by commas'),
    PORT: wholeNumber(8101, { max: 65_535 }).describe('port to listen on'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').describe('what is logged'),
    ...tracingVariables,
    COWRITE_TRUSTED_PROXIES: list().describe('addresses of proxies whose X-Forwarded-For is believed'),
    COWRITE_BODY_BYTES_MAX: wholeNumber(1_048_576, { min: 1_024 }).describe('size of a JSON request'),
  })
  .check((context) => {
    const env = context.value;
    const complain = (name: keyof typeof env, message: string) => context.issues.push({ code: 'custom', input: env, path: [name], message });
    if (env.NODE_ENV === 'production')
      for (const name of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'COWRITE_AI_ENDPOINT_KEY'] as const) if (env[name] !== undefined && isPlaceholder(env[name])) complain(name, 'is the placeholder of an example; give a real key, or none');
    if (env.COWRITE_AI_ENDPOINT_URL !== undefined && env.COWRITE_AI_ENDPOINT_MODEL === undefined) complain('COWRITE_AI_ENDPOINT_MODEL', 'is needed with COWRITE_AI_ENDPOINT_URL');
    for (const [provider, model] of [
      ['COWRITE_AI_EMBEDDING_PROVIDER', 'COWRITE_AI_EMBEDDING_MODEL'],
      ['COWRITE_AI_TRANSCRIPTION_PROVIDER', 'COWRITE_AI_TRANSCRIPTION_MODEL'],
      ['COWRITE_AI_SPEECH_PROVIDER', 'COWRITE_AI_SPEECH_MODEL'],
    ] as const) {
      if (env[provider] === undefined) continue;
      if (env[model] === undefined) complain(model, `is needed with ${provider}`);
      const needed = env[provider] === 'openai' ? 'OPENAI_API_KEY' : 'COWRITE_AI_ENDPOINT_URL';
      if (env[needed] === undefined) complain(needed, `is needed with ${provider}`);
    }
    if (env.COWRITE_AI_PROJECT_COST_MONTH > 0)
      for (const model of [
        env.COWRITE_AI_EMBEDDING_PROVIDER && env.COWRITE_AI_EMBEDDING_MODEL,
        env.COWRITE_AI_TRANSCRIPTION_PROVIDER && env.COWRITE_AI_TRANSCRIPTION_MODEL,
        env.COWRITE_AI_SPEECH_PROVIDER && env.COWRITE_AI_SPEECH_MODEL,
        env.OPENAI_API_KEY && env.OPENAI_MODEL,
        env.ANTHROPIC_API_KEY && env.ANTHROPIC_MODEL,
        env.COWRITE_AI_ENDPOINT_URL && env.COWRITE_AI_ENDPOINT_MODEL,
      ])
        if (model && !env.COWRITE_AI_PRICES.has(model)) complain('COWRITE_AI_PRICES', `has no price of ${model}, which COWRITE_AI_PROJECT_COST_MONTH needs`);
  })
  .transform((env) => ({ ...env, origins: allowedOrigins(env.FRONTEND_URL, env.PUBLIC_ORIGINS) }));
export type AiConfig = z.output<typeof AiConfig>;
