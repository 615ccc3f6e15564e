import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** A network with nothing in it but the machine itself. */
const ALONE = ['--net', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])];
const canBeAlone = spawnSync('unshare', [...ALONE, 'ip', 'link', 'set', 'lo', 'up']).status === 0;

test.skipIf(!canBeAlone)('without a way out the house writes, saves and is helped by a model of its own', { timeout: 120_000 }, () => {
  const { status, stdout, stderr } = spawnSync('unshare', [...ALONE, 'sh', '-c', 'ip link set lo up && exec "$0" "$1"', process.execPath, 'e2e/air-gapped/house.ts'], { encoding: 'utf8', timeout: 110_000 });
  expect(stderr.trim()).toBe('');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    out: 'ENETUNREACH',
    saved: expect.stringContaining('나는 문을 열었다.') as string,
    page: 200,
    assist: { state: 'done', provider: 'endpoint', result: { kind: 'texts', texts: ['마당에는 눈이 쌓여 있었다.'] } },
    asked: 1,
  });
});
