import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findProgram } from '../../bench/sync/peers.ts';
import { Person } from '../../bench/people.ts';
import { root, startStack } from '../../bench/stack.ts';

const folder = join(root, 'docs/ops/monitoring');
const read = (path: string) => readFile(join(folder, path), 'utf8');

test('every figure that an alarm or a panel asks for is one that a service tells', async () => {
  await using stack = await startStack();
  const person = await Person.register(stack.core.url, '가람');
  await person.project('하나');
  await fetch(`${stack.core.url}/auth/me`);
  const told = (await Promise.all([stack.core, stack.sync].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))).join('\n');
  const names = new Set([...told.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!));
  for (const page of ['rules.yml', 'dashboard.json']) {
    const asked = new Set([...(await read(page)).matchAll(/\bcowrite_\w+/g)].map((match) => match[0].replace(/_(bucket|count|sum)$/, '')));
    expect([page, [...asked].filter((name) => !names.has(name))]).toEqual([page, []]);
  }
});

test('every alarm has its page in both languages', async () => {
  const alarms = [...(await read('rules.yml')).matchAll(/- alert: (\w+)/g)].map((match) => match[1]);
  expect(alarms.length).toBeGreaterThanOrEqual(12);
  for (const page of ['../runbooks.md', '../runbooks.ko.md']) expect([...(await read(page)).matchAll(/^## (\w+)/gm)].map((match) => match[1])).toEqual(alarms);
});

const promtool = findProgram('promtool');
test.runIf(promtool)('Prometheus takes the rules, and they speak up when they should', async () => {
  const run = promisify(execFile);
  for (const words of [
    ['check', 'rules', 'rules.yml'],
    ['check', 'config', 'prometheus.yml'],
    ['test', 'rules', 'rules.test.yml'],
  ])
    expect((await run(promtool!, words, { cwd: folder })).stdout).toContain('SUCCESS');
});
