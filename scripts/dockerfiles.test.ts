import { GIVES_MEMORY_BACK, RELAY_ARGUMENTS } from '@cowrite/service-kit';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../bench/stack.ts';

const SERVICES = ['backend/core', 'backend/ai', 'backend/media', 'backend/sync'];
const read = async (path: string) => (await readFile(join(root, path, 'Dockerfile'), 'utf8')).replace(/^(#.*\n)+/, '');

test('what the Dockerfiles share is the same text, so that an engine makes it once', async () => {
  const [core, ...others] = await Promise.all(SERVICES.map(read));
  const shared = core!.slice(0, core!.indexOf('# Our own packages are inside the bundle'));
  expect(shared).toContain('AS build');
  for (const other of others) expect(other.startsWith(shared)).toBe(true);
  // The studio is built otherwise, from the same packages.
  const packages = shared.slice(0, shared.indexOf('FROM packages AS build'));
  expect(await read('frontend')).toContain(packages);
});

test('docker-compose.yml builds on what the Dockerfiles say, unless it is told otherwise', async () => {
  const compose = await readFile(join(root, 'docker-compose.yml'), 'utf8');
  const bases = new Set((await Promise.all([...SERVICES, 'frontend'].map(read))).map((text) => /^ARG NODE_IMAGE=(\S+)$/m.exec(text)?.[1]));
  expect([...bases]).toEqual([/\$\{NODE_IMAGE:-([^}]+)\}/.exec(compose)![1]]);
});

test('a relay in an image is started as it is without one', async () => {
  const image = await read('backend/sync');
  expect(JSON.parse(/^CMD (.*)$/m.exec(image)![1]!)).toEqual(['node', ...RELAY_ARGUMENTS, 'dist/main.js']);
  for (const [name, value] of Object.entries(GIVES_MEMORY_BACK)) expect(image).toContain(` ${name}=${value}`);
});
