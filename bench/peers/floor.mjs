// The least that a server in JavaScript can do: what one socket sends goes to the others at the same address. A manuscript
// that was sent is kept as it came, and given to whoever comes: what a join costs when nothing is asked and nothing decided.
// REDIS_PORT lets two of them hear each other by PUBLISH.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';

/** Nobody types so much at once. */
const MANUSCRIPT_BYTES = 64 * 1024;

const { FOLDER, PORT, REDIS_PORT } = process.env;
const rooms = new Map();
const fileOf = (url) => join(FOLDER, encodeURIComponent(url));

function open(url) {
  const room = { sockets: new Set(), kept: existsSync(fileOf(url)) ? [readFileSync(fileOf(url))] : [] };
  rooms.set(url, room);
  return room;
}

const mouth = REDIS_PORT ? new Redis(Number(REDIS_PORT)) : null;
if (mouth) {
  const ear = new Redis(Number(REDIS_PORT));
  await ear.psubscribe('*');
  ear.on('pmessageBuffer', (_pattern, channel, data) => {
    const [from, document] = String(channel).split(/(?=\/)/);
    if (from !== PORT) for (const socket of rooms.get(document)?.sockets ?? []) socket.send(data);
  });
}

const server = createServer((_request, response) => response.end('ok'));
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket, request) => {
  const room = rooms.get(request.url) ?? open(request.url);
  room.sockets.add(socket);
  socket.on('message', (data) => {
    if (data.length >= MANUSCRIPT_BYTES) {
      appendFileSync(fileOf(request.url), data);
      room.kept.push(data);
    }
    for (const other of room.sockets) if (other !== socket) other.send(data);
    mouth?.publish(`${PORT}${request.url}`, data);
  });
  socket.on('close', () => room.sockets.delete(socket));
  for (const part of room.kept) socket.send(part);
  socket.send(new Uint8Array());
});
server.listen(Number(PORT), '127.0.0.1');
