import type { Logger } from '@cowrite/service-kit';
import { Client } from 'pg';

const AGAIN_MS = 500;

/** One LISTEN connection, renewed for as long as the service runs. */
export class Listening {
  readonly #options: { databaseUrl: string; channel: string; hear: (payload: string) => void; onConnected: () => void; logger: Logger };
  #client: Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  /** Whether what is said now would be heard. */
  isUp = false;

  /** `onConnected`: whatever was said while nobody listened has to be looked for. */
  constructor(options: { databaseUrl: string; channel: string; hear: (payload: string) => void; onConnected: () => void; logger: Logger }) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { databaseUrl, channel, hear, onConnected, logger } = this.#options;
    const client = new Client({ connectionString: databaseUrl, application_name: 'cowrite-sync-listen', keepAlive: true });
    const again = () => {
      if (this.#stopped || this.#client !== client) return;
      this.#client = null;
      this.isUp = false;
      this.#timer = setTimeout(() => void this.start(), AGAIN_MS).unref();
    };
    this.#client = client;
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ payload }) => hear(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      this.isUp = true;
      onConnected();
    } catch (error) {
      if (!this.#stopped) logger.warn({ err: error }, 'cannot listen to the database; trying again');
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
