import { parseArgs } from 'node:util';
import { runMutations } from './sim/run-mutations.ts';
import { type Failure, runWorlds } from './sim/run-worlds.ts';
import type { Counts, Share } from './sim/worlds.ts';

/**
 * Many seeded worlds of the sync engine, on two threads: `npm run sim -- --seeds 2000`. One again, with its last moments:
 * `npm run sim -- --seed 59 --mode safety`. Whether the worlds notice faults planted in the source: `--mutations`.
 */
const THREADS = 2;
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '2000' }, seed: { type: 'string' }, first: { type: 'string', default: '1' }, mode: { type: 'string', default: 'both' }, mutations: { type: 'boolean', default: false } },
});

function modeFrom(text: string): Share['mode'] {
  if (text === 'safety' || text === 'liveness' || text === 'both') return text;
  throw new Error('--mode is safety, liveness or both');
}

const startedMs = performance.now();
const seconds = () => `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
const cpu = () => `cpu ${((process.cpuUsage().user + process.cpuUsage().system) / 1_000_000).toFixed(1)} s`;

async function runSeeds(): Promise<boolean> {
  const mode = modeFrom(values.mode);
  const first = Number(values.seed ?? values.first);
  const count = values.seed ? 1 : Number(values.seeds);
  const sum: Counts = { acked: 0, refused: 0, crashes: 0, drafts: 0, events: 0, restMs: 0 };
  const onDone = (counts: Counts) => {
    for (const key of ['acked', 'refused', 'crashes', 'drafts', 'events'] as const) sum[key] += counts[key];
    sum.restMs = Math.max(sum.restMs, counts.restMs);
  };
  const world = new URL('../packages/sync-core/src/simulation/world.ts', import.meta.url).href;
  const seeds = Array.from({ length: count }, (_, at) => first + at);
  // Pairs, so that with both modes each thread has its share of either.
  const runs = Array.from({ length: THREADS }, (_, thread) => runWorlds({ world, mode, seeds: seeds.filter((_seed, at) => Math.floor(at / 2) % THREADS === thread) }, { onDone }));
  const failures = runs.map(async ({ failure }) => {
    const failed = await failure;
    if (failed) for (const { stop } of runs) stop();
    return failed;
  });
  const failed = (await Promise.all(failures)).find((found): found is Failure => found !== null);
  if (failed) {
    process.stdout.write(`${failed.trace.join('\n')}\n\nFAILED seed ${failed.seed}, ${failed.mode}: ${failed.isViolation ? failed.message : failed.stack}\n  again: npm run sim -- --seed ${failed.seed} --mode ${failed.mode}\n`);
    return false;
  }
  process.stdout.write(
    `SEEDS ${count} ACKED ${sum.acked} LOST 0 DUP 0 GHOST 0 refused ${sum.refused} crashes ${sum.crashes} drafts ${sum.drafts} events ${sum.events} rest within ${(sum.restMs / 1_000).toFixed(1)} s, mode ${mode}, in ${seconds()} (${cpu()})\n`,
  );
  return true;
}

process.exitCode = (values.mutations ? await runMutations(THREADS) : await runSeeds()) ? 0 : 1;
if (values.mutations) process.stdout.write(`in ${seconds()} (${cpu()})\n`);
