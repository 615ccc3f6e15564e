import { type AssistId, Problem } from '@cowrite/contract';
import type { Pool } from '@cowrite/service-kit';
import { createHash } from 'node:crypto';

const KEPT_MS = 24 * 3_600_000;
/** A claim whose process died is taken over after this. */
const CLAIM_MS = 60_000;
const KEY_MAX = 200;

/** Requests for help that are sent again: the same person's key with the same request is the same assist for a day. */
export class AskedOnce {
  readonly #pool: Pool;
  readonly #now: () => Date;

  constructor(pool: Pool, now: () => Date) {
    this.#pool = pool;
    this.#now = now;
  }

  /**
   * Runs `ask` once for this person's key; what was refused gives the key back.
   * @throws Problem `key-reused` for another request, `unavailable` while the first is on its way, `invalid-input` for a key that is too long
   */
  async once(userId: string, key: string | undefined, request: unknown, ask: () => Promise<AssistId>): Promise<AssistId> {
    if (key === undefined) return ask();
    if (key.length > KEY_MAX) throw new Problem('invalid-input', {}, [{ path: 'idempotency-key', message: 'too-long' }]);
    const hash = createHash('sha256').update(JSON.stringify(request)).digest();
    const now = this.#now();
    const { rowCount } = await this.#pool.query(
      `INSERT INTO ai.asked_once AS o (user_id, key, request, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (user_id, key) DO UPDATE SET request = $3, assist_id = NULL, created_at = $4
        WHERE o.created_at <= $5 OR (o.assist_id IS NULL AND o.created_at <= $6 AND o.request = $3)`,
      [userId, key, hash, now, new Date(now.getTime() - KEPT_MS), new Date(now.getTime() - CLAIM_MS)],
    );
    if (rowCount === 0) return this.#before(userId, key, hash);
    try {
      const id = await ask();
      await this.#pool.query('UPDATE ai.asked_once SET assist_id = $3 WHERE user_id = $1 AND key = $2', [userId, key, id]);
      return id;
    } catch (failure) {
      await this.#pool.query('DELETE FROM ai.asked_once WHERE user_id = $1 AND key = $2 AND assist_id IS NULL', [userId, key]);
      throw failure;
    }
  }

  /** Forgets what is older than a day. */
  async forget(): Promise<void> {
    await this.#pool.query('DELETE FROM ai.asked_once WHERE created_at <= $1', [new Date(this.#now().getTime() - KEPT_MS)]);
  }

  async #before(userId: string, key: string, hash: Buffer): Promise<AssistId> {
    const { rows } = await this.#pool.query<{ request: Buffer; assist_id: AssistId | null }>('SELECT request, assist_id FROM ai.asked_once WHERE user_id = $1 AND key = $2', [userId, key]);
    const [first] = rows;
    if (first === undefined) throw new Problem('unavailable');
    if (!hash.equals(first.request)) throw new Problem('key-reused');
    if (first.assist_id === null) throw new Problem('unavailable');
    return first.assist_id;
  }
}
