import { routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { databaseOver } from './database.ts';
import type { SignedIn } from './grants.ts';
import { Idempotency } from './idempotency.ts';
import { aWorld } from './testing/scenario.ts';

/** A run that ends when the test says so. */
function aRun() {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  return { run: () => promise, resolve, reject };
}

test('a request that was left without an answer is run again after a minute, and whoever left it takes nothing away from the next', async () => {
  await using world = await aWorld();
  const who = { userId: (await world.someone()).user.id } as SignedIn;
  const idempotency = new Idempotency(databaseOver(world.database.pool), world.clock);
  const once = (run: () => Promise<unknown>, title = '가') => idempotency.once(who, 'key', routes.projects.create, { title }, '/projects', run);
  const keys = async () => (await world.database.pool.query('SELECT 1 FROM core.idempotency')).rowCount;
  for (const ends of ['failing', 'done'] as const) {
    const slow = aRun();
    const first = once(slow.run);
    await expect.poll(keys).toBe(1);
    await expect(once(() => Promise.resolve('too early'))).rejects.toMatchObject({ code: 'unavailable' });
    world.clock.pass(60_000);
    await expect(once(() => Promise.resolve('another'), '나')).rejects.toMatchObject({ code: 'key-reused' });
    const next = aRun();
    const second = once(next.run);
    await expect.poll(async () => (await world.database.pool.query('SELECT 1 FROM core.idempotency WHERE created_at = $1', [world.clock.now()])).rowCount).toBe(1);
    if (ends === 'failing') slow.reject(new Error('it came to nothing'));
    else slow.resolve('the first');
    expect(await first.catch((failure: Error) => failure.message)).toBe(ends === 'failing' ? 'it came to nothing' : 'the first');
    // The key is the second one's, on its way.
    await expect(once(() => Promise.resolve('twice'))).rejects.toMatchObject({ code: 'unavailable' });
    next.resolve('the second');
    expect([await second, await once(() => Promise.resolve('twice'))]).toEqual(['the second', 'the second']);
    world.clock.pass(24 * 3_600_000);
    await idempotency.sweep();
    expect(await keys()).toBe(0);
  }
});

test('an answer of nothing is an answer, and a run that failed gives its key back', async () => {
  await using world = await aWorld();
  const who = { userId: (await world.someone()).user.id } as SignedIn;
  const idempotency = new Idempotency(databaseOver(world.database.pool), world.clock);
  const once = (run: () => Promise<unknown>) => idempotency.once(who, 'key', routes.projects.create, { title: '가' }, '/projects', run);
  await expect(once(() => Promise.reject(new Error('not now')))).rejects.toThrow('not now');
  let runs = 0;
  const nothing = async (): Promise<undefined> => void (runs += 1);
  expect([await once(nothing), await once(nothing), runs]).toEqual([undefined, undefined, 1]);
});
