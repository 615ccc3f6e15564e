import { Problem, type Route, routes } from '@cowrite/contract';
import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import type { SignedIn } from './grants.ts';

const KEPT_MS = 24 * 3_600_000;
/** A claim whose process died is taken over after this; what it did is found by its client-made ids. */
const CLAIM_MS = 60_000;

/** Answers that hold a secret are never kept, so their routes are simply run again. */
const KEEPING: ReadonlySet<Route> = new Set<Route>([...Object.values(routes.projects), ...Object.values(routes.outline), ...Object.values(routes.imports), routes.members.transfer, routes.invitations.accept]);

/** Repeated requests: the same key and request get the same answer for a day; the same key for another request is refused. */
export class Idempotency {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `run` once for this person's `key`. A failed run gives the key back.
   * @throws Problem `key-reused`, or `unavailable` while the first request is still on its way.
   */
  async once(who: SignedIn, key: string, route: Route, input: unknown, path: string, run: () => Promise<unknown>): Promise<unknown> {
    if (route.method !== 'POST' || !KEEPING.has(route)) return run();
    if (key.length > 200) throw new Problem('invalid-input', {}, [{ path: 'idempotency-key', message: 'too-long' }]);
    const request = requestHash(path, input);
    const now = this.clock.now();
    const mine = await this.db
      .insertInto('core.idempotency')
      .values({ user_id: who.userId, key, request, answer: null, created_at: now })
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'key'])
          .doUpdateSet({ request, answer: null, created_at: now })
          .where((where) =>
            where.or([
              where('core.idempotency.created_at', '<', new Date(now.getTime() - KEPT_MS)),
              where.and([where('core.idempotency.answer', 'is', null), where('core.idempotency.created_at', '<', new Date(now.getTime() - CLAIM_MS)), where('core.idempotency.request', '=', request)]),
            ]),
          ),
      )
      .returning('key')
      .executeTakeFirst();
    if (mine === undefined) return this.#answerOf(who, key, request);
    let answer: unknown;
    try {
      answer = await run();
    } catch (failure) {
      await this.db.deleteFrom('core.idempotency').where('user_id', '=', who.userId).where('key', '=', key).execute();
      throw failure;
    }
    await this.db
      .updateTable('core.idempotency')
      .set({ answer: JSON.stringify({ answer }) })
      .where('user_id', '=', who.userId)
      .where('key', '=', key)
      .execute();
    return answer;
  }

  async #answerOf(who: SignedIn, key: string, request: Buffer): Promise<unknown> {
    const first = await this.db.selectFrom('core.idempotency').select(['request', 'answer']).where('user_id', '=', who.userId).where('key', '=', key).executeTakeFirst();
    if (first === undefined) throw new Problem('unavailable');
    if (!request.equals(first.request)) throw new Problem('key-reused');
    if (first.answer === null) throw new Problem('unavailable');
    return (first.answer as { answer: unknown }).answer;
  }

  /** Forgets answers older than a day. */
  async sweep(): Promise<void> {
    await this.db
      .deleteFrom('core.idempotency')
      .where('created_at', '<', new Date(this.clock.now().getTime() - KEPT_MS))
      .execute();
  }
}

function requestHash(path: string, input: unknown): Buffer {
  const hash = createHash('sha256').update(path).update('\n');
  const { bytes, ...rest } = input as { bytes?: Uint8Array };
  hash.update(JSON.stringify(rest));
  if (bytes !== undefined) hash.update('\n').update(bytes);
  return hash.digest();
}
