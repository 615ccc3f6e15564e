import { connect } from '@cowrite/service-kit';
import { aDatabase } from '@cowrite/service-kit/testing';
import { expect, test } from 'vitest';
import { Node } from './node.ts';

test('a process is known to live by its session, to be dead as soon as that ends, and to live again once it has another', async () => {
  await using database = await aDatabase();
  const pools = [1, 2].map((which) => connect(database.url, { name: `node-${which}`, connectionsMax: 2 }));
  const [one, two] = pools.map((pool, at) => new Node(pool, 100 + at));
  try {
    await one!.live();
    await two!.live();
    await two!.live();
    expect([await one!.deadOf([101, 102]), await two!.deadOf([100])]).toEqual([[102], []]);
    // The network breaks, or the database begins anew.
    await database.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'node-1'");
    await expect.poll(() => two!.deadOf([100])).toEqual([100]);
    await expect.poll(async () => one!.live().then(() => two!.deadOf([100]))).toEqual([]);
    one!.close();
    await expect.poll(() => two!.deadOf([100])).toEqual([100]);
  } finally {
    two!.close();
    await Promise.all(pools.map((pool) => pool.end()));
  }
});
