import { allowedOrigins, duration, list, tracingVariables, wholeNumber } from '@cowrite/service-kit';
import { z } from 'zod';

/** Every variable this service reads. `main.ts` parses them once. */
export const SyncConfig = z
  .object({
    DATABASE_URL: z.string().min(1).describe('the database'),
    CORE_URL: z.url().default('http://127.0.0.1:8100').describe('where core answers: its JWKS verifies tickets'),
    FRONTEND_URL: z.url().default('http://localhost:3100').describe('where the studio is served; its origin may open sockets'),
    PUBLIC_ORIGINS: list().describe('further origins that may open sockets, separated by commas'),
    REDIS_URL: z.string().optional().describe('Redis that carries what nodes tell each other; without it they use the database. Nothing is lost when it is'),
    JWT_SECRET: z.string().optional().describe('accepted because the deployment passes it; this service verifies with core’s public key and does not need it'),
    NODE_ENV: z.string().default('production').describe('production or development'),
    HOST: z.string().default('127.0.0.1,::1').describe('addresses to listen on, separated by commas'),
    PORT: wholeNumber(8102, { max: 65_535 }).describe('port to listen on'),
    LOG_LEVEL: z.string().default('info').describe('what is logged'),
    ...tracingVariables,
    COWRITE_SYNC_FRAME_BYTES_MAX: wholeNumber(5 * 1024 * 1024).describe('largest WebSocket message of any wire and largest request of a stream, in bytes'),
    COWRITE_SYNC_UPDATE_BYTES_MAX: wholeNumber(1024 * 1024).describe('largest single update, in bytes'),
    COWRITE_SYNC_DOCUMENT_BYTES_MAX: wholeNumber(32 * 1024 * 1024).describe('bytes of one document at which writing stops'),
    COWRITE_SYNC_MESSAGES_PER_SECOND: wholeNumber(200, { min: 1 }).describe('messages a second and socket, sustained'),
    COWRITE_SYNC_BYTES_PER_SECOND: wholeNumber(1024 * 1024, { min: 1 }).describe('bytes a second and socket, sustained'),
    COWRITE_SYNC_BURST_BYTES: wholeNumber(8 * 1024 * 1024, { min: 1 }).describe('bytes a socket may send at once before the sustained rate counts'),
    COWRITE_SYNC_SOCKETS_PER_PERSON: wholeNumber(20, { min: 1 }).describe('sockets of one person at the same time'),
    COWRITE_SYNC_EDITORS_PER_DOCUMENT: wholeNumber(250, { min: 1 }).describe('people who may write that have one document open'),
    COWRITE_SYNC_READERS_PER_DOCUMENT: wholeNumber(5_000, { min: 1 }).describe('people who may only read that have one document open'),
    COWRITE_SYNC_STRANGERS_MAX: wholeNumber(1_000, { min: 1 }).describe('clients on their way in at once, who have not shown a credential yet; others wait their turn'),
    COWRITE_SYNC_WAITING_MAX: wholeNumber(10_000, { min: 0 }).describe('clients that may wait for their turn; more are sent away for the moment'),
    COWRITE_SYNC_WAITING_FOR: duration('20s').describe('how long a client may wait for its turn'),
    COWRITE_SYNC_HELLO_WITHIN: duration('10s').describe('how long a socket may take to show its credential'),
    COWRITE_SYNC_SLOW_BYTES: wholeNumber(1024 * 1024).describe('bytes waiting for a slow reader at which presence is no longer sent to it'),
    COWRITE_SYNC_STALLED_BYTES: wholeNumber(4 * 1024 * 1024).describe('bytes waiting for a slow reader at which it is sent away to come back'),
    COWRITE_SYNC_SNAPSHOT_OVER_HTTP_FROM: wholeNumber(32 * 1024).describe('bytes of a snapshot from which a client that can fetch it is told its address, and not sent it'),
    COWRITE_SYNC_COMMIT_WINDOW: duration('4ms').describe('while many edits come at once, group commits begin no closer to each other than this; a few never wait'),
    COWRITE_SYNC_STANDING_EVERY: duration('4s').describe('how often rights and sign-ins of open sockets are checked when no event said anything'),
    COWRITE_SYNC_ROOM_LINGERS: duration('10s').describe('how long a document stays loaded after its last session left'),
    COWRITE_SYNC_PRESENCE_EXPIRES: duration('30s').describe('presence of a silent client ends after this'),
    COWRITE_SYNC_HEARTBEAT: duration('20s').describe('a data frame at least this often, so that no proxy and no foreign client takes the socket for dead'),
    COWRITE_COMPACT_AFTER: duration('2s').describe('the compactor folds a document after it has been quiet for this long (a long one later)'),
    COWRITE_COMPACT_AT_MOST: duration('15s').describe('… or when its oldest row of the log is this old'),
    COWRITE_COMPACT_ROWS: wholeNumber(1_000, { min: 1 }).describe('… or when it has this many rows in the log'),
  })
  .transform((env) => ({ ...env, origins: allowedOrigins(new URL(env.FRONTEND_URL), env.PUBLIC_ORIGINS) }));
export type SyncConfig = z.output<typeof SyncConfig>;
