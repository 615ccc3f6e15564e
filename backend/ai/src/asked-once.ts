import type { AssistId } from '@cowrite/contract';
import type { Claim, KeyTable, Pool } from '@cowrite/service-kit';
import { createHash } from 'node:crypto';

/** What is asked for, as a hash that the same request has again. */
export const hashOf = (request: unknown): Buffer => createHash('sha256').update(JSON.stringify(request)).digest();

/** The keys with which people ask for help: the answer of one is its assist. */
export class AssistKeys implements KeyTable<AssistId> {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async claim({ userId, key, at }: Claim, request: Buffer, { forgotten, abandoned }: { forgotten: Date; abandoned: Date }): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `INSERT INTO ai.asked_once AS o (user_id, key, request, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (user_id, key) DO UPDATE SET request = $3, assist_id = NULL, created_at = $4
        WHERE o.created_at <= $5 OR (o.assist_id IS NULL AND o.created_at <= $6 AND o.request = $3)`,
      [userId, key, request, at, forgotten, abandoned],
    );
    return rowCount === 1;
  }

  async find(userId: string, key: string): Promise<{ request: Uint8Array; answer: AssistId | null } | undefined> {
    const { rows } = await this.#pool.query<{ request: Uint8Array; answer: AssistId | null }>('SELECT request, assist_id AS answer FROM ai.asked_once WHERE user_id = $1 AND key = $2', [userId, key]);
    return rows[0];
  }

  async keep({ userId, key, at }: Claim, assistId: AssistId): Promise<void> {
    await this.#pool.query('UPDATE ai.asked_once SET assist_id = $4 WHERE user_id = $1 AND key = $2 AND created_at = $3', [userId, key, at, assistId]);
  }

  async release({ userId, key, at }: Claim): Promise<void> {
    await this.#pool.query('DELETE FROM ai.asked_once WHERE user_id = $1 AND key = $2 AND created_at = $3 AND assist_id IS NULL', [userId, key, at]);
  }

  async forget(until: Date): Promise<void> {
    await this.#pool.query('DELETE FROM ai.asked_once WHERE created_at <= $1', [until]);
  }
}
