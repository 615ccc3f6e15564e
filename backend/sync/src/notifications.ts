import type { Logger } from '@cowrite/service-kit';
import { Client } from 'pg';
import { z } from 'zod';

/** What core and the compactor say over NOTIFY. Hints, all of them: whatever is lost here, a poll finds. */
const Notification = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), projectId: z.string(), seq: z.number().optional() }),
  z.object({ kind: z.literal('standing'), projectId: z.string().optional(), userId: z.string().optional() }),
  z.object({ kind: z.literal('edits') }),
  z.object({ kind: z.literal('settled'), documentId: z.string(), lengths: z.record(z.string(), z.number()) }),
]);
export type Notification = z.infer<typeof Notification>;

/** The channel core and the compactor notify on. */
export const CHANNEL = 'cowrite';

/** One LISTEN connection, renewed for as long as the service runs. */
export class Notifications {
  readonly #url: string;
  readonly #hear: (notification: Notification) => void;
  readonly #onConnected: () => void;
  readonly #logger: Logger;
  #client: Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor({ databaseUrl, hear, onConnected, logger }: { databaseUrl: string; hear: (notification: Notification) => void; onConnected: () => void; logger: Logger }) {
    this.#url = databaseUrl;
    this.#hear = hear;
    this.#onConnected = onConnected;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    const client = new Client({ connectionString: this.#url, application_name: 'cowrite-sync-listen', keepAlive: true });
    const again = () => {
      if (this.#stopped || this.#client !== client) return;
      this.#client = null;
      this.#timer = setTimeout(() => void this.start(), 500).unref();
    };
    this.#client = client;
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ payload }) => {
      const parsed = Notification.safeParse(parseJson(payload ?? ''));
      if (parsed.success) this.#hear(parsed.data);
      else this.#logger.warn({ bytes: payload?.length }, 'a notification that means nothing');
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      // Whatever was said while nobody listened is found by looking everywhere once.
      this.#onConnected();
    } catch (error) {
      if (!this.#stopped) this.#logger.warn({ err: error }, 'cannot listen to the database; trying again');
      client.end().catch(() => undefined);
      again();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
