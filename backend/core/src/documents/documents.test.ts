import { routes, TicketClaims } from '@cowrite/contract';
import { writeBatch } from '@cowrite/sync-core';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { sceneUpdates } from '../imports/scene-updates.ts';
import { aStory, documentOf } from '../platform/testing/scenario.ts';

const { documents, tickets } = routes;

/** The updates of a scene to which paragraphs are added one at a time. */
function paragraphs(...texts: string[]): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const text of texts) {
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText(text)]);
    doc.getXmlFragment('default').push([paragraph]);
  }
  return updates;
}

test('the text is what is committed: snapshot, log after it, and edits that still wait, each once', async () => {
  await using story = await aStory({ roles: ['reader'] });
  const { projectId } = story;
  const documentId = documentOf(await story.add({ kind: 'chapter', title: '1화' }));
  const { pool } = story.database;
  const [first, second, third, fourth] = paragraphs('하나', '둘', '셋', '넷') as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  await pool.query('INSERT INTO sync.document (document_id, snapshot) VALUES ($1, $2)', [documentId, Buffer.from(Y.mergeUpdates([first, second]))]);
  const log = (seq: number, updates: Uint8Array[]) =>
    pool.query('INSERT INTO sync.update_log (document_id, epoch, node, seq, updates, credits) VALUES ($1, 1, $2, $3, $4, $5)', [documentId, projectId, seq, Buffer.from(writeBatch(updates)), '[]']);
  await log(1, [second, third]);
  const read = () => story.as.reader.call(documents.text, { projectId, documentId });
  expect(await read()).toBe('하나\n둘\n셋');
  await log(2, [fourth]);
  const [waiting] = sceneUpdates(['가져온 줄']);
  await pool.query('INSERT INTO core.document_edit (id, document_id, project_id, bytes, actor, created_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, now())', [documentId, projectId, Buffer.from(waiting!), story.owner.user.id]);
  expect((await read()).split('\n').toSorted()).toEqual(['가져온 줄', '넷', '둘', '셋', '하나'].toSorted());
});

test('a scene whose stored state cannot be read is an error, never an empty text', async () => {
  await using story = await aStory({ roles: [] });
  const documentId = documentOf(await story.add({ kind: 'scene', title: '장면' }));
  await story.database.pool.query('INSERT INTO sync.document (document_id, snapshot) VALUES ($1, $2)', [documentId, Buffer.from('not an update at all')]);
  expect(await story.owner.call(documents.text, { projectId: story.projectId, documentId }).problem).toMatchObject({ code: 'internal-error', status: 500 });
});

test('a scene larger than is read, or that takes too long, is refused', async () => {
  await using story = await aStory({ roles: [], environment: { COWRITE_DOCUMENT_BYTES_MAX: '1024' } });
  const documentId = documentOf(await story.add({ kind: 'scene', title: '장면' }));
  await story.database.pool.query('INSERT INTO sync.document (document_id, snapshot) VALUES ($1, $2)', [documentId, Buffer.alloc(2_000)]);
  expect(await story.owner.call(documents.text, { projectId: story.projectId, documentId }).problem).toMatchObject({ code: 'too-large' });
});

test('a ticket says who comes, to what, as what and from which sign-in, and is good for thirty seconds', async () => {
  await using story = await aStory({ roles: ['editor'] });
  const { projectId } = story;
  const documentId = documentOf(await story.add({ kind: 'scene', title: '장면' }));
  const keys = createLocalJWKSet((await story.browser().send('GET', '/.well-known/jwks.json')).json());
  const { ticket, expiresAt } = await story.as.editor.call(tickets.document, { projectId, documentId });
  const { payload, protectedHeader } = await jwtVerify(ticket, keys, { audience: 'cowrite-sync', typ: 'ticket+jwt', currentDate: story.clock.now() });
  const { items } = await story.as.editor.call(routes.accounts.signIns, {});
  expect(protectedHeader.alg).toBe('EdDSA');
  expect(TicketClaims.parse(payload)).toMatchObject({ sub: story.as.editor.user.id, name: 'editor', colour: 1, project: projectId, document: documentId, role: 'editor', credential: { kind: 'sign-in', id: items[0]!.id } });
  expect(new Date(expiresAt).getTime() - story.clock.now().getTime()).toBeLessThanOrEqual(30_000);
  const wide = await story.as.editor.call(tickets.project, { projectId });
  expect(TicketClaims.parse((await jwtVerify(wide.ticket, keys, { currentDate: story.clock.now() })).payload).document).toBeUndefined();
  await expect(jwtVerify(ticket, keys, { currentDate: new Date(story.clock.now().getTime() + 31_000) })).rejects.toThrow();
});

test('a scene in the trash has no ticket; in a work in the trash everyone reads', async () => {
  await using story = await aStory({ roles: [] });
  const { projectId, owner } = story;
  const part = await story.add({ kind: 'part', title: '1부' });
  const documentId = documentOf(await story.add({ kind: 'chapter', title: '1화', parentId: part.id }));
  await owner.call(routes.outline.trash, { projectId, nodeIds: [part.id] });
  expect(await owner.call(tickets.document, { projectId, documentId }).problem).toMatchObject({ code: 'in-trash' });
  await owner.call(routes.outline.restore, { projectId, nodeIds: [part.id] });
  await owner.call(routes.projects.trash, { projectId });
  const { ticket } = await owner.call(tickets.document, { projectId, documentId });
  expect(JSON.parse(Buffer.from(ticket.split('.')[1]!, 'base64url').toString())).toMatchObject({ role: 'reader' });
});
