import { allowedOrigins, duration, isLoopback, isPlaceholder, list, tracingOf, tracingVariables, webAddress, wholeNumber } from '@cowrite/service-kit';
import { z } from 'zod';

const databaseUrl = z.string({ message: 'is needed: a postgres:// address' }).regex(/^postgres(ql)?:\/\//, { message: 'write a postgres:// address' });

/** What the program that migrates the database reads. */
export const MigrationEnvironment = z.object({
  DATABASE_URL: databaseUrl.describe('the database'),
  DATABASE_MIGRATE_URL: databaseUrl.optional().describe('the database as its owner, when the services come as a role that may not change its shape'),
  COWRITE_DATABASE_WAIT: duration('60s').describe('how long a migration waits for a database that is not up yet'),
});

/**
 * Everything that may be set from outside, by its variable. Times are written `15m`, `7d`; sizes are bytes; rates are
 * counts in the window their name says. A load test may raise any limit.
 */
export const CoreEnvironment = z
  .object({
    NODE_ENV: z.enum(['production', 'development', 'test']).default('production').describe('production refuses placeholder secrets'),
    DATABASE_URL: databaseUrl.describe('the database'),
    JWT_SECRET: z
      .string({ message: 'is needed: at least 32 random bytes' })
      .refine((value) => Buffer.byteLength(value) >= 32, { message: 'must be at least 32 bytes' })
      .describe('signing keys are derived from it'),
    JWT_EXPIRES_IN: duration('15m').describe('life of an access token'),
    REFRESH_TOKEN_EXPIRES_IN: duration('7d').describe('how long a sign-in lasts without use'),
    COWRITE_SIGN_IN_MAX: duration('30d').describe('how long a sign-in lasts at most'),
    FRONTEND_URL: webAddress.prefault('http://localhost:3100').describe('the studio’s address; links in invitations begin with it'),
    PUBLIC_ORIGINS: list().describe('further origins that browsers may call from, separated by commas'),
    HOST: list('127.0.0.1,::1').describe('addresses to listen on, separated by commas'),
    PORT: wholeNumber(8100, { max: 65_535 }).describe('port to listen on'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').describe('what is logged'),
    ...tracingVariables,
    GOOGLE_CLIENT_ID: z.string().optional().describe('sign-in with Google: the client’s id; without it and its secret the button is not there'),
    GOOGLE_CLIENT_SECRET: z.string().optional().describe('sign-in with Google: the client’s secret'),
    KAKAO_CLIENT_ID: z.string().optional().describe('sign-in with Kakao: the REST API key; OpenID Connect has to be switched on there'),
    KAKAO_CLIENT_SECRET: z.string().optional().describe('sign-in with Kakao: the client secret'),
    COWRITE_GOOGLE_ISSUER: webAddress.prefault('https://accounts.google.com').describe('where Google’s OpenID Connect is found'),
    COWRITE_KAKAO_ISSUER: webAddress.prefault('https://kauth.kakao.com').describe('where Kakao’s OpenID Connect is found'),
    COWRITE_KAKAO_API: webAddress.prefault('https://kapi.kakao.com').describe('where Kakao tells of its people'),
    COWRITE_DATABASE_CONNECTIONS: wholeNumber(12, { min: 2 }).describe('connections to the database'),
    COWRITE_TRUSTED_PROXIES: list().describe('addresses of proxies whose X-Forwarded-For is believed'),
    COWRITE_INSECURE_HTTP: z.enum(['0', '1']).default('0').describe('1 allows a studio served by plain http on another machine than this one'),
    COWRITE_ARGON2_MEMORY_KIB: wholeNumber(65_536, { min: 19_456 }).describe('memory of a password hash'),
    COWRITE_ARGON2_PASSES: wholeNumber(3, { min: 2 }).describe('passes of a password hash'),
    COWRITE_LOGIN_ATTEMPTS: wholeNumber(5, { min: 1 }).describe('wrong passwords for one account before waiting begins'),
    COWRITE_LOGIN_WAIT: duration('30s').describe('the first wait; it doubles with every further wrong password'),
    COWRITE_LOGIN_WAIT_MAX: duration('15m').describe('the longest wait'),
    COWRITE_LOGINS_PER_ADDRESS: wholeNumber(60, { min: 1 }).describe('wrong passwords from one address in 15 minutes'),
    COWRITE_REGISTRATIONS_PER_HOUR: wholeNumber(600, { min: 1 }).describe('new accounts from one address in an hour'),
    COWRITE_REFRESHES_PER_MINUTE: wholeNumber(60, { min: 1 }).describe('refreshes from one address in a minute'),
    COWRITE_TICKETS_PER_MINUTE: wholeNumber(120, { min: 1 }).describe('tickets for one person in a minute'),
    COWRITE_REQUESTS_PER_MINUTE: wholeNumber(3_000, { min: 1 }).describe('requests of one person in a minute'),
    COWRITE_BODY_BYTES_MAX: wholeNumber(1_048_576, { min: 1_024 }).describe('size of a JSON request'),
    COWRITE_IMPORT_BYTES_MAX: wholeNumber(67_108_864, { min: 1_024 }).describe('size of an imported file'),
    COWRITE_NODES_MAX: wholeNumber(20_000, { min: 1 }).describe('nodes in one project, the trash included'),
    COWRITE_FOLD_TIMEOUT: duration('10s').describe('how long reading the text of one scene, or an imported file, may take'),
    COWRITE_DOCUMENT_BYTES_MAX: wholeNumber(67_108_864, { min: 1_024 }).describe('stored bytes of one scene that are still read'),
  })
  .check((context) => {
    const env = context.value;
    const complain = (path: string, message: string) => context.issues.push({ code: 'custom', input: env, path: [path], message });
    if (env.NODE_ENV === 'production' && isPlaceholder(env.JWT_SECRET)) complain('JWT_SECRET', 'is the placeholder of an example; make a random one');
    // Cookies without Secure on a network give the account to anyone who listens.
    if (env.FRONTEND_URL.protocol === 'http:' && !isLoopback(env.FRONTEND_URL.hostname) && env.COWRITE_INSECURE_HTTP === '0') complain('FRONTEND_URL', 'is plain http on another machine: use https, or set COWRITE_INSECURE_HTTP=1');
    for (const house of ['GOOGLE', 'KAKAO'] as const) {
      const [id, secret] = [env[`${house}_CLIENT_ID`], env[`${house}_CLIENT_SECRET`]];
      if ((id === undefined) !== (secret === undefined)) complain(`${house}_CLIENT_${id === undefined ? 'ID' : 'SECRET'}`, 'is missing: give both, or neither');
      if (env.NODE_ENV === 'production' && [id, secret].some((value) => value !== undefined && isPlaceholder(value))) complain(`${house}_CLIENT_SECRET`, 'or its id is the placeholder of an example; give real ones, or neither');
    }
    if (env.COWRITE_ARGON2_MEMORY_KIB > 4_194_304) complain('COWRITE_ARGON2_MEMORY_KIB', 'is more than 4 GiB');
    for (const origin of env.PUBLIC_ORIGINS) if (!URL.canParse(origin) || new URL(origin).origin !== origin) complain('PUBLIC_ORIGINS', 'holds something that is not an origin, like https://studio.example');
  })
  .transform((env) => ({
    databaseUrl: env.DATABASE_URL,
    databaseConnectionsMax: env.COWRITE_DATABASE_CONNECTIONS,
    logLevel: env.LOG_LEVEL,
    tracing: tracingOf(env),
    hosts: env.HOST,
    port: env.PORT,
    trustedProxies: env.COWRITE_TRUSTED_PROXIES,
    jwtSecret: env.JWT_SECRET,
    accessTokenMs: env.JWT_EXPIRES_IN,
    refreshTokenMs: env.REFRESH_TOKEN_EXPIRES_IN,
    signInMaxMs: env.COWRITE_SIGN_IN_MAX,
    studioUrl: env.FRONTEND_URL.href.replace(/\/$/, ''),
    secureCookies: env.FRONTEND_URL.protocol === 'https:',
    allowedOrigins: allowedOrigins(env.FRONTEND_URL, env.PUBLIC_ORIGINS),
    social: {
      clients: {
        ...(env.GOOGLE_CLIENT_ID && env.GOOGLE_CLIENT_SECRET ? { google: { id: env.GOOGLE_CLIENT_ID, secret: env.GOOGLE_CLIENT_SECRET, issuer: env.COWRITE_GOOGLE_ISSUER } } : {}),
        ...(env.KAKAO_CLIENT_ID && env.KAKAO_CLIENT_SECRET ? { kakao: { id: env.KAKAO_CLIENT_ID, secret: env.KAKAO_CLIENT_SECRET, issuer: env.COWRITE_KAKAO_ISSUER } } : {}),
      },
      kakaoApi: env.COWRITE_KAKAO_API,
    },
    passwordHash: { memoryKib: env.COWRITE_ARGON2_MEMORY_KIB, passes: env.COWRITE_ARGON2_PASSES },
    limits: {
      loginAttempts: env.COWRITE_LOGIN_ATTEMPTS,
      loginWaitMs: env.COWRITE_LOGIN_WAIT,
      loginWaitMaxMs: env.COWRITE_LOGIN_WAIT_MAX,
      loginsPerAddress: env.COWRITE_LOGINS_PER_ADDRESS,
      registrationsPerHour: env.COWRITE_REGISTRATIONS_PER_HOUR,
      refreshesPerMinute: env.COWRITE_REFRESHES_PER_MINUTE,
      ticketsPerMinute: env.COWRITE_TICKETS_PER_MINUTE,
      requestsPerMinute: env.COWRITE_REQUESTS_PER_MINUTE,
      bodyBytesMax: env.COWRITE_BODY_BYTES_MAX,
      importBytesMax: env.COWRITE_IMPORT_BYTES_MAX,
      nodesMax: env.COWRITE_NODES_MAX,
      foldTimeoutMs: env.COWRITE_FOLD_TIMEOUT,
      documentBytesMax: env.COWRITE_DOCUMENT_BYTES_MAX,
    },
  }));

export type CoreConfig = z.output<typeof CoreEnvironment>;
export type Limits = CoreConfig['limits'];
