import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { PlainHttp } from '../../bench/checker/plain-http.ts';
import { Person } from '../../bench/people.ts';
import { type Stack, startStack } from '../../bench/stack.ts';
import { StudioClient } from '../../bench/studio-client.ts';

/** A large snapshot goes around the sockets: over HTTP, compressed once, by whichever node is asked. */
let stack: Stack;
let owner: Person;
let projectId: string;
let way: PlainHttp;

beforeAll(async () => {
  stack = await startStack({ nodes: 2, env: { COWRITE_COMPACT_AFTER: '200ms' } });
  way = await PlainHttp.open();
  way.leadTo(stack.nodes[1]!.port);
  owner = await Person.register(stack.core.url, '가람');
  projectId = await owner.project('긴 장면');
}, 60_000);
afterAll(async () => {
  await way[Symbol.asyncDispose]();
  await stack[Symbol.asyncDispose]();
});

async function query<T extends object>(sql: string, values: unknown[]): Promise<T[]> {
  const database = new Client({ connectionString: stack.databaseUrl });
  await database.connect();
  const { rows } = await database.query<T>(sql, values);
  await database.end();
  return rows;
}

const client = (documentId: string, options: Partial<ConstructorParameters<typeof StudioClient>[0]> = {}) => new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => owner.projectTicket(projectId), ...options });
const lines = (each: StudioClient) => each.doc.getText('lines').toString();
const write = (each: StudioClient, words: string) => each.doc.getText('lines').insert(each.doc.getText('lines').length, words);
const versionOf = async (documentId: string) => (await query<{ version: number }>('SELECT version FROM sync.document WHERE document_id = $1', [documentId]))[0]?.version ?? 0;

/** A scene that was written and folded; some words after the fold. */
async function aFoldedScene(length = 20_000) {
  const { documentId } = await owner.scene(projectId, '장면');
  const writer = client(documentId);
  await writer.until(() => writer.isUp, 'connected');
  write(writer, '눈이 내렸다. '.repeat(length / 7));
  await writer.saved();
  await expect.poll(() => versionOf(documentId), { timeout: 10_000 }).toBeGreaterThan(0);
  return { documentId, writer };
}

/** The address that a client without anything is told. */
async function toldPath(documentId: string): Promise<string> {
  way.passed.length = 0;
  const reader = client(documentId, { syncUrl: way.url, over: 'stream', canFetch: true });
  await reader.until(() => reader.isUp, 'connected');
  reader.stop();
  return way.passed.find((each) => each.startsWith('GET /v1/snapshots/'))!.slice('GET '.length);
}

const get = (path: string, headers: Record<string, string> = {}, node = stack.sync) => fetch(node.url + path, { headers });

test('who has nothing fetches what is large, and has the same text as everyone', async () => {
  const { documentId, writer } = await aFoldedScene();
  write(writer, '그리고 그쳤다.');
  await writer.saved();
  const reader = client(documentId, { canFetch: true });
  await reader.until(() => reader.isUp, 'connected');
  expect(reader.fetched).toBe(1);
  expect(lines(reader)).toBe(lines(writer));
  write(reader, ' 봄이 왔다.');
  await writer.until(() => lines(writer) === lines(reader), 'words from the one who fetched');
  reader.cut();
  await reader.saved();
  expect(reader.fetched).toBe(1);
  for (const each of [reader, writer]) each.stop();
});

test('who does not say that it can, and who opens something small, is sent it', async () => {
  const { documentId, writer } = await aFoldedScene();
  const old = client(documentId);
  await old.until(() => old.isUp, 'connected');
  expect([old.fetched, lines(old)]).toEqual([0, lines(writer)]);
  const small = await aFoldedScene(700);
  const reader = client(small.documentId, { canFetch: true });
  await reader.until(() => reader.isUp, 'connected');
  expect([reader.fetched, lines(reader)]).toEqual([0, lines(small.writer)]);
  for (const each of [old, writer, reader, small.writer]) each.stop();
});

test('an answer is kept by its name and compressed for whoever takes that, on every node', async () => {
  const { documentId, writer } = await aFoldedScene();
  writer.stop();
  const path = await toldPath(documentId);
  for (const node of stack.nodes) {
    const plain = await get(path, { 'accept-encoding': 'identity' }, node);
    const squeezed = await get(path, { 'accept-encoding': 'gzip, br' }, node);
    expect([plain.status, plain.headers.get('cache-control'), plain.headers.get('content-encoding')]).toEqual([200, 'private, max-age=31536000, immutable', null]);
    expect(squeezed.headers.get('content-encoding')).toBe('br');
    expect(Number(squeezed.headers.get('content-length'))).toBeLessThan(Number(plain.headers.get('content-length')) / 2);
    expect(await squeezed.bytes()).toEqual(await plain.bytes());
    const again = await get(path, { 'if-none-match': plain.headers.get('etag')! }, node);
    expect([again.status, await again.text()]).toEqual([304, '']);
  }
});

test('without the key, with another’s, or from another page nothing is given', async () => {
  const [{ documentId, writer }, other] = [await aFoldedScene(), await aFoldedScene()];
  for (const each of [writer, other.writer]) each.stop();
  const path = await toldPath(documentId);
  for (const wrong of [path.split('?')[0]!, `${path}x`, path.replace(documentId, other.documentId), path.replace(/\/1\./, '/2.')]) expect((await get(wrong)).status).toBe(403);
  expect((await get(path, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await get(path, { origin: `http://localhost:${stack.studioPort}` })).headers.get('access-control-allow-origin')).toBe(`http://localhost:${stack.studioPort}`);
});

test('a version that is gone meanwhile is answered with the newest, and a history that was replaced with 410', async () => {
  const { documentId, writer } = await aFoldedScene();
  const path = await toldPath(documentId);
  const before = await versionOf(documentId);
  write(writer, '더 썼다.');
  await writer.saved();
  await expect.poll(() => versionOf(documentId), { timeout: 10_000 }).toBeGreaterThan(before);
  await expect.poll(async () => (await get(path)).headers.get('etag'), { timeout: 5_000 }).toBe(`W/"1.${await versionOf(documentId)}"`);
  writer.stop();
  await query('UPDATE sync.document SET epoch = epoch + 1 WHERE document_id = $1', [documentId]);
  await expect.poll(async () => (await get(path)).status, { timeout: 15_000 }).toBe(410);
});

test('where the fetch fails the channel is opened anew and the content is sent', async () => {
  const { documentId, writer } = await aFoldedScene();
  way.closedTo = /^\/v1\/snapshots\//;
  const reader = client(documentId, { syncUrl: way.url, over: 'stream', canFetch: true });
  await reader.until(() => reader.isUp, 'connected');
  way.closedTo = null;
  expect(reader.fetched).toBe(0);
  expect(lines(reader)).toBe(lines(writer));
  for (const each of [reader, writer]) each.stop();
});
