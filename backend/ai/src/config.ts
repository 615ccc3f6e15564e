import { allowedOrigins, isPlaceholder, list, webAddress, wholeNumber } from '@cowrite/service-kit';
import { z } from 'zod';

const key = (vendor: string) => z.string().optional().describe(`key of ${vendor}; without it nothing is sent there`);

/** Every variable this service reads. `main.ts` parses them once. */
export const AiConfig = z
  .object({
    NODE_ENV: z.enum(['production', 'development', 'test']).default('production').describe('production refuses placeholder keys'),
    DATABASE_URL: z.string().min(1).describe('the database'),
    CORE_URL: z.url().default('http://127.0.0.1:8100').describe('where core answers: its JWKS verifies tickets'),
    FRONTEND_URL: webAddress.prefault('http://localhost:3100').describe('where the studio is served; its origin may call'),
    PUBLIC_ORIGINS: list().describe('further origins that may call, separated by commas'),
    REDIS_URL: z.string().optional().describe('accepted because the deployment passes it; this service keeps nothing there'),
    OPENAI_API_KEY: key('OpenAI'),
    ANTHROPIC_API_KEY: key('Anthropic'),
    HOST: list('127.0.0.1,::1').describe('addresses to listen on, separated by commas'),
    PORT: wholeNumber(8101, { max: 65_535 }).describe('port to listen on'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').describe('what is logged'),
    COWRITE_TRUSTED_PROXIES: list().describe('addresses of proxies whose X-Forwarded-For is believed'),
    COWRITE_BODY_BYTES_MAX: wholeNumber(1_048_576, { min: 1_024 }).describe('size of a JSON request'),
  })
  .check((context) => {
    const env = context.value;
    if (env.NODE_ENV !== 'production') return;
    for (const name of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY'] as const)
      if (env[name] !== undefined && isPlaceholder(env[name])) context.issues.push({ code: 'custom', input: env, path: [name], message: 'is the placeholder of an example; give a real key, or none' });
  })
  .transform((env) => ({ ...env, origins: allowedOrigins(env.FRONTEND_URL, env.PUBLIC_ORIGINS) }));
export type AiConfig = z.output<typeof AiConfig>;
