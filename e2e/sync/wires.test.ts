import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { Person } from '../../bench/people.ts';
import { type Stack, startStack } from '../../bench/stack.ts';
import { StudioClient } from '../../bench/studio-client.ts';

let stack: Stack;
let owner: Person;
beforeAll(async () => {
  stack = await startStack();
  owner = await Person.register(stack.core.url, '가람');
}, 60_000);
afterAll(() => stack[Symbol.asyncDispose]());

const wsUrl = () => stack.sync.url.replace('http', 'ws');

/** Resolves when the document's paragraphs read so; looked at on every change. */
const reads = (doc: Y.Doc, ...lines: string[]) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`reads ${JSON.stringify(linesOf(doc))} and not ${JSON.stringify(lines)}`)), 10_000);
    const look = () => {
      if (JSON.stringify(linesOf(doc)) !== JSON.stringify(lines)) return;
      clearTimeout(timer);
      doc.off('update', look);
      resolve();
    };
    doc.on('update', look);
    look();
  });

const linesOf = (doc: Y.Doc) =>
  doc
    .getXmlFragment('default')
    .toArray()
    .map((block) => (block as Y.XmlElement).toArray().map(String).join(''));

function write(doc: Y.Doc, line: string): void {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(line)]);
  doc.getXmlFragment('default').push([paragraph]);
}

function yjs(person: Person, documentId: string, doc = new Y.Doc()) {
  const provider = new WebsocketProvider(`${wsUrl()}/yjs`, documentId, doc, { WebSocketPolyfill: WebSocket as never, protocols: [`token.${person.token}`], disableBc: true });
  return { doc, provider, [Symbol.dispose]: () => provider.destroy() };
}

function hocuspocus(person: Person, documentId: string, doc = new Y.Doc()) {
  const websocketProvider = new HocuspocusProviderWebsocket({ url: `${wsUrl()}/hocuspocus`, WebSocketPolyfill: WebSocket as never });
  const provider = new HocuspocusProvider({ websocketProvider, name: documentId, document: doc, token: person.token });
  provider.attach();
  return {
    doc,
    provider,
    /** Resolves when every change has its committed SyncStatus. */
    committed: () =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (provider.hasUnsyncedChanges) return;
          provider.off('unsyncedChanges', look);
          resolve();
        };
        provider.on('unsyncedChanges', look);
        look();
      }),
    [Symbol.dispose]: () => {
      provider.destroy();
      websocketProvider.destroy();
    },
  };
}

const studio = (person: Person, projectId: string, documentId: string) => new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => person.projectTicket(projectId) });

test('one client of each wire converge, and the text is committed', async () => {
  const projectId = await owner.project('세 갈래');
  const { documentId } = await owner.scene(projectId, '1화');
  const ours = studio(owner, projectId, documentId);
  using second = yjs(owner, documentId);
  using third = hocuspocus(owner, documentId);
  write(ours.doc, '닭이 울었다.');
  await ours.saved();
  await reads(second.doc, '닭이 울었다.');
  write(second.doc, '점순이가 웃었다.');
  await reads(third.doc, '닭이 울었다.', '점순이가 웃었다.');
  write(third.doc, '나는 울었다. 👩‍🚀');
  await third.committed();
  await reads(ours.doc, '닭이 울었다.', '점순이가 웃었다.', '나는 울었다. 👩‍🚀');
  expect(await owner.text(projectId, documentId)).toBe('닭이 울었다.\n점순이가 웃었다.\n나는 울었다. 👩‍🚀');
  ours.stop();
});

test('what was written before connecting arrives by each foreign wire', async () => {
  const projectId = await owner.project('먼저 쓴 글');
  for (const wire of [yjs, hocuspocus]) {
    const { documentId } = await owner.scene(projectId, wire.name);
    const doc = new Y.Doc();
    write(doc, '기차 안에서 썼다.');
    using _client = wire(owner, documentId, doc);
    const reader = studio(owner, projectId, documentId);
    await reads(reader.doc, '기차 안에서 썼다.');
    reader.stop();
  }
});

test('a reader of either wire writes nothing', async () => {
  const projectId = await owner.project('읽기만');
  const { documentId } = await owner.scene(projectId, '1화');
  const reader = await Person.register(stack.core.url, '독자');
  await owner.invite(projectId, reader, 'reader');
  const author = studio(owner, projectId, documentId);
  write(author.doc, '손대지 못할 글');
  await author.saved();

  using first = yjs(reader, documentId);
  using second = hocuspocus(reader, documentId);
  await reads(first.doc, '손대지 못할 글');
  await reads(second.doc, '손대지 못할 글');
  const refused = new Promise<void>((resolve) =>
    second.provider.on('message', ({ message }: { message: { data: Uint8Array } }) => {
      const bytes = [...new Uint8Array(message.data)];
      // name, SyncStatus, 0
      if (bytes.at(-2) === 8 && bytes.at(-1) === 0) resolve();
    }),
  );
  write(first.doc, '낙서');
  write(second.doc, '낙서');
  await refused;
  write(author.doc, '뒤에 온 글');
  await author.saved();
  await reads(author.doc, '손대지 못할 글', '뒤에 온 글');
  expect(await owner.text(projectId, documentId)).toBe('손대지 못할 글\n뒤에 온 글');
  author.stop();
});

test('a ticket opens one socket once, for its document only', async () => {
  const projectId = await owner.project('입장권');
  const [scene, other] = [await owner.scene(projectId, '1화'), await owner.scene(projectId, '2화')];
  const ticket = await owner.documentTicket(projectId, scene.documentId);
  const upgrade = (documentId: string, protocol?: string, origin?: string) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`${wsUrl()}/yjs/${documentId}`, protocol ? [protocol] : [], origin ? { origin } : {});
      socket.on('open', () => {
        resolve(101);
        socket.terminate();
      });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => undefined);
    });
  expect(await upgrade(other.documentId, `ticket.${ticket}`)).toBe(403);
  const fresh = await owner.documentTicket(projectId, scene.documentId);
  expect(await upgrade(scene.documentId, `ticket.${fresh}`)).toBe(101);
  expect(await upgrade(scene.documentId, `ticket.${fresh}`)).toBe(401);
  expect(await upgrade(scene.documentId)).toBe(401);
  expect(await upgrade(scene.documentId, `token.${owner.token}`, 'https://evil.example')).toBe(403);
  expect(await upgrade('not-a-document', `token.${owner.token}`)).toBe(404);
});

test('a role that is taken away stops the writing of an open socket within a second, and the text stays with its writer', async () => {
  const projectId = await owner.project('역할');
  const { documentId } = await owner.scene(projectId, '1화');
  const writer = await Person.register(stack.core.url, '나루');
  await owner.invite(projectId, writer, 'writer');
  const client = studio(writer, projectId, documentId);
  write(client.doc, '받아들인 글');
  await client.saved();
  await owner.call('PATCH', `/projects/${projectId}/members/${writer.userId}`, { role: 'reader' });
  await client.until(() => !client.canWrite, 'read-only', 1_000);
  write(client.doc, '늦은 글');
  expect(client.waiting).toBe(1);
  expect(await owner.text(projectId, documentId)).toBe('받아들인 글');

  await owner.call('DELETE', `/projects/${projectId}/members/${writer.userId}`);
  await client.until(() => client.closes.includes(4403), 'sent away', 1_000);
  client.stop();
});

test('a token that is revoked closes its sockets within a second, on every wire', async () => {
  const projectId = await owner.project('거둔 열쇠');
  const { documentId } = await owner.scene(projectId, '1화');
  const writer = await Person.register(stack.core.url, '나루');
  await owner.invite(projectId, writer, 'writer');
  const ours = studio(writer, projectId, documentId);
  using second = yjs(writer, documentId);
  using third = hocuspocus(writer, documentId);
  write(ours.doc, '마지막 문장');
  await ours.saved();
  await reads(second.doc, '마지막 문장');
  await reads(third.doc, '마지막 문장');
  const closed = new Promise<number>((resolve) => second.provider.on('connection-close', (event) => resolve(event?.code ?? 0)));
  const ended = new Promise<void>((resolve) => third.provider.on('disconnect', () => resolve()));
  const { items } = await writer.call<{ items: { id: string }[] }>('GET', '/auth/tokens');
  await writer.call('DELETE', `/auth/tokens/${items[0]!.id}`);
  await ours.until(() => ours.closes.includes(4401), 'signed out', 1_000);
  await ended;
  // Held back on that wire, so that its client does not come back at once; nothing is taken meanwhile.
  expect(await closed).toBe(4401);
  expect(await owner.text(projectId, documentId)).toBe('마지막 문장');
  ours.stop();
});

test('a socket outlives the token it came with when it shows a fresh one in time', async () => {
  const projectId = await owner.project('새 열쇠');
  const { documentId } = await owner.scene(projectId, '1화');
  const writer = await Person.register(stack.core.url, '나루');
  await owner.invite(projectId, writer, 'writer');
  const { token } = await writer.call<{ token: string }>('POST', '/auth/tokens', { name: '다음', scopes: ['*'], expiresInDays: 2 });
  let bearer = writer.token;
  const client = new StudioClient({
    syncUrl: stack.sync.url,
    documentId,
    ticket: async () => {
      const answer = await fetch(`${stack.core.url}/projects/${projectId}/tickets`, { method: 'POST', headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }, body: '{}' });
      return ((await answer.json()) as { ticket: string }).ticket;
    },
  });
  await client.until(() => client.isUp, 'open');
  const database = new Client({ connectionString: stack.databaseUrl });
  await database.connect();
  const expire = (when: string) => database.query(`UPDATE core.personal_token SET expires_at = now() + interval '${when}' WHERE user_id = $1 AND name = '시험'`, [writer.userId]);
  bearer = token;
  await expire('30 seconds');
  await client.until(() => client.renewals > 0, 'renewed');
  await expire('-1 second');
  // A change of role makes the server look at once; it must find the fresh token and not the dead one.
  await owner.call('PATCH', `/projects/${projectId}/members/${writer.userId}`, { role: 'reader' });
  await client.until(() => !client.canWrite, 'looked');
  await owner.call('PATCH', `/projects/${projectId}/members/${writer.userId}`, { role: 'writer' });
  await client.until(() => client.canWrite, 'looked again');
  write(client.doc, '이어진 문장');
  await client.saved();
  expect(client.closes).toEqual([]);
  await database.end();
  client.stop();
});

test('core’s own writes reach the log and an open scene; one that is no update is kept aside and holds up nothing', async () => {
  const projectId = await owner.project('가져온 글');
  const { documentId } = await owner.scene(projectId, '1화');
  const client = studio(owner, projectId, documentId);
  await client.until(() => client.isUp, 'open');
  const doc = new Y.Doc();
  write(doc, '가져온 문장');
  const database = new Client({ connectionString: stack.databaseUrl });
  await database.connect();
  for (const bytes of [Buffer.from('글이 아닌 것'), Buffer.from(Y.encodeStateAsUpdate(doc))]) {
    await database.query('INSERT INTO core.document_edit (id, document_id, project_id, bytes, actor, created_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, now())', [documentId, projectId, bytes, owner.userId]);
  }
  await database.query(`SELECT pg_notify('cowrite', '{"kind":"edits"}')`);
  await reads(client.doc, '가져온 문장');
  expect(await owner.text(projectId, documentId)).toBe('가져온 문장');
  const { rows } = await database.query('SELECT bytes, actor FROM sync.quarantined_edit WHERE document_id = $1', [documentId]);
  expect(rows).toEqual([{ bytes: Buffer.from('글이 아닌 것'), actor: owner.userId }]);
  await database.end();
  client.stop();
});

test('outline changes reach an open socket in order and without a gap', async () => {
  const projectId = await owner.project('사건');
  const { documentId } = await owner.scene(projectId, '1화');
  const client = studio(owner, projectId, documentId);
  await client.until(() => client.isUp, 'open');
  await owner.scene(projectId, '2화');
  await owner.scene(projectId, '3화');
  await client.until(() => client.events.length >= 3, 'three events');
  expect(client.events.map((event) => (event as { seq: number }).seq)).toEqual([1, 2, 3]);
  client.stop();
});
