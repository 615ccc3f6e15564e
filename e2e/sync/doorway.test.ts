import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Person } from '../../bench/people.ts';
import { type Stack, startStack } from '../../bench/stack.ts';
import { StudioClient } from '../../bench/studio-client.ts';

/** Three may be on their way in at once, and four may wait for them. */
let stack: Stack;
let owner: Person;

beforeAll(async () => {
  stack = await startStack({ env: { COWRITE_SYNC_STRANGERS_MAX: '3', COWRITE_SYNC_WAITING_MAX: '4', COWRITE_SYNC_WAITING_FOR: '10s', COWRITE_SYNC_HELLO_WITHIN: '1s' } });
  owner = await Person.register(stack.core.url, '가람');
}, 60_000);
afterAll(() => stack[Symbol.asyncDispose]());

/** Someone who opens the door and says nothing. */
async function aSilentVisitor() {
  const socket = connect(stack.sync.port, '127.0.0.1');
  await once(socket, 'connect');
  let heard = '';
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')));
  socket.write('GET /v1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
  return { status: () => heard.split('\r\n', 1)[0], hasEnded: () => socket.readableEnded || socket.destroyed, leave: () => socket.destroy() };
}

test('when many come at once, all of them come in by turns', async () => {
  const projectId = await owner.project('한꺼번에');
  const { documentId } = await owner.scene(projectId, '장면');
  // Some are sent away, because more wait than may; they come again by themselves.
  const clients = Array.from({ length: 40 }, () => new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => owner.projectTicket(projectId) }));
  await Promise.all(clients.map((client) => client.until(() => client.isUp, 'coming in')));
  for (const client of clients) client.stop();
});

test('who says nothing holds up those behind no longer than a hello may take', async () => {
  const silent = await Promise.all([1, 2, 3].map(aSilentVisitor));
  await expect.poll(() => silent.map(({ status }) => status())).toEqual(Array<string>(3).fill('HTTP/1.1 101 Switching Protocols'));
  const waiting = await Promise.all([1, 2, 3, 4].map(aSilentVisitor));
  const late = await aSilentVisitor();
  await expect.poll(() => late.status()).toBe('HTTP/1.1 503 Service Unavailable');
  expect(waiting.map(({ status }) => status())).toEqual(['', '', '', '']);
  await expect.poll(() => waiting.filter(({ status }) => status() === 'HTTP/1.1 101 Switching Protocols').length, { timeout: 5_000 }).toBeGreaterThan(0);
  for (const visitor of [...silent, ...waiting, late]) visitor.leave();
});
