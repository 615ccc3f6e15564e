import { parseArgs } from 'node:util';
import { fuzzReader } from '../packages/sync-core/src/simulation/fuzz.ts';
import { runMutations } from './sim/run-mutations.ts';
import { type Failure, runWorlds } from './sim/run-worlds.ts';
import type { Counts, Share } from './sim/worlds.ts';

/**
 * Many seeded worlds of the sync engine, on two threads: `npm run sim -- --seeds 2000`. One again, with its last moments:
 * `npm run sim -- --seed 59 --mode safety`. Whether the worlds notice faults planted in the source: `--mutations`. The
 * reader of updates against Yjs on spoilt bytes: `--fuzz 100000`, from another seed with `--first`.
 */
const THREADS = 2;
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    first: { type: 'string', default: '1' },
    mode: { type: 'string', default: 'both' },
    mutations: { type: 'boolean', default: false },
    fuzz: { type: 'string' },
  },
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

/** A thousand inputs a seed, so that what failed is found again quickly. */
const INPUTS_PER_SEED = 1_000;

function runFuzz(inputs: number): boolean {
  const first = Number(values.first);
  const sum = { accepted: 0, refused: 0 };
  for (let seed = first; seed < first + inputs / INPUTS_PER_SEED; seed += 1) {
    try {
      const { accepted, refused } = fuzzReader({ seed, inputs: INPUTS_PER_SEED });
      sum.accepted += accepted;
      sum.refused += refused;
    } catch (error) {
      process.stdout.write(`FAILED ${(error as Error).message}\n  again: npm run sim -- --fuzz ${INPUTS_PER_SEED} --first ${seed}\n`);
      return false;
    }
  }
  process.stdout.write(`FUZZ ${sum.accepted + sum.refused} accepted ${sum.accepted} and read as Yjs reads them, malformed ${sum.refused}, in ${seconds()} (${cpu()})\n`);
  return true;
}

async function run(): Promise<boolean> {
  if (values.fuzz) return runFuzz(Number(values.fuzz));
  if (!values.mutations) return runSeeds();
  const isCaught = await runMutations(THREADS);
  process.stdout.write(`in ${seconds()} (${cpu()})\n`);
  return isCaught;
}

process.exitCode = (await run()) ? 0 : 1;
