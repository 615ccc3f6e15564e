import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../bench/stack.ts';

const read = async (path: string) => (await readFile(join(root, path, 'Dockerfile'), 'utf8')).replace(/^(#.*\n)+/, '');

test('what the Dockerfiles share is the same text, so that an engine makes it once', async () => {
  const [core, ...others] = await Promise.all(['backend/core', 'backend/ai', 'backend/media', 'backend/sync'].map(read));
  const shared = core!.slice(0, core!.indexOf('# Our own packages are inside the bundle'));
  expect(shared).toContain('AS build');
  for (const other of others) expect(other.startsWith(shared)).toBe(true);
  // The studio is built otherwise, from the same packages.
  const packages = shared.slice(0, shared.indexOf('FROM packages AS build'));
  expect(await read('frontend')).toContain(packages);
});
