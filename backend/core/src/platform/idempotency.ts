import { type Route, routes, type UserId } from '@cowrite/contract';
import { AskedOnce, type Claim, type KeyTable } from '@cowrite/service-kit';
import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import type { SignedIn } from './grants.ts';

/** Answers that hold a secret are never kept, so their routes are simply run again. */
const KEEPING: ReadonlySet<Route> = new Set<Route>([...Object.values(routes.projects), ...Object.values(routes.outline), ...Object.values(routes.imports), routes.members.transfer, routes.invitations.accept]);

/** An answer in something of its own: there is one also where a route answers nothing. */
interface Kept {
  answer: unknown;
}

/** Repeated requests: the same key and request get the same answer for a day; the same key for another request is refused. */
export class Idempotency {
  readonly #asked: AskedOnce<Kept>;

  constructor(db: Database, clock: Clock) {
    this.#asked = new AskedOnce(new Keys(db), () => clock.now());
  }

  /**
   * Runs `run` once for this person's `key`. A failed run gives the key back.
   * @throws Problem as `AskedOnce.once` does
   */
  async once(who: SignedIn, key: string, route: Route, input: unknown, path: string, run: () => Promise<unknown>): Promise<unknown> {
    if (route.method !== 'POST' || !KEEPING.has(route)) return run();
    return (await this.#asked.once(who.userId, key, requestHash(path, input), async () => ({ answer: await run() }))).answer;
  }

  /** Forgets answers older than a day. */
  sweep(): Promise<void> {
    return this.#asked.forget();
  }
}

/** Core's table of them. */
class Keys implements KeyTable<Kept> {
  constructor(private readonly db: Database) {}

  async claim({ userId, key, at }: Claim, request: Buffer, { forgotten, abandoned }: { forgotten: Date; abandoned: Date }): Promise<boolean> {
    const claimed = await this.db
      .insertInto('core.idempotency')
      .values({ user_id: userId as UserId, key, request, answer: null, created_at: at })
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'key'])
          .doUpdateSet({ request, answer: null, created_at: at })
          .where((where) =>
            where.or([
              where('core.idempotency.created_at', '<=', forgotten),
              where.and([where('core.idempotency.answer', 'is', null), where('core.idempotency.created_at', '<=', abandoned), where('core.idempotency.request', '=', request)]),
            ]),
          ),
      )
      .returning('key')
      .executeTakeFirst();
    return claimed !== undefined;
  }

  async find(userId: string, key: string): Promise<{ request: Uint8Array; answer: Kept | null } | undefined> {
    const row = await this.db
      .selectFrom('core.idempotency')
      .select(['request', 'answer'])
      .where('user_id', '=', userId as UserId)
      .where('key', '=', key)
      .executeTakeFirst();
    return row === undefined ? undefined : { request: row.request, answer: row.answer as Kept | null };
  }

  async keep({ userId, key, at }: Claim, answer: Kept): Promise<void> {
    await this.db
      .updateTable('core.idempotency')
      .set({ answer: JSON.stringify(answer) })
      .where('user_id', '=', userId as UserId)
      .where('key', '=', key)
      .where('created_at', '=', at)
      .execute();
  }

  async release({ userId, key, at }: Claim): Promise<void> {
    await this.db
      .deleteFrom('core.idempotency')
      .where('user_id', '=', userId as UserId)
      .where('key', '=', key)
      .where('created_at', '=', at)
      .where('answer', 'is', null)
      .execute();
  }

  async forget(until: Date): Promise<void> {
    await this.db.deleteFrom('core.idempotency').where('created_at', '<=', until).execute();
  }
}

function requestHash(path: string, input: unknown): Buffer {
  const hash = createHash('sha256').update(path).update('\n');
  const { bytes, ...rest } = input as { bytes?: Uint8Array };
  hash.update(JSON.stringify(rest));
  if (bytes !== undefined) hash.update('\n').update(bytes);
  return hash.digest();
}
