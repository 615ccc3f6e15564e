import type { Pool, PoolClient } from '@cowrite/service-kit';

const SPACE = "hashtext('ai.node')";

/**
 * One process of this service, as others know it: it holds an advisory lock of its number in a session of its own. When it dies,
 * however it dies, the database ends the session and the lock is free; nobody waits for a heartbeat that does not come.
 */
export class Node {
  readonly #pool: Pool;
  readonly number: number;
  #session: PoolClient | undefined;

  /** `pool` is for this alone: the session lasts as long as the process. */
  constructor(pool: Pool, number: number) {
    this.#pool = pool;
    this.number = number;
  }

  /** Takes the lock, or takes it again after the session was lost. */
  async live(): Promise<void> {
    if (this.#session !== undefined) return;
    const session = await this.#pool.connect();
    session.once('error', () => this.#lose(session));
    session.once('end', () => this.#lose(session));
    this.#session = session;
    const { rows } = await session.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${SPACE}, $1) AS held`, [this.number]);
    // Somebody looks at this moment whether it is free; the next time it is.
    if (!rows[0]!.held) {
      this.#session = undefined;
      session.release();
    }
  }

  /** Those of `nodes` that live no longer. */
  async deadOf(nodes: readonly number[]): Promise<number[]> {
    if (nodes.length === 0) return [];
    // The locks are free again at the end of the statement.
    const { rows } = await this.#pool.query<{ node: number }>(`SELECT node FROM unnest($1::int[]) AS asked (node) WHERE pg_try_advisory_xact_lock(${SPACE}, node)`, [nodes]);
    return rows.map(({ node }) => node);
  }

  close(): void {
    this.#session?.release(true);
    this.#session = undefined;
  }

  #lose(session: PoolClient): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    session.release(true);
  }
}
