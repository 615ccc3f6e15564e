import type { Logger, Pool } from '@cowrite/service-kit';
import { type Bus, type BusMessage, type Ears, spoken, understood } from './bus.ts';
import { Listening } from './listening.ts';

const CHANNEL = 'cowrite_nodes';

/** PostgreSQL refuses a payload of 8,000 bytes. */
const PAYLOAD_BYTES_MAX = 7_900;

/** The bus over NOTIFY, for nodes that have a database and nothing else. Rows that are too large travel as pointers. */
export class NotifyBus implements Bus {
  readonly #pool: Pool;
  readonly #node: string;
  readonly #logger: Logger;
  readonly #listening: Listening;
  #ears: Ears | null = null;
  #failed = false;

  constructor({ pool, databaseUrl, node, logger }: { pool: Pool; databaseUrl: string; node: string; logger: Logger }) {
    this.#pool = pool;
    this.#node = node;
    this.#logger = logger;
    this.#listening = new Listening({
      databaseUrl,
      channel: CHANNEL,
      logger,
      hear: (payload) => {
        const said = understood(payload);
        if (said && said.from !== node) for (const message of said.messages) this.#ears?.hear(said.from, message);
      },
      onConnected: () => this.#ears?.doubt(),
    });
  }

  get isUp(): boolean {
    return this.#listening.isUp;
  }

  async start(ears: Ears): Promise<void> {
    this.#ears = ears;
    await this.#listening.start();
  }

  say(messages: readonly BusMessage[]): void {
    const payloads = [...payloadsOf(this.#node, messages)];
    if (payloads.length === 0) return;
    this.#pool
      .query({ name: 'say', text: 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) payload', values: [CHANNEL, payloads] })
      .then(() => (this.#failed = false))
      .catch((error: unknown) => {
        if (!this.#failed) this.#logger.warn({ err: error }, 'the other nodes could not be told; they look by themselves');
        this.#failed = true;
      });
  }

  stop(): Promise<void> {
    return this.#listening.stop();
  }
}

/** As few payloads as hold everything; a row that fits into none goes without its bytes, any other message not at all. */
function* payloadsOf(node: string, messages: readonly BusMessage[]): Generator<string> {
  const whole = spoken(node, messages);
  if (Buffer.byteLength(whole) <= PAYLOAD_BYTES_MAX) yield whole;
  else if (messages.length > 1) {
    const half = messages.length >> 1;
    yield* payloadsOf(node, messages.slice(0, half));
    yield* payloadsOf(node, messages.slice(half));
  } else if (messages[0]?.kind === 'row' && messages[0].updates) yield* payloadsOf(node, [pointerOf(messages[0])]);
  else if (messages[0]?.kind === 'people' && messages[0].people.length > 1) {
    const { people, ...rest } = messages[0];
    const half = people.length >> 1;
    yield* payloadsOf(node, [{ ...rest, people: people.slice(0, half) }]);
    yield* payloadsOf(node, [{ ...rest, people: people.slice(half) }]);
  }
}

const pointerOf = ({ kind, documentId, epoch, row }: Extract<BusMessage, { kind: 'row' }>): BusMessage => ({ kind, documentId, epoch, row });
