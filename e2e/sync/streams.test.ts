import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readServerFrame, readStreamWord, type ServerFrame, StreamReader, type StreamWord, uuidBytes, writeClientFrame, writeStreamRequest } from '@cowrite/sync-core';
import { Client } from 'pg';
import * as Y from 'yjs';
import { Person } from '../../bench/people.ts';
import { PlainHttp } from '../../bench/checker/plain-http.ts';
import { type Stack, startStack } from '../../bench/stack.ts';
import { StudioClient } from '../../bench/studio-client.ts';

/** The studio's wire over HTTP: the same frames, rights and acknowledgements as on a WebSocket. */
const LIMITS = { COWRITE_SYNC_MESSAGES_PER_SECOND: '200', COWRITE_SYNC_STALLED_BYTES: '65536', COWRITE_SYNC_HELLO_WITHIN: '1s', COWRITE_SYNC_HEARTBEAT: '1s' };

let stack: Stack;
let owner: Person;
let projectId: string;

beforeAll(async () => {
  stack = await startStack({ nodes: 2, env: LIMITS });
  owner = await Person.register(stack.core.url, '가람');
  projectId = await owner.project('좁은 문');
}, 60_000);
afterAll(() => stack[Symbol.asyncDispose]());

const aScene = async () => (await owner.scene(projectId, '장면')).documentId;
const lines = (client: StudioClient) => client.doc.getText('lines').toString();
const write = (client: StudioClient, words: string) => client.doc.getText('lines').insert(client.doc.getText('lines').length, words);

function aClient(documentId: string, { person = owner, syncUrl = stack.sync.url }: { person?: Person; syncUrl?: string } = {}): StudioClient {
  return new StudioClient({ syncUrl, documentId, over: 'stream', ticket: () => person.projectTicket(projectId) });
}

async function aWriter(role = 'writer'): Promise<Person> {
  const person = await Person.register(stack.core.url, '나루');
  await owner.invite(projectId, person, role);
  return person;
}

const updateOf = (line: string): Uint8Array => {
  const doc = new Y.Doc();
  doc.getText('lines').insert(0, line);
  return Y.encodeStateAsUpdate(doc);
};

const push = (number: number, update: Uint8Array) => writeClientFrame({ type: 'push', channel: 1, number, kind: 'edit', update });
const open = (documentId: string, channel = 1) => writeClientFrame({ type: 'open', channel, documentId: uuidBytes(documentId), epoch: 0, stateVector: Uint8Array.of(0) });

/** A stream without the studio's manners. */
class Raw {
  readonly #answer: IncomingMessage;
  readonly #request: ClientRequest;
  readonly frames: ServerFrame[] = [];
  readonly words: StreamWord[] = [];
  readonly #waiters = new Set<() => void>();
  isOver = false;

  private constructor(sent: ClientRequest, answer: IncomingMessage) {
    this.#request = sent;
    this.#answer = answer;
    const reader = new StreamReader();
    answer.on('data', (piece: Buffer) => {
      for (const message of reader.take(piece)) {
        const word = readStreamWord(message);
        if (word) this.words.push(word);
        else this.frames.push(readServerFrame(message));
      }
      for (const look of this.#waiters) look();
    });
    answer.on('error', () => undefined);
    answer.on('close', () => {
      this.isOver = true;
      for (const look of this.#waiters) look();
    });
  }

  static async begin(...frames: Uint8Array[]): Promise<Raw> {
    const sent = request(`${stack.sync.url}/v1/streams`, { method: 'POST', agent: false });
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      sent
        .on('response', resolve)
        .on('error', reject)
        .end(writeStreamRequest({ number: 0, frames })),
    );
    return new Raw(sent, answer);
  }

  /** A stream that has said hello and opened the scene. */
  static async opened(documentId: string, person = owner): Promise<Raw> {
    const raw = await Raw.begin(writeClientFrame({ type: 'hello', version: 1, ticket: await person.projectTicket(projectId), lastSeq: 0 }), open(documentId));
    await raw.until((frame) => frame.type === 'ready');
    return raw;
  }

  get id(): string {
    const [word] = this.words;
    return word?.type === 'begun' ? word.streamId : '';
  }

  get closeCode(): number | null {
    const word = this.words.at(-1);
    return word?.type === 'ended' ? word.code : null;
  }

  #when<T>(look: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const attempt = () => {
        const found = look();
        if (found === undefined || found === false) return;
        this.#waiters.delete(attempt);
        resolve(found);
      };
      this.#waiters.add(attempt);
      attempt();
    });
  }

  until(is: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    return this.#when(() => this.frames.find(is));
  }

  over(): Promise<number | null> {
    return this.#when(() => this.isOver && { code: this.closeCode }).then(({ code }) => code);
  }

  async post(number: number, ...frames: Uint8Array[]): Promise<number> {
    return postTo(this.id, writeStreamRequest({ number, frames }));
  }

  pause(): void {
    this.#answer.pause();
  }

  resume(): void {
    this.#answer.resume();
  }

  leave(): void {
    this.#request.destroy();
  }
}

async function postTo(streamId: string, body: Uint8Array, { node = stack.sync, headers = {} }: { node?: { url: string }; headers?: Record<string, string> } = {}): Promise<number> {
  return (await fetch(`${node.url}/v1/streams/${streamId}/frames`, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers })).status;
}

test('two write over streams: each sees the other’s words and caret, and both are saved', async () => {
  const documentId = await aScene();
  const [one, two] = [aClient(documentId), aClient(documentId, { person: await aWriter() })];
  await Promise.all([one, two].map((each) => each.until(() => each.isUp, 'connected')));
  one.showCaret('{"cursor":1}');
  for (let turn = 0; turn < 20; turn += 1) {
    write(one, `가${turn} `);
    write(two, `나${turn} `);
  }
  await Promise.all([one.saved(), two.saved()]);
  await two.until(() => lines(one) === lines(two) && two.people.has(one.doc.clientID), 'the same text, and a caret');
  for (const each of [one, two]) each.stop();
  const late = new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => owner.projectTicket(projectId) });
  await late.until(() => late.isUp, 'a reader on a socket');
  expect(lines(late)).toBe(lines(one));
  late.stop();
});

test('nothing is acknowledged before it is committed', async () => {
  const documentId = await aScene();
  const [one, two] = [aClient(documentId), aClient(documentId)];
  await Promise.all([one, two].map((each) => each.until(() => each.isUp, 'connected')));
  write(one, '먼저 ');
  await one.saved();
  await using held = await aLockOnTheLog();
  write(one, '나중');
  await two.until(() => lines(two) === '먼저 나중', 'the words, not yet committed');
  expect(one.waiting).toBe(1);
  await held.release();
  await one.saved();
  for (const each of [one, two]) each.stop();
});

/** Nothing is appended to the log while this is held. */
async function aLockOnTheLog() {
  const database = new Client({ connectionString: stack.databaseUrl });
  await database.connect();
  await database.query('BEGIN; LOCK TABLE sync.update_log IN SHARE MODE');
  const release = () => database.end();
  return { release, [Symbol.asyncDispose]: release };
}

test('a role that is taken away is told in band and nothing is stored afterwards; a member who is removed hears 4403', async () => {
  const documentId = await aScene();
  const writer = await aWriter();
  const raw = await Raw.opened(documentId, writer);
  expect(await raw.post(1, push(1, updateOf('쓸 수 있던 때')))).toBe(204);
  await raw.until((frame) => frame.type === 'ack');
  await owner.call('PATCH', `/projects/${projectId}/members/${writer.userId}`, { role: 'reader' });
  await raw.until((frame) => frame.type === 'rights' && !frame.canWrite);
  expect(await raw.post(2, push(2, updateOf('쓸 수 없는 때')))).toBe(204);
  expect(await raw.until((frame) => frame.type === 'refused')).toMatchObject({ reason: 'not-allowed' });
  await owner.call('DELETE', `/projects/${projectId}/members/${writer.userId}`);
  expect(await raw.over()).toBe(4403);
  expect(await raw.post(3, push(3, updateOf('나간 뒤')))).toBe(404);
  const reader = aClient(documentId);
  await reader.until(() => reader.isUp, 'a reader');
  expect(lines(reader)).toBe('쓸 수 있던 때');
  reader.stop();
});

test('a stream that was cut comes back, and what was written meanwhile arrives once', async () => {
  const documentId = await aScene();
  const one = aClient(documentId);
  await one.until(() => one.isUp, 'connected');
  for (let turn = 0; turn < 5; turn += 1) {
    write(one, `${turn} `);
    one.cut();
    write(one, `${turn}. `);
    await one.saved();
  }
  expect(lines(one)).toBe('0 0. 1 1. 2 2. 3 3. 4 4. ');
  one.stop();
});

describe('hostile', () => {
  test('a request is taken once, out of its order not at all, and for no stream nowhere', async () => {
    const documentId = await aScene();
    const raw = await Raw.opened(documentId);
    const first = push(1, updateOf('한 번'));
    expect(await raw.post(1, first)).toBe(204);
    expect(await raw.post(1, first)).toBe(204);
    expect(await raw.post(0, writeClientFrame({ type: 'hello', version: 1, ticket: 'x', lastSeq: 0 }))).toBe(204);
    expect(await raw.post(3, push(2, updateOf('건너뛴 것')))).toBe(409);
    await raw.until((frame) => frame.type === 'ack');
    expect(raw.frames.filter(({ type }) => type === 'ack')).toHaveLength(1);
    expect(await postTo('00000000-0000-0000-0000-000000000000', writeStreamRequest({ number: 1, frames: [first] }))).toBe(404);
    expect(await postTo('아무개', writeStreamRequest({ number: 1, frames: [first] }))).toBe(404);
    expect(raw.isOver).toBe(false);
    raw.leave();
  });

  test.for<[string, () => Uint8Array, number, number]>([
    ['bytes that are no request', () => Uint8Array.of(1, 200, 1), 400, 4400],
    ['a request without a frame', () => Uint8Array.of(1), 400, 4400],
    ['a frame nobody knows', () => writeStreamRequest({ number: 1, frames: [Uint8Array.of(200)] }), 204, 4400],
    ['a request over the limit', () => new Uint8Array(6 * 1024 * 1024), 413, 1013],
    ['a flood', () => writeStreamRequest({ number: 1, frames: Array.from({ length: 3_000 }, () => writeClientFrame({ type: 'pong' })) }), 204, 1013],
  ])('%s ends that stream, with a word', async ([, body, status, code]) => {
    const raw = await Raw.opened(await aScene());
    // Who is still sending when the door closes may hear nothing of it.
    expect(await postTo(raw.id, body()).catch(() => 413)).toBe(status);
    expect(await raw.over()).toBe(code);
    expect((await fetch(`${stack.sync.url}/health`)).status).toBe(200);
  });

  test('a bad ticket, anything before hello, and a hello that never comes end a stream as they end a socket', async () => {
    expect(await (await Raw.begin(writeClientFrame({ type: 'hello', version: 1, ticket: '하나둘셋', lastSeq: 0 }))).over()).toBe(4401);
    expect(await (await Raw.begin(open(await aScene()))).over()).toBe(4400);
    const silent = request(`${stack.sync.url}/v1/streams`, { method: 'POST', agent: false, headers: { 'content-length': '100' } });
    const ended = new Promise((done) => silent.on('error', done).on('close', done));
    silent.flushHeaders();
    await ended;
  });

  test('a page of another origin gets no stream, and a page of the studio is told what it may', async () => {
    const begin = (origin: string, method = 'POST') =>
      fetch(`${stack.sync.url}/v1/streams`, { method, headers: { origin }, ...(method === 'POST' ? { body: writeStreamRequest({ number: 0, frames: [Uint8Array.of(7)] }) as Uint8Array<ArrayBuffer> } : {}) });
    expect((await begin('https://evil.example')).status).toBe(403);
    const preflight = await begin('https://evil.example', 'OPTIONS');
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    const studio = `http://localhost:${stack.studioPort}`;
    const allowed = await begin(studio, 'OPTIONS');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin'), allowed.headers.get('access-control-allow-methods')]).toEqual([204, studio, 'GET, POST']);
    const raw = await Raw.opened(await aScene());
    expect(await postTo(raw.id, writeStreamRequest({ number: 1, frames: [writeClientFrame({ type: 'pong' })] }), { headers: { origin: 'https://evil.example' } })).toBe(403);
    raw.leave();
  });

  test('a stream whose client says nothing for two heartbeats is given up', async () => {
    const raw = await Raw.opened(await aScene());
    expect(await raw.over()).toBeNull();
  });

  test('who reads too slowly is spared what others write, and gets the whole when it has caught up', async () => {
    const documentId = await aScene();
    const raw = await Raw.opened(documentId);
    const writer = aClient(documentId);
    await writer.until(() => writer.isUp, 'connected');
    raw.pause();
    let number = 0;
    const alive = setInterval(() => void raw.post((number += 1), writeClientFrame({ type: 'pong' })), 400);
    for (let page = 0; page < 60; page += 1) {
      write(writer, `${'긴 글 '.repeat(20_000)}${page}`);
      await writer.saved();
    }
    raw.resume();
    const caughtUp = await raw.until((frame) => frame.type === 'ready' && raw.frames.filter(({ type }) => type === 'ready').length > 1);
    clearInterval(alive);
    expect(caughtUp.type).toBe('ready');
    const doc = new Y.Doc();
    for (const frame of raw.frames) {
      if (frame.type === 'content') Y.applyUpdate(doc, frame.update);
      if (frame.type === 'updates') for (const update of frame.updates) Y.applyUpdate(doc, update);
    }
    expect(doc.getText('lines').length).toBe(writer.doc.getText('lines').length);
    raw.leave();
    writer.stop();
  }, 60_000);
});

describe('two nodes', () => {
  test('requests that reach a node that does not hold the stream arrive, in their order and once', async () => {
    await using way = await PlainHttp.open();
    way.leadTo(...stack.nodes.map(({ port }) => port));
    const documentId = await aScene();
    const [one, two] = [aClient(documentId, { syncUrl: way.url }), aClient(documentId, { syncUrl: way.url })];
    await Promise.all([one, two].map((each) => each.until(() => each.isUp, 'connected')));
    for (let turn = 0; turn < 30; turn += 1) {
      write(one, `가${turn} `);
      write(two, `나${turn} `);
      if (turn % 10 === 9) await Promise.all([one.saved(), two.saved()]);
    }
    await Promise.all([one.saved(), two.saved()]);
    await two.until(() => lines(one) === lines(two), 'the same text');
    for (let turn = 0; turn < 30; turn += 1) for (const word of [`가${turn} `, `나${turn} `]) expect(lines(one).split(word)).toHaveLength(2);
    expect([...one.closes, ...two.closes]).toEqual([]);
    for (const each of [one, two]) each.stop();
  });

  test('a stream of a node that died is gone at the other, and of one that ended nothing is left', async () => {
    const another = await stack.anotherSync();
    const documentId = await aScene();
    const one = aClient(documentId, { syncUrl: another.url });
    await one.until(() => one.isUp, 'connected');
    const { rows } = await query<{ stream_id: string }>('SELECT s.stream_id FROM sync.stream s JOIN sync.node n USING (node) ORDER BY n.seen_at DESC');
    one.stop();
    await another.end('SIGKILL');
    await expect.poll(() => Promise.all(rows.map(({ stream_id: id }) => postTo(id, writeStreamRequest({ number: 1, frames: [writeClientFrame({ type: 'pong' })] })))), { timeout: 10_000 }).toEqual(rows.map(() => 404));
    await expect.poll(async () => (await query('SELECT FROM sync.stream_inbox')).rows, { timeout: 10_000 }).toEqual([]);
  });
});

async function query<T extends object>(sql: string) {
  const database = new Client({ connectionString: stack.databaseUrl });
  await database.connect();
  const result = await database.query<T>(sql);
  await database.end();
  return result;
}

test('a server that stops in order says 1012, and its streams come back to the next one', async () => {
  const documentId = await aScene();
  const one = aClient(documentId);
  await one.until(() => one.isUp, 'connected');
  write(one, '앞 ');
  await one.saved();
  await stack.sync.end('SIGTERM');
  write(one, '사이 ');
  await stack.sync.start();
  await one.saved();
  expect(one.closes[0]).toBe(1012);
  expect(lines(one)).toBe('앞 사이 ');
  one.stop();
});
