import { expect, test } from 'vitest';
import { Together } from './together.ts';

test('questions of one turn, and those that come meanwhile, are asked together', async () => {
  const asked: number[][] = [];
  let answer: () => void = () => undefined;
  const together = new Together<number, number>(async (questions) => {
    asked.push([...questions]);
    await new Promise<void>((done) => (answer = done));
    return questions.map((question) => question * 2);
  });
  const first = [together.ask(1), together.ask(2)];
  await new Promise((done) => setImmediate(done));
  const later = [together.ask(3), together.ask(4)];
  answer();
  expect(await Promise.all(first)).toEqual([2, 4]);
  answer();
  expect(await Promise.all(later)).toEqual([6, 8]);
  expect(asked).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('a failure is everyone’s who asked with it, and nobody’s after', async () => {
  let fails = true;
  const together = new Together<number, number>(async (questions) => {
    if (fails) throw new Error('away');
    return questions;
  });
  const [one, two] = await Promise.allSettled([together.ask(1), together.ask(2)]);
  expect([one!.status, two!.status]).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await together.ask(3)).toBe(3);
});
