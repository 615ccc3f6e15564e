import { setTimeout as wait } from 'node:timers/promises';
import { randomFrom } from '../random.ts';
import { aHouse, type House } from './house.ts';

/** What is killed; `both` is sync and PostgreSQL in the same moment. */
export const TARGETS = ['sync', 'postgres', 'compactor', 'redis', 'both'] as const;
export type Target = (typeof TARGETS)[number];

/** kill -9, and a new start at once. */
export async function strike({ stack, redis, nodes }: House, target: Target, node = nodes[0]!): Promise<void> {
  if (target === 'redis') {
    await redis.kill();
    await redis.restart();
  }
  if (target === 'sync' || target === 'both') await node.end('SIGKILL');
  if (target === 'compactor') await stack.compactor.end('SIGKILL');
  if (target === 'postgres' || target === 'both') await stack.restartPostgres('kill');
  if (target === 'sync' || target === 'both') await node.start();
  if (target === 'compactor') await stack.compactor.start();
}

/** kill -9 many times, at moments of chance, in a house of one node without links; of two and a bus, where that is what is killed. @returns whether nothing was lost, doubled or back. */
export async function kill({ kills, writers, target, seed }: { kills: number; writers: number; target: Target; seed: number }): Promise<boolean> {
  const random = randomFrom(seed);
  await using house = await aHouse({ random, isPlain: target !== 'redis' });
  const scene = await house.scene({ writers, documents: 3, isShort: false });
  try {
    scene.type();
    for (let at = 0; at < kills; at += 1) {
      // The compactor says nothing when it is up; killed sooner, it would die before it folds.
      await wait(20 + random() * (target === 'compactor' ? 1_200 : 300));
      await strike(house, target);
    }
    await wait(300);
    await scene.rest();
    await scene.saved();
    const { acked, lost, duplicated, ghosts } = await scene.judge();
    process.stdout.write(`ACKED ${acked} LOST ${lost} DUP ${duplicated} GHOST ${ghosts} seed ${seed} kills ${kills} target ${target}\n`);
    return lost + duplicated + ghosts === 0 && acked > 0;
  } finally {
    await scene.leave();
  }
}
