import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { answers, connect } from './database.ts';
import { aDatabase } from './testing/index.ts';

test('a database that is there answers', async () => {
  await using database = await aDatabase();
  await using things = new AsyncDisposableStack();
  const pool = connect(database.url, { name: 'a test' });
  things.defer(() => pool.end());
  expect(await answers(pool)).toBe(true);
});

test('a way that swallows everything is told from an answer, and not waited for', async () => {
  const swallowed: Socket[] = [];
  const server = createServer((socket) => swallowed.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const pool = connect(`postgres://nobody@127.0.0.1:${port}/nothing`, { name: 'a test' });
  expect(await answers(pool, 50)).toBe(false);
  for (const socket of swallowed) socket.destroy();
  server.close();
  await pool.end();
});
