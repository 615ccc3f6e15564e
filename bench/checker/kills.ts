import { setTimeout as wait } from 'node:timers/promises';
import { randomFrom } from '../random.ts';
import type { Stack } from '../stack.ts';
import { aHouse } from './house.ts';

export type Target = 'sync' | 'postgres' | 'compactor' | 'both';

async function strike(stack: Stack, target: Target): Promise<void> {
  if (target === 'sync' || target === 'both') await stack.sync.end('SIGKILL');
  if (target === 'compactor') await stack.compactor.end('SIGKILL');
  if (target === 'postgres' || target === 'both') await stack.restartPostgres('kill');
  if (target === 'sync' || target === 'both') await stack.sync.start();
  if (target === 'compactor') await stack.compactor.start();
}

/** kill -9 many times, at moments of chance, in a house of one node without links. @returns whether nothing was lost, doubled or back. */
export async function kill({ kills, writers, target, seed }: { kills: number; writers: number; target: Target; seed: number }): Promise<boolean> {
  const random = randomFrom(seed);
  await using house = await aHouse({ random, isPlain: true });
  const scene = await house.scene({ writers, documents: 3, isShort: false });
  try {
    scene.type();
    for (let at = 0; at < kills; at += 1) {
      // The compactor says nothing when it is up; killed sooner, it would die before it folds.
      await wait(20 + random() * (target === 'compactor' ? 1_200 : 300));
      await strike(house.stack, target);
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
