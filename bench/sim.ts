import { parseArgs } from 'node:util';
import { Simulation } from '../packages/sync-core/src/simulation/world.ts';
import { randomFrom } from './random.ts';

/**
 * Many seeded worlds of the sync engine: `npm run sim -- --seeds 2000`, or one again: `npm run sim -- --seed 59`.
 * Prints the seed that failed; the same seed is the same world.
 */
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '2000' }, seed: { type: 'string' }, first: { type: 'string', default: '1' } } });
const first = Number(values.seed ?? values.first);
const count = values.seed ? 1 : Number(values.seeds);
const startedMs = performance.now();
const sum = { acked: 0, refused: 0, crashes: 0 };
for (let seed = first; seed < first + count; seed += 1) {
  try {
    const world = new Simulation(randomFrom(seed)).run();
    sum.acked += world.acked;
    sum.refused += world.refused;
    sum.crashes += world.crashes;
  } catch (error) {
    process.stdout.write(`FAILED seed ${seed}: ${(error as Error).message}\n  again: npm run sim -- --seed ${seed}\n`);
    process.exit(1);
  }
}
process.stdout.write(`SEEDS ${count} ACKED ${sum.acked} LOST 0 DUP 0 GHOST 0 refused ${sum.refused} crashes ${sum.crashes} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
