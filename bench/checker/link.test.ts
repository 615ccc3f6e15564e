import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Link, PULLED } from './link.ts';

/** Someone who says everything back, behind a link. */
async function anEcho() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link = await Link.to((server.address() as AddressInfo).port, () => 0.5);
  const sockets: Socket[] = [];
  return {
    link,
    async aClient() {
      const socket = connect(link.port, '127.0.0.1');
      socket.on('error', () => undefined);
      sockets.push(socket);
      await once(socket, 'connect');
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await link[Symbol.asyncDispose]();
      server.close();
    },
  };
}

const closed = (socket: Socket) => new Promise((done) => socket.once('close', done));

/** What comes back until it is as long as what was said. */
async function echoed(socket: Socket, words: string): Promise<string> {
  socket.write(words);
  let heard = '';
  while (heard.length < words.length) heard += String((await once(socket, 'data'))[0]);
  return heard;
}

test('a fair link hands on every byte in order, and a slow one takes its time', async () => {
  await using echo = await anEcho();
  const client = await echo.aClient();
  const words = Array.from({ length: 20_000 }, (_, at) => String(at)).join(' ');
  expect(await echoed(client, words)).toBe(words);
  echo.link.weather({ latencyMs: 40, jitterMs: 20 });
  const began = performance.now();
  expect(await echoed(client, 'slowly')).toBe('slowly');
  expect(performance.now() - began).toBeGreaterThanOrEqual(95);
});

test('a pulled cable closes nothing, and what stood still goes on', async () => {
  await using echo = await anEcho();
  const client = await echo.aClient();
  await echoed(client, 'before');
  echo.link.weather(PULLED);
  const later = echoed(client, 'while it was pulled');
  expect(await echo.link.held()).toBe(1);
  expect(client.destroyed).toBe(false);
  echo.link.clear();
  expect(await later).toBe('while it was pulled');
});

test('a link that is reset, or that carried enough, ends both sides; one that refuses lets nobody in', async () => {
  await using echo = await anEcho();
  const [one, two] = [await echo.aClient(), await echo.aClient()];
  await Promise.all([echoed(one, 'one'), echoed(two, 'two')]);
  const gone = closed(one);
  echo.link.weather({ resetAfterBytes: 1_000 });
  one.write('a'.repeat(2_000));
  await gone;
  expect(two.destroyed).toBe(false);
  const alsoGone = closed(two);
  echo.link.reset();
  await alsoGone;
  echo.link.refuses = true;
  const third = connect(echo.link.port, '127.0.0.1').on('error', () => undefined);
  await closed(third);
  expect(echo.link.asked).toBe(3);
});
