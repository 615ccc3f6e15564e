import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { rssAfterCollecting } from '../sync/processes.ts';
import { randomFrom } from '../random.ts';
import { aHouse, type House } from './house.ts';
import { strike, type Target } from './kills.ts';

/** How long people write in the same scenes; then everything is counted, and they write in others. */
const ROUND_MS = 60_000;
/** What the node that is never killed may hold more at the end than when it was warm, of what it held. */
const DRIFT_MAX = 0.05;
/** Rounds until it is warm: code that was never run, buffers that were never needed. */
const WARM_UP_ROUNDS = 2;
const VICTIMS: readonly Target[] = ['sync', 'postgres', 'compactor', 'redis', 'both'];
const COLLECTS = `--inspect-port=0 --expose-gc --import=${join(import.meta.dirname, '../sync/on-signal.mjs')}`;

/** Kills something every few seconds, but never the first node. @returns how often. */
async function killAtRandom(house: House, random: () => number, forMs: number): Promise<number> {
  let kills = 0;
  for (const until = performance.now() + forMs; ;) {
    const pauseMs = 3_000 + random() * 6_000;
    if (performance.now() + pauseMs > until) break;
    await wait(pauseMs);
    await strike(house, VICTIMS[Math.floor(random() * VICTIMS.length)]!, house.nodes[1]!);
    kills += 1;
  }
  return kills;
}

/**
 * Writers type, something is killed every few seconds, and after every minute all is counted as after a fault. The first node
 * is killed never: what it holds in memory, after its garbage was collected, is compared from when it was warm to the end.
 *
 * @returns whether nothing was lost, doubled or back, all replicas were equal, and memory did not drift.
 */
export async function soak({ minutes, seed }: { minutes: number; seed: number }): Promise<boolean> {
  const random = randomFrom(seed);
  const began = performance.now();
  await using house = await aHouse({ random, env: { NODE_OPTIONS: COLLECTS } });
  const resident: number[] = [];
  const sum = { acked: 0, lost: 0, duplicated: 0, ghosts: 0, kills: 0 };
  for (let round = 0; round * ROUND_MS < minutes * 60_000; round += 1) {
    const scene = await house.scene({ writers: 8, isShort: false });
    try {
      scene.type();
      const kills = await killAtRandom(house, random, ROUND_MS);
      await scene.rest();
      await scene.saved();
      const found = await scene.judge();
      for (const key of ['acked', 'lost', 'duplicated', 'ghosts'] as const) sum[key] += found[key];
      sum.kills += kills;
    } finally {
      await scene.leave();
    }
    resident.push((await rssAfterCollecting(house.nodes[0]!.pid)) / 1_024);
    process.stdout.write(`round ${round + 1}: ${sum.kills} kills, ACKED ${sum.acked} LOST ${sum.lost} DUP ${sum.duplicated} GHOST ${sum.ghosts}, the first node holds ${resident.at(-1)!.toFixed(1)} MiB\n`);
  }
  const warm = resident.slice(WARM_UP_ROUNDS);
  const drift = warm.length < 2 ? null : driftOf(warm);
  process.stdout.write(
    `ACKED ${sum.acked} LOST ${sum.lost} DUP ${sum.duplicated} GHOST ${sum.ghosts} seed ${seed} kills ${sum.kills} soak ${minutes} min  memory ${drift === null ? 'too short to tell' : `${drift >= 0 ? '+' : ''}${(drift * 100).toFixed(1)} %`} in ${Math.round((performance.now() - began) / 60_000)} min\n`,
  );
  return sum.lost + sum.duplicated + sum.ghosts === 0 && sum.acked > 0 && (drift ?? 0) <= DRIFT_MAX;
}

/** The straight line nearest to the values: how much higher it ends than it begins, of its beginning. */
function driftOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const slope = values.reduce((total, value, at) => total + (at - middle) * (value - mean), 0) / values.reduce((total, _, at) => total + (at - middle) ** 2, 0);
  const first = mean - slope * middle;
  return (slope * (values.length - 1)) / first;
}
