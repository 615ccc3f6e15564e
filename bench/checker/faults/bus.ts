import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Fault, ms, percentile, promise } from '../fault.ts';
import { type Scene, tellRedis } from '../house.ts';
import { PULLED } from '../link.ts';

/** What crosses between nodes without the bus comes with a look at the log. */
const CROSSES_WITHIN_MS = 5_000;

/** Redis's append-only file that grows. */
async function tailFile(folder: string): Promise<string> {
  const name = (await readdir(join(folder, 'appendonlydir'))).filter((file) => file.endsWith('.incr.aof')).toSorted();
  return join(folder, 'appendonlydir', name.at(-1)!);
}

const p95 = (scene: Scene, from: number, to: number): number =>
  percentile(
    scene.acks.filter(({ at }) => at >= from && at < to).map(({ tookMs }) => tookMs),
    95,
  );

/** How acknowledgements fare while Redis is bad, beside how they fared before. */
async function besideBefore(scene: Scene, spoil: () => Promise<void>): Promise<{ before: number; during: number; holds: boolean }> {
  const began = performance.now();
  await scene.lasts(4_000, 2_000);
  await spoil();
  const from = performance.now();
  await scene.lasts(4_000, 2_000);
  const [before, during] = [p95(scene, began, from), p95(scene, from, performance.now())];
  // Below 50 ms it is the machine that is measured.
  return { before, during, holds: during <= Math.max(2 * before, 50) };
}

/** Redis that dies, forgets, fills up, is slow or damaged, or is out of reach. It is disposable: nothing saved may depend on it. */
export const bus: readonly Fault[] = [
  {
    id: 'X11',
    says: 'Redis is killed and stays away, and a node starts without it',
    progressWithinMs: 5_000,
    async strike(scene, { redis, nodes }) {
      await redis.kill();
      const withoutMs = await scene.crosses(CROSSES_WITHIN_MS + 5_000);
      await nodes[1]!.end('SIGKILL');
      await nodes[1]!.start();
      const bornWithoutMs = await scene.crosses(CROSSES_WITHIN_MS + 5_000);
      return {
        heal: () => redis.restart(),
        async kept() {
          const caretMs = await scene.caretCrosses(10_000);
          return promise(
            Math.max(withoutMs, bornWithoutMs, caretMs) <= CROSSES_WITHIN_MS,
            `what is written crosses within 5 s without it: ${ms(withoutMs)}, at a node born without it: ${ms(bornWithoutMs)}; carets after it is back: ${ms(caretMs)}`,
          );
        },
      };
    },
  },
  {
    id: 'X12',
    says: 'Redis is emptied again and again',
    progressWithinMs: 5_000,
    async strike(scene, { redis }) {
      const took: number[] = [];
      for (let times = 0; times < 3; times += 1) {
        await tellRedis(redis.url, 'FLUSHALL');
        took.push(await scene.crosses(CROSSES_WITHIN_MS + 5_000));
      }
      return { heal: async () => undefined, kept: async () => promise(Math.max(...took) <= CROSSES_WITHIN_MS, `what is written crosses within 5 s all the same: ${took.map(ms).join(', ')}`) };
    },
  },
  {
    id: 'X13',
    says: 'the end of Redis’s file is cut off while it is dead',
    progressWithinMs: 5_000,
    async strike(scene, { redis, redisFolder }) {
      await scene.lasts(1_000, 500);
      await redis.kill();
      const file = await tailFile(redisFolder);
      const { length } = await readFile(file);
      await truncate(file, Math.max(0, length - 100));
      return {
        heal: () => redis.restart(),
        async kept() {
          const took = await scene.crosses(CROSSES_WITHIN_MS + 5_000);
          return promise(took <= CROSSES_WITHIN_MS, `it starts with what is left (100 of ${length} bytes are gone), and what is written crosses: ${ms(took)}`);
        },
      };
    },
  },
  {
    id: 'X14',
    says: 'Redis’s file has a hole in it, so that it does not start',
    progressWithinMs: 5_000,
    async strike(scene, { redis, redisFolder }) {
      await scene.lasts(1_500, 1_000);
      await redis.kill();
      const file = await tailFile(redisFolder);
      const bytes = await readFile(file);
      // Where a command begins: a hole within what one of them carries is read like any other bytes.
      const hole = bytes.indexOf('\r\n*', Math.floor(bytes.length / 2));
      bytes.fill(0xff, hole, hole + 64);
      await writeFile(file, bytes);
      const started = await redis.restart().then(
        () => true,
        () => false,
      );
      const withoutMs = await scene.crosses(CROSSES_WITHIN_MS + 5_000);
      return {
        async heal() {
          // The line of the runbook: its file is of no worth to anyone.
          await redis.kill();
          await rm(join(redisFolder, 'appendonlydir'), { recursive: true });
          await redis.restart();
        },
        async kept() {
          const afterMs = await scene.crosses(CROSSES_WITHIN_MS + 5_000);
          return promise(!started && Math.max(withoutMs, afterMs) <= CROSSES_WITHIN_MS, `Redis ${started ? 'started' : 'refuses to start'}; crosses without it: ${ms(withoutMs)}, after its file was thrown away: ${ms(afterMs)}`);
        },
      };
    },
  },
  {
    id: 'X15',
    says: 'Redis is full and throws nothing away, then answers two seconds late',
    progressWithinMs: 5_000,
    async strike(scene, house) {
      const full = await besideBefore(scene, async () => {
        await tellRedis(house.redis.url, 'CONFIG SET maxmemory-policy noeviction');
        await tellRedis(house.redis.url, 'CONFIG SET maxmemory 1000');
      });
      const fullMs = await scene.crosses(CROSSES_WITHIN_MS + 5_000);
      await tellRedis(house.redis.url, 'CONFIG SET maxmemory 0');
      const slow = await besideBefore(scene, async () => {
        for (const link of house.toRedis) link.weather({ latencyMs: 1_000 });
      });
      const slowMs = await scene.crosses(CROSSES_WITHIN_MS + 5_000);
      return {
        async heal() {
          for (const link of house.toRedis) link.clear();
        },
        kept: async () =>
          promise(
            full.holds && slow.holds && Math.max(fullMs, slowMs) <= CROSSES_WITHIN_MS,
            `acknowledgements do not notice: p95 ${ms(full.before)} before, ${ms(full.during)} full, ${ms(slow.during)} slow; crosses in ${ms(fullMs)} and ${ms(slowMs)}`,
          ),
      };
    },
  },
  {
    id: 'X26',
    says: 'the way of both nodes to Redis is dead: nothing comes through and nothing says so',
    progressWithinMs: 5_000,
    async strike(scene, { toRedis }) {
      for (const link of toRedis) link.weather(PULLED);
      await wait(1_000);
      const took: number[] = [];
      for (let times = 0; times < (scene.isShort ? 1 : 4); times += 1) took.push(await scene.crosses(CROSSES_WITHIN_MS + 5_000));
      return {
        async heal() {
          for (const link of toRedis) link.clear();
        },
        kept: async () => promise(Math.max(...took) <= CROSSES_WITHIN_MS, `converges within 5 s by looking at the log: ${took.map(ms).join(', ')}`),
      };
    },
  },
];
