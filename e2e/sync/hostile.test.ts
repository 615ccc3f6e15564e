import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeClientFrame, uuidBytes, Writer } from '@cowrite/sync-core';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { Person } from '../../bench/people.ts';
import { type Stack, startStack } from '../../bench/stack.ts';

/**
 * Whatever a socket sends, the process stays up, the document stays byte for byte what it was, and the sender hears why.
 * Limits stand at their defaults here, unlike in the other files.
 */
const DEFAULT_LIMITS = { COWRITE_SYNC_MESSAGES_PER_SECOND: '200', COWRITE_SYNC_BYTES_PER_SECOND: '1048576', COWRITE_SYNC_BURST_BYTES: '8388608', COWRITE_SYNC_SOCKETS_PER_PERSON: '20', COWRITE_SYNC_HELLO_WITHIN: '1s' };

let stack: Stack;
let owner: Person;
let reader: Person;
let projectId: string;
let documentId: string;

beforeAll(async () => {
  stack = await startStack({ env: DEFAULT_LIMITS });
  owner = await Person.register(stack.core.url, '가람');
  reader = await Person.register(stack.core.url, '독자');
  projectId = await owner.project('성벽');
  documentId = (await owner.scene(projectId, '1화')).documentId;
  await owner.invite(projectId, reader, 'reader');
  const socket = await opened(owner);
  socket.send(push(1, updateOf('지켜야 할 글')));
  await socket.until((frame) => frame[0] === 70);
  socket.ws.terminate();
}, 60_000);
afterAll(() => stack[Symbol.asyncDispose]());

const wsUrl = () => stack.sync.url.replace('http', 'ws');

function updateOf(line: string, clientId = 77): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(line)]);
  doc.getXmlFragment('default').insert(0, [paragraph]);
  return Y.encodeStateAsUpdate(doc);
}

const push = (number: number, update: Uint8Array, kind: 'edit' | 'resync' = 'edit', channel = 1) => writeClientFrame({ type: 'push', channel, number, kind, update });
const open = (id: string, channel = 1, epoch = 0) => writeClientFrame({ type: 'open', channel, documentId: uuidBytes(id), epoch, stateVector: Uint8Array.of(0) });

interface Raw {
  ws: WebSocket;
  send(bytes: Uint8Array | string): void;
  /** The close code, once it comes. */
  closed: Promise<number>;
  until(is: (frame: Uint8Array) => boolean): Promise<Uint8Array>;
}

function raw(path: string, { protocols = [], origin }: { protocols?: string[]; origin?: string } = {}): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`${wsUrl()}${path}`, protocols, { ...(origin ? { origin } : {}), maxPayload: 64 * 1024 * 1024 });
    const frames: Uint8Array[] = [];
    const waiters = new Set<() => void>();
    ws.on('message', (data: Buffer) => {
      frames.push(new Uint8Array(data));
      for (const look of waiters) look();
    });
    const closed = new Promise<number>((done) => ws.on('close', done));
    ws.on('error', reject);
    ws.on('open', () => {
      ws.removeListener('error', reject);
      ws.on('error', () => undefined);
      resolve({
        ws,
        send: (bytes) => ws.send(bytes),
        closed,
        until: (is) =>
          new Promise((done) => {
            const look = () => {
              const found = frames.find(is);
              if (!found) return;
              waiters.delete(look);
              done(found);
            };
            waiters.add(look);
            look();
          }),
      });
    });
  });
}

/** A studio socket that has said hello and opened the scene. */
async function opened(person: Person): Promise<Raw> {
  const socket = await raw('/v1');
  socket.send(writeClientFrame({ type: 'hello', version: 1, ticket: await person.projectTicket(projectId), lastSeq: 0 }));
  await socket.until((frame) => frame[0] === 65);
  socket.send(open(documentId));
  await socket.until((frame) => frame[0] === 68);
  return socket;
}

/** What is stored of the scene, whichever table it lies in. */
async function stored(): Promise<string> {
  const client = new Client({ connectionString: stack.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ updates: Buffer }>('SELECT updates FROM sync.update_log WHERE document_id = $1 UNION ALL SELECT updates FROM sync.update_history WHERE document_id = $1 ORDER BY 1', [documentId]);
  await client.end();
  const hash = createHash('sha256');
  for (const { updates } of rows) hash.update(updates);
  return `${rows.length} ${hash.digest('hex')}`;
}

async function unharmed(attack: () => Promise<void>): Promise<void> {
  const [before, pid] = [await stored(), stack.sync.pid];
  await attack();
  expect((await fetch(`${stack.sync.url}/health`)).status).toBe(200);
  expect(stack.sync.pid).toBe(pid);
  expect(await stored()).toBe(before);
  expect(await owner.text(projectId, documentId)).toBe('지켜야 할 글');
}

/** Frames that end the socket of a signed-in writer, and the code it hears. */
const FATAL: Record<string, { send: () => Uint8Array | string; code: number }> = {
  'a text message': { send: () => '안녕', code: 4400 },
  'an empty message': { send: () => new Uint8Array(), code: 4400 },
  'a frame type nobody knows': { send: () => Uint8Array.of(200, 1, 2), code: 4400 },
  'a frame only the server may send': { send: () => Uint8Array.of(70, 1, 9), code: 4400 },
  'a frame that ends early': { send: () => Uint8Array.of(4, 1), code: 4400 },
  'an update that is none': { send: () => push(1, Uint8Array.of(1, 2, 3, 4)), code: 4400 },
  'an update cut in half': { send: () => push(1, updateOf('자른 글').slice(0, -6)), code: 4400 },
  'an update with bytes after its end': { send: () => push(1, Uint8Array.from([...updateOf('덧붙인 글'), 0])), code: 4400 },
  'text that is not UTF-8': { send: () => push(1, broken()), code: 4400 },
  'an update that claims a million million structs': { send: () => push(1, Uint8Array.from([1, 255, 255, 255, 255, 255, 31, 5, 0])), code: 4400 },
  'a state vector that is none': { send: () => writeClientFrame({ type: 'open', channel: 2, documentId: uuidBytes(documentId), epoch: 0, stateVector: Uint8Array.of(9, 9) }), code: 4400 },
  'a second hello': { send: () => writeClientFrame({ type: 'hello', version: 1, ticket: 'x', lastSeq: 0 }), code: 4400 },
  'a channel opened twice': { send: () => open(documentId), code: 4400 },
  'a frame over the limit': { send: () => new Uint8Array(6 * 1024 * 1024), code: 1009 },
};

/** A text struct whose bytes are no UTF-8. */
function broken(): Uint8Array {
  const update = updateOf('abc').slice();
  const at = Buffer.from(update).indexOf('abc');
  update.set([0xff, 0xfe, 0xfd], at);
  return update;
}

test.for(Object.entries(FATAL))('%s ends that socket and harms nothing', async ([, { send, code }]) => {
  await unharmed(async () => {
    const socket = await opened(owner);
    socket.send(send());
    expect(await socket.closed).toBe(code);
  });
});

test('a reader’s update is refused by name and stored nowhere', async () => {
  await unharmed(async () => {
    const socket = await opened(reader);
    socket.send(push(1, updateOf('낙서', 78)));
    expect(new TextDecoder().decode(await socket.until((frame) => frame[0] === 71))).toContain('not-allowed');
    socket.ws.terminate();
  });
});

test('an update over a mebibyte is refused by name', async () => {
  await unharmed(async () => {
    const socket = await opened(owner);
    socket.send(push(1, updateOf('가'.repeat(400_000), 79)));
    expect(new TextDecoder().decode(await socket.until((frame) => frame[0] === 71))).toContain('update-too-large');
    socket.ws.terminate();
  });
});

test('an edit that rests on something unknown is not stored; the whole is asked for', async () => {
  await unharmed(async () => {
    const doc = new Y.Doc();
    doc.clientID = 80;
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.getText('t').insert(0, '앞');
    doc.getText('t').insert(1, '뒤');
    const socket = await opened(owner);
    socket.send(push(1, updates[1]!));
    await socket.until((frame) => frame[0] === 72);
    socket.ws.terminate();
  });
});

test('a foreign project’s document, and one that does not exist, are gone', async () => {
  const other = await Person.register(stack.core.url, '남');
  const foreign = await other.scene(await other.project('남의 작품'), '1화');
  await unharmed(async () => {
    const socket = await opened(owner);
    for (const [channel, id] of [
      [2, foreign.documentId],
      [3, '01a20733-44ac-7f91-a340-ff07e05ddccd'],
    ] as const) {
      socket.send(open(id, channel));
      const frame = await socket.until((bytes) => bytes[0] === 75 && bytes[1] === channel);
      // 4404 as a variable-length number
      expect([...frame.slice(2, 4)]).toEqual([0xb4, 0x22]);
    }
    socket.ws.terminate();
  });
});

test('an old epoch is told that history was replaced', async () => {
  const socket = await opened(owner);
  socket.send(open(documentId, 2, 9));
  const frame = await socket.until((bytes) => bytes[0] === 75);
  expect([...frame.slice(2, 4)]).toEqual([0xb9, 0x22]);
  socket.ws.terminate();
});

test('a forged, a foreign and a spent ticket open nothing', async () => {
  await unharmed(async () => {
    const spent = await owner.projectTicket(projectId);
    const ticketOfOneScene = await owner.documentTicket(projectId, documentId);
    const first = await raw('/v1');
    first.send(writeClientFrame({ type: 'hello', version: 1, ticket: spent, lastSeq: 0 }));
    await first.until((frame) => frame[0] === 65);
    first.ws.terminate();
    for (const [ticket, code] of [
      ['하나둘셋', 4401],
      [`${spent.slice(0, -4)}AAAA`, 4401],
      [spent, 4501],
      [ticketOfOneScene, 4403],
    ] as const) {
      const socket = await raw('/v1');
      socket.send(writeClientFrame({ type: 'hello', version: 1, ticket, lastSeq: 0 }));
      expect(await socket.closed).toBe(code);
    }
  });
});

test('what is asked for in the same breath as the hello waits for the ticket', async () => {
  const other = await Person.register(stack.core.url, '남');
  const foreign = await other.scene(await other.project('남의 작품'), '1화');
  await unharmed(async () => {
    const asking = async (ticket: string): Promise<Raw> => {
      const socket = await raw('/v1');
      for (const frame of [writeClientFrame({ type: 'hello', version: 1, ticket, lastSeq: 0 }), open(documentId, 1), open(foreign.documentId, 2)]) socket.send(frame);
      return socket;
    };
    const ticket = await owner.projectTicket(projectId);
    const first = await asking(ticket);
    await first.until((frame) => frame[0] === 68 && frame[1] === 1);
    await first.until((frame) => frame[0] === 75 && frame[1] === 2);
    first.ws.terminate();
    const again = await asking(ticket);
    let heard = 0;
    again.ws.on('message', () => (heard += 1));
    expect([await again.closed, heard]).toEqual([4501, 0]);
  });
});

test('who says nothing, or anything before hello, is sent away', async () => {
  const silent = await raw('/v1');
  const rude = await raw('/v1');
  rude.send(open(documentId));
  expect(await rude.closed).toBe(4400);
  expect(await silent.closed).toBe(4501);
});

test('a socket from a foreign page, or at a path nobody serves, is not upgraded', async () => {
  await expect(raw('/v1', { origin: 'https://evil.example' })).rejects.toThrow('403');
  await expect(raw('/v1', { origin: 'null' })).rejects.toThrow('403');
  await expect(raw('/v2')).rejects.toThrow('404');
  await expect(raw(`/yjs/${documentId}?token=${owner.token}`)).rejects.toThrow('401');
});

test('a flood ends that socket and leaves the others alone', async () => {
  await unharmed(async () => {
    const [calm, flood] = [await opened(owner), await opened(owner)];
    const presence = writeClientFrame({ type: 'presence', channel: 1, client: 5, clock: 1, state: '{}' });
    for (let sent = 0; sent < 3_000; sent += 1) flood.send(presence);
    expect(await flood.closed).toBe(1013);
    expect(calm.ws.readyState).toBe(WebSocket.OPEN);
    calm.ws.terminate();
  });
});

test('presence in another client’s name is dropped', async () => {
  const [one, other] = [await opened(owner), await opened(reader)];
  one.send(writeClientFrame({ type: 'presence', channel: 1, client: 500, clock: 1, state: '{"cursor":null}' }));
  await other.until((frame) => frame[0] === 73);
  other.send(writeClientFrame({ type: 'presence', channel: 1, client: 500, clock: 9, state: '{"stolen":true}' }));
  other.send(writeClientFrame({ type: 'presence', channel: 1, client: 501, clock: 1, state: '{"honest":true}' }));
  const heard = await one.until((frame) => frame[0] === 73 && new TextDecoder().decode(frame).includes('honest'));
  expect(new TextDecoder().decode(heard)).not.toContain('stolen');
  one.ws.terminate();
  other.ws.terminate();
});

/** Messages that end a y-websocket socket. Its close is held back two seconds, so all are sent at once. */
test('malformed messages on the y-websocket wire end it with a code that is not to be tried again', async () => {
  await unharmed(async () => {
    const messages = [
      Uint8Array.of(9),
      Uint8Array.of(0, 7, 0),
      Uint8Array.of(0, 2, 200),
      Uint8Array.of(0, 2, 3, 1, 2, 3),
      new Writer()
        .uint(1)
        .byteArray(Uint8Array.of(255, 255, 255))
        .finish(),
    ];
    const sockets = await Promise.all(
      messages.map(async (message) => {
        const socket = await raw(`/yjs/${documentId}`, { protocols: [`token.${owner.token}`] });
        socket.send(Uint8Array.of(0, 0, 1, 0));
        await socket.until((frame) => frame[0] === 0 && frame[1] === 1);
        socket.send(message);
        return socket;
      }),
    );
    for (const socket of sockets) expect(await socket.closed).toBe(4400);
  });
});
