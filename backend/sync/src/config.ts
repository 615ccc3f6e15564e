import { duration, wholeNumber } from '@cowrite/service-kit';
import { z } from 'zod';

/** Every variable this service reads. `main.ts` parses them once. */
export const SyncConfig = z
  .object({
    DATABASE_URL: z.string().min(1),
    /** Where core answers: its JWKS verifies tickets. */
    CORE_URL: z.url().default('http://127.0.0.1:8100'),
    /** Where the studio is served; its origin may open sockets. */
    FRONTEND_URL: z.url().default('http://localhost:3100'),
    /** Further origins that may open sockets, separated by commas. */
    PUBLIC_ORIGINS: z.string().default(''),
    /** Accepted because the deployment passes it; this service verifies with core's public key and does not need it. */
    JWT_SECRET: z.string().optional(),
    NODE_ENV: z.string().default('production'),
    HOST: z.string().default('127.0.0.1,::1'),
    PORT: wholeNumber(8102, { max: 65_535 }),
    LOG_LEVEL: z.string().default('info'),
    /** Largest WebSocket message of any wire, in bytes. */
    COWRITE_SYNC_FRAME_BYTES_MAX: wholeNumber(5 * 1024 * 1024),
    /** Largest single update, in bytes. */
    COWRITE_SYNC_UPDATE_BYTES_MAX: wholeNumber(1024 * 1024),
    /** Bytes of one document at which writing stops. */
    COWRITE_SYNC_DOCUMENT_BYTES_MAX: wholeNumber(32 * 1024 * 1024),
    /** Messages a second and socket, sustained. */
    COWRITE_SYNC_MESSAGES_PER_SECOND: wholeNumber(200, { min: 1 }),
    /** Bytes a second and socket, sustained. */
    COWRITE_SYNC_BYTES_PER_SECOND: wholeNumber(1024 * 1024, { min: 1 }),
    /** Bytes a socket may send at once before the sustained rate counts. */
    COWRITE_SYNC_BURST_BYTES: wholeNumber(8 * 1024 * 1024, { min: 1 }),
    COWRITE_SYNC_SOCKETS_PER_PERSON: wholeNumber(20, { min: 1 }),
    COWRITE_SYNC_EDITORS_PER_DOCUMENT: wholeNumber(250, { min: 1 }),
    COWRITE_SYNC_READERS_PER_DOCUMENT: wholeNumber(5_000, { min: 1 }),
    /** Sockets that have not shown a credential yet, all together. */
    COWRITE_SYNC_STRANGERS_MAX: wholeNumber(1_000, { min: 1 }),
    /** How long a socket may take to show its credential. */
    COWRITE_SYNC_HELLO_WITHIN: duration('10s'),
    /** Bytes waiting for a slow reader at which presence is no longer sent to it. */
    COWRITE_SYNC_SLOW_BYTES: wholeNumber(1024 * 1024),
    /** Bytes waiting for a slow reader at which it is sent away to come back. */
    COWRITE_SYNC_STALLED_BYTES: wholeNumber(4 * 1024 * 1024),
    /** Longest wait before a group commit; the first edit after a pause never waits. */
    COWRITE_SYNC_COMMIT_WINDOW: duration('0ms'),
    /** How often rights and sign-ins of open sockets are checked when no event said anything. */
    COWRITE_SYNC_STANDING_EVERY: duration('4s'),
    /** How long a document stays loaded after its last session left. */
    COWRITE_SYNC_ROOM_LINGERS: duration('10s'),
    /** Presence of a silent client ends after this. */
    COWRITE_SYNC_PRESENCE_EXPIRES: duration('30s'),
    /** A data frame at least this often, so that no proxy and no foreign client takes the socket for dead. */
    COWRITE_SYNC_HEARTBEAT: duration('20s'),
    /** The compactor folds a document after it has been quiet for this long, */
    COWRITE_COMPACT_AFTER: duration('2s'),
    /** or when its oldest row of the log is this old, */
    COWRITE_COMPACT_AT_MOST: duration('15s'),
    /** or when it has this many rows. */
    COWRITE_COMPACT_ROWS: wholeNumber(1_000, { min: 1 }),
  })
  .transform((env) => ({ ...env, origins: originsOf(env.FRONTEND_URL, env.PUBLIC_ORIGINS) }));
export type SyncConfig = z.output<typeof SyncConfig>;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The allow-list of origins: the studio's, the listed ones, and the loopback spellings of a loopback studio. */
function originsOf(frontendUrl: string, listed: string): ReadonlySet<string> {
  const { origin, protocol, hostname, port } = new URL(frontendUrl);
  const origins = new Set([origin, ...listed.split(',').map((entry) => entry.trim()).filter(Boolean)]);
  if (LOOPBACK.includes(hostname)) for (const name of LOOPBACK) origins.add(`${protocol}//${name}${port ? `:${port}` : ''}`);
  return origins;
}
