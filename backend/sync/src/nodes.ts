import type { Logger, Pool } from '@cowrite/service-kit';

const BEAT_MS = 1_000;
/** A process that gave no sign for so long is gone: with the beat, its people leave everyone's margin within five seconds. */
export const GONE_AFTER_MS = 3_500;

/** The processes of this service beside this one. With none, nothing is said over the bus. */
export class Nodes {
  readonly #pool: Pool;
  readonly #node: string;
  readonly #logger: Logger;
  readonly #changed: { came: (node: string) => void; went: (node: string) => void };
  #others = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #beating: Promise<void> | null = null;
  #failed = false;

  constructor({ pool, node, logger, came, went }: { pool: Pool; node: string; logger: Logger; came: (node: string) => void; went: (node: string) => void }) {
    this.#pool = pool;
    this.#node = node;
    this.#logger = logger;
    this.#changed = { came, went };
  }

  get areOthers(): boolean {
    return this.#others.size > 0;
  }

  async start(): Promise<void> {
    await this.#beat();
    this.#timer = setInterval(() => (this.#beating ??= this.#beat().finally(() => (this.#beating = null))), BEAT_MS);
  }

  /** The process ends in order: the others need not wait to notice. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#beating;
    await this.#pool.query('DELETE FROM sync.node WHERE node = $1', [this.#node]).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    try {
      const { rows } = await this.#pool.query<{ node: string }>({
        name: 'beat',
        text: `
          WITH beat AS (
            INSERT INTO sync.node (node) VALUES ($1) ON CONFLICT (node) DO UPDATE SET seen_at = now()
          ), forgotten AS (
            DELETE FROM sync.node WHERE seen_at < now() - interval '1 hour'
          )
          SELECT node FROM sync.node WHERE node <> $1 AND seen_at > now() - make_interval(secs => $2)`,
        values: [this.#node, GONE_AFTER_MS / 1_000],
      });
      this.#failed = false;
      const before = this.#others;
      this.#others = new Set(rows.map(({ node }) => node));
      for (const node of this.#others) if (!before.has(node)) this.#changed.came(node);
      for (const node of before) if (!this.#others.has(node)) this.#changed.went(node);
    } catch (error) {
      // Whoever was there may still be: nothing changes until the database answers.
      if (!this.#failed) this.#logger.warn({ err: error }, 'the other nodes could not be counted; trying again');
      this.#failed = true;
    }
  }
}
