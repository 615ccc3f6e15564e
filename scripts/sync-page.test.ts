import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLOSE } from '@cowrite/contract';
import { type ClientFrame, type ServerFrame, writeClientFrame, writeServerFrame } from '@cowrite/sync-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Person } from '../bench/people.ts';
import { root, type Stack, startStack } from '../bench/stack.ts';

const page = await readFile(join(root, 'docs/api/sync.md'), 'utf8');
const rows = (heading: string) =>
  page
    .split(`### ${heading}\n`)[1]!
    .split('\n#')[0]!
    .split('\n')
    .flatMap((line) => /^\| (\d+) \| ([a-z-]+) \|/.exec(line)?.slice(1, 3).join(' ') ?? []);

test('the page has every frame with its type byte', () => {
  const [channel, number, text, bytes] = [1, 1, 'x', Uint8Array.of(0)];
  const client: ClientFrame[] = [
    { type: 'hello', version: 1, ticket: text, lastSeq: 0 },
    { type: 'open', channel, documentId: new Uint8Array(16), epoch: 0, stateVector: bytes },
    { type: 'close', channel },
    { type: 'push', channel, number, kind: 'edit', update: bytes },
    { type: 'presence', channel, client: 1, clock: 1, state: '' },
    { type: 'renew', ticket: text },
    { type: 'pong' },
  ];
  const server: ServerFrame[] = [
    { type: 'welcome', session: 1, heartbeatMs: 1 },
    { type: 'opened', channel, epoch: 1, canWrite: true },
    { type: 'content', channel, update: bytes },
    { type: 'ready', channel, stateVector: bytes },
    { type: 'updates', channel, updates: [bytes] },
    { type: 'ack', channel, upTo: 1 },
    { type: 'refused', channel, number, reason: text },
    { type: 'whole', channel, stateVector: bytes },
    { type: 'people', channel, people: [] },
    { type: 'rights', channel, canWrite: true, trashed: false },
    { type: 'closed', channel, code: 4404, reason: text },
    { type: 'event', json: text },
    { type: 'hint', json: text },
    { type: 'reread', seq: 1 },
    { type: 'ping' },
    { type: 'renew-wanted' },
    { type: 'renewed' },
    { type: 'snapshot', channel, path: text },
  ];
  expect(rows('From the client')).toEqual(client.map((frame) => `${writeClientFrame(frame)[0]} ${frame.type}`));
  expect(rows('From the server')).toEqual(server.map((frame) => `${writeServerFrame(frame)[0]} ${frame.type}`));
});

test('the page has every close code of the contract', () => {
  const listed = [...page.matchAll(/^\| (\d{4}) \| (\w+) \|/gm)].map((match) => `${match[2]} ${match[1]}`);
  expect(listed.toSorted()).toEqual(
    Object.entries(CLOSE)
      .map(([name, code]) => `${name} ${code}`)
      .toSorted(),
  );
});

describe('the programs on the page', () => {
  let stack: Stack;
  let author: Person;
  const running: ChildProcess[] = [];
  beforeAll(async () => {
    stack = await startStack();
    author = await Person.register(stack.core.url, '프로그램');
  }, 60_000);
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await stack[Symbol.asyncDispose]();
  });

  const programs = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);

  test('are the two of the foreign wires', () => {
    expect(programs.map((program) => /y-websocket|@hocuspocus/.exec(program)?.[0])).toEqual(['y-websocket', '@hocuspocus']);
  });

  test.each(programs.map((program, at) => ({ wire: ['y-websocket', 'Hocuspocus'][at]!, program })))('$wire: writes, and comes back with a fresh ticket after a restart', async ({ wire, program }) => {
    const projectId = await author.project(wire);
    const { documentId } = await author.scene(projectId, '1화');
    // Among the packages, so that it finds them.
    const folder = join(root, 'node_modules/.cache/cowrite');
    await mkdir(folder, { recursive: true });
    const file = join(folder, `example-${process.pid}-${wire}.mjs`);
    await writeFile(file, program);
    const child = spawn(process.execPath, [file], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env['PATH'], CORE_URL: stack.core.url, SYNC_URL: stack.sync.url.replace('http', 'ws'), TOKEN: author.token, PROJECT_ID: projectId, DOCUMENT_ID: documentId },
    });
    running.push(child);
    const lines = async (count: number) => {
      await expect.poll(async () => (await author.text(projectId, documentId)).split('\n').filter(Boolean).length, { timeout: 20_000 }).toBe(count);
    };
    await lines(1);
    await stack.sync.end('SIGKILL');
    await stack.sync.start();
    await lines(2);
    child.kill('SIGKILL');
  });
});
