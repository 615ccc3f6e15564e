import { allowedOrigins, duration, list, tracingVariables, webAddress, wholeNumber } from '@cowrite/service-kit';
import { z } from 'zod';

/** Every variable this service reads. `main.ts` parses them once. */
export const MediaConfig = z
  .object({
    NODE_ENV: z.enum(['production', 'development', 'test']).default('production').describe('production or development'),
    DATABASE_URL: z.string().min(1).describe('the database'),
    CORE_URL: z.url().default('http://127.0.0.1:8100').describe('where core answers: its JWKS verifies tickets and addresses'),
    FRONTEND_URL: webAddress.prefault('http://localhost:3100').describe('where the studio is served; its origin may call'),
    PUBLIC_ORIGINS: list().describe('further origins that may call, separated by commas'),
    HOST: list('127.0.0.1,::1').describe('addresses to listen on, separated by commas'),
    PORT: wholeNumber(8103, { max: 65_535 }).describe('port to listen on'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').describe('what is logged'),
    ...tracingVariables,
    COWRITE_TRUSTED_PROXIES: list().describe('addresses of proxies whose X-Forwarded-For is believed'),
    COWRITE_MEDIA_DIR: z.string().default('.data/media').describe('folder of the pictures and of files on their way in; with S3_ENDPOINT of the latter alone'),
    S3_ENDPOINT: z.url().optional().describe('address of an S3-compatible store for the pictures; without it they are in COWRITE_MEDIA_DIR'),
    S3_BUCKET: z.string().optional().describe('bucket of the pictures'),
    S3_REGION: z.string().default('us-east-1').describe('region of the bucket'),
    S3_ACCESS_KEY_ID: z.string().optional().describe('key of the store'),
    S3_SECRET_ACCESS_KEY: z.string().optional().describe('secret of that key'),
    S3_PATH_STYLE: z.enum(['0', '1']).default('1').describe('1 puts the bucket into the path, as most stores of one’s own want; 0 into the host name'),
    COWRITE_MEDIA_IMAGE_BYTES_MAX: wholeNumber(10 * 1024 * 1024, { min: 1_024 }).describe('size of one picture as it comes'),
    COWRITE_MEDIA_PIXELS_MAX: wholeNumber(40_000_000, { min: 10_000 }).describe('pixels of one picture'),
    COWRITE_MEDIA_UPLOADS_PER_PERSON: wholeNumber(4, { min: 1 }).describe('uploads of one person at the same time'),
    COWRITE_MEDIA_PICTURES_WAITING: wholeNumber(16, { min: 0 }).describe('complete uploads that may wait for their turn to be read; more are told to come back'),
    COWRITE_MEDIA_UPLOAD_EXPIRES: duration('24h').describe('an upload that is not complete after this is removed'),
    COWRITE_MEDIA_ORPHAN_AFTER: duration('24h').describe('a picture that nothing refers to for this long is removed'),
    COWRITE_MEDIA_SWEEP_EVERY: duration('10m').describe('how often that is looked for'),
    COWRITE_MEDIA_READ_TIMEOUT: duration('30s').describe('how long the reading of a picture, and the making of each of its sizes, may take'),
  })
  .check((context) => {
    const env = context.value;
    if (env.S3_ENDPOINT === undefined) return;
    for (const name of ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const) if (env[name] === undefined) context.issues.push({ code: 'custom', input: env, path: [name], message: 'is needed with S3_ENDPOINT' });
  })
  .transform((env) => ({ ...env, origins: allowedOrigins(env.FRONTEND_URL, env.PUBLIC_ORIGINS) }));
export type MediaConfig = z.output<typeof MediaConfig>;
