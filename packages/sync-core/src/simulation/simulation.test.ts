import { expect, test } from 'vitest';
import { World } from './world.ts';

const SEEDS = 60;

test.for(['safety', 'liveness'] as const)(`what was promised holds in ${SEEDS} worlds of several nodes where everything fails (%s)`, (mode) => {
  let acked = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const world = new World({ seed, mode });
    try {
      acked += world.run().acked;
    } catch (error) {
      throw new Error(`seed ${seed}, ${mode}: ${(error as Error).message}\n${world.trace.join('\n')}`, { cause: error });
    }
  }
  expect(acked).toBeGreaterThan(SEEDS * 20);
});

test('the same seed is the same world', () => {
  const again = () => {
    const world = new World({ seed: 7, mode: 'safety' });
    return [world.run(), world.trace];
  };
  expect(again()).toEqual(again());
});
