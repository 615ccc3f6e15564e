import { expect, test } from 'vitest';
import { Workers } from './workers.ts';

test('a task that takes too long is ended, and those after it are done', async () => {
  const workers = new Workers({ foldTimeoutMs: 5_000 });
  const endless = Array.from({ length: 3_000_000 }, () => '가');
  const outcomes = await Promise.allSettled([workers.run('write-scenes', { scenes: [endless] }), ...Array.from({ length: 6 }, () => workers.run('write-scenes', { scenes: [['하나', '둘']] }))]);
  expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'too-large' } });
  expect(outcomes.slice(1).map((outcome) => outcome.status)).toEqual(Array.from({ length: 6 }, () => 'fulfilled'));
  await workers.close();
  await expect(workers.run('scene-text', { updates: [] })).rejects.toMatchObject({ code: 'unavailable' });
});

test('what a task throws is the failure of that task alone', async () => {
  const workers = new Workers({ foldTimeoutMs: 10_000 });
  await expect(workers.run('scene-text', { updates: [Uint8Array.of(9, 9, 9)] })).rejects.toThrow();
  expect(await workers.run('scene-text', { updates: [] })).toBe('');
  await workers.close();
});
