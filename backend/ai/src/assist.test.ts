import { expect, test } from 'vitest';
import { VariantsReader } from './answers/variants.ts';
import { AssistRun } from './assist.ts';

test('events are numbered from one, or from where a process before this one stopped', () => {
  const run = new AssistRun(new VariantsReader(1));
  run.start('openai', 'gpt', 'hash');
  run.hear('하나 ');
  run.hear('둘');
  expect([run.first, run.last, run.eventsFrom(2)]).toEqual([
    1,
    3,
    [
      { type: 'text', at: 0, text: '하나' },
      { type: 'text', at: 0, text: ' 둘' },
    ],
  ]);
  const later = new AssistRun(new VariantsReader(1), { after: 7 });
  later.start('openai', 'gpt', 'hash');
  expect([later.first, later.last, later.eventsFrom(8).length, later.eventsFrom(9).length]).toEqual([8, 8, 1, 0]);
});

test('who answers is told once, and again when another takes over', () => {
  const run = new AssistRun(new VariantsReader(1));
  for (const provider of ['openai', 'openai', 'endpoint'] as const) run.start(provider, 'm', 'hash');
  expect(run.eventsFrom(1)).toMatchObject([{ provider: 'openai' }, { provider: 'endpoint' }]);
});

test('nothing is heard before it begins and after it is over', () => {
  const run = new AssistRun(new VariantsReader(1));
  expect(() => run.hear('너무 이르다')).toThrow('waiting');
  run.start('openai', 'gpt', 'hash');
  run.hear('글');
  expect(run.end()).toMatchObject({ result: { texts: ['글'] } });
  expect(() => run.hear('너무 늦다')).toThrow('over');
  expect(() => run.start('openai', 'gpt', 'hash')).toThrow('over');
});
