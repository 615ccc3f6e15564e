import { expect, test } from 'vitest';
import { Doorway } from './doorway.ts';

const aDoorway = (over: Partial<ConstructorParameters<typeof Doorway>[0]> = {}) => new Doorway({ places: 2, waitingMax: 2, patienceMs: 60_000, ...over });

/** What was decided by now. */
async function decided(entering: readonly Promise<boolean>[]): Promise<(boolean | 'waits')[]> {
  return Promise.all(entering.map((each) => Promise.race([each, new Promise<'waits'>((resolve) => setImmediate(() => resolve('waits')))])));
}

test('who finds no place waits, and comes in by turns when somebody is through', async () => {
  const doorway = aDoorway();
  const entering = [1, 2, 3, 4].map(() => doorway.enter());
  expect(await decided(entering)).toEqual([true, true, 'waits', 'waits']);
  doorway.leave();
  expect(await decided(entering)).toEqual([true, true, true, 'waits']);
  doorway.leave();
  expect(await decided(entering)).toEqual([true, true, true, true]);
});

test('a place that nobody waits for is free again', async () => {
  const doorway = aDoorway({ places: 1 });
  expect(await doorway.enter()).toBe(true);
  doorway.leave();
  expect(await decided([doorway.enter(), doorway.enter()])).toEqual([true, 'waits']);
});

test('more than may wait are told at once', async () => {
  const doorway = aDoorway();
  expect(await decided([1, 2, 3, 4, 5].map(() => doorway.enter()))).toEqual([true, true, 'waits', 'waits', false]);
});

test('who is gone does not keep a place from those behind', async () => {
  const doorway = aDoorway({ places: 1 });
  await doorway.enter();
  const impatient = new AbortController();
  const entering = [doorway.enter(impatient.signal), doorway.enter()];
  impatient.abort();
  doorway.leave();
  expect(await decided(entering)).toEqual([false, true]);
  expect(await doorway.enter(AbortSignal.abort())).toBe(false);
});

test('nobody waits longer than is of use', async () => {
  const doorway = aDoorway({ places: 0, patienceMs: 1 });
  expect(await doorway.enter()).toBe(false);
});

test('a closed doorway sends everyone away who waits', async () => {
  const doorway = aDoorway({ places: 1 });
  const entering = [doorway.enter(), doorway.enter()];
  doorway.close();
  expect(await Promise.all(entering)).toEqual([true, false]);
  expect(await doorway.enter()).toBe(false);
});
