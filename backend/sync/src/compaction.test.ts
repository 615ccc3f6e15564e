import { randomUUID } from 'node:crypto';
import { createLogger } from '@cowrite/service-kit';
import { aDatabase, type TestDatabase } from '@cowrite/service-kit/testing';
import { Coverage, deleteSetOf, readBatch, writeBatch } from '@cowrite/sync-core';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Compactor, patience } from './compaction.ts';
import { readStateVector } from './open-room.ts';
import { PostgresUpdateLog } from './update-log.postgres.ts';
import type { RowCredits } from './update-log.ts';

const NODE = randomUUID();
const GARAM = randomUUID();
const NARU = randomUUID();

/** A scene typed edit by edit, each its own row of the log. */
async function aTypedScene(database: TestDatabase, lines: readonly string[]) {
  const documentId = randomUUID();
  const log = new PostgresUpdateLog(database.pool);
  const doc = new Y.Doc();
  doc.clientID = 7;
  const rows: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => rows.push(update));
  for (const line of lines) {
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText(line)]);
    doc.getXmlFragment('default').push([paragraph]);
  }
  let clock = 0;
  for (const [at, update] of rows.entries()) {
    const next = Y.parseUpdateMeta(update).to.get(7)!;
    await log.append([{ documentId, epoch: 1, node: NODE, seq: at + 1, updates: writeBatch([update]), credits: { credits: [{ client: 7, from: clock, to: next, by: GARAM }], owners: at === 0 ? [{ client: 7, by: GARAM }] : [] } }]);
    clock = next;
  }
  return { documentId, log, doc };
}

const aCompactor = (database: TestDatabase) => new Compactor({ pool: database.pool, rules: { quietMs: 0, oldestMs: 0, rowsMax: 1 }, logger: createLogger({ service: 'test', level: 'silent' }) });

const readsOf = (snapshot: Buffer) => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, snapshot);
  return doc.getXmlFragment('default').toString();
};

test('the log becomes a snapshot that loads to the same, and its rows become history', async () => {
  await using database = await aDatabase();
  const { documentId, log, doc } = await aTypedScene(database, ['닭이 울었다.', '', '감자를 깠다.']);
  expect(await aCompactor(database).fold(documentId)).toBe('folded');
  const stored = await log.load(documentId);
  expect(readsOf(stored.snapshot.bytes!)).toBe(doc.getXmlFragment('default').toString());
  expect(stored).toMatchObject({ snapshot: { version: 1, cover: { [NODE]: 3 } }, tail: [], owners: [{ client: 7, by: GARAM }], unconfirmed: [] });
  // What a join knows of the snapshot without reading it.
  expect(stored.snapshot).toMatchObject({ deleteSet: deleteSetOf(stored.snapshot.bytes!) });
  expect(new Map(readStateVector(stored.snapshot.stateVector))).toEqual(new Map(Coverage.of([stored.snapshot.bytes!]).known));
  expect((await database.pool.query('SELECT seq, cardinality(moments) AS updates, credits FROM sync.update_history WHERE document_id = $1', [documentId])).rows).toEqual([
    { seq: 3, updates: 3, credits: { credits: [{ client: 7, from: 0, to: expect.any(Number), by: GARAM }], owners: [{ client: 7, by: GARAM }] } },
  ]);
});

test('a second folding builds on the first and keeps every word', async () => {
  await using database = await aDatabase();
  const { documentId, log, doc } = await aTypedScene(database, ['하나']);
  const compactor = aCompactor(database);
  await compactor.fold(documentId);
  const since = Y.encodeStateVector(doc);
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText('둘')]);
  doc.getXmlFragment('default').push([paragraph]);
  await log.append([{ documentId, epoch: 1, node: NODE, seq: 2, updates: writeBatch([Y.encodeStateAsUpdate(doc, since)]), credits: { credits: [], owners: [] } }]);
  await compactor.fold(documentId);
  expect(readsOf((await log.load(documentId)).snapshot.bytes!)).toBe('<paragraph>하나</paragraph><paragraph>둘</paragraph>');
  expect(await compactor.fold(documentId)).toBe('nothing');
});

test('text, lengths and freshness are there for search and counts, composed whatever the editor wrote', async () => {
  await using database = await aDatabase();
  const { documentId } = await aTypedScene(database, ['봄이 온다.'.normalize('NFD'), '꽃!']);
  await aCompactor(database).fold(documentId);
  const { rows } = await database.pool.query('SELECT text, initials, with_spaces, without_spaces, without_punctuation FROM sync.projection WHERE document_id = $1', [documentId]);
  expect(rows).toEqual([{ text: '봄이 온다.\n꽃!', initials: expect.stringContaining('ㅂㅇ ㅇㄷ'), with_spaces: 8, without_spaces: 7, without_punctuation: 5 }]);
});

test('words that someone carried for another stay marked as carried until their owner shows them', async () => {
  await using database = await aDatabase();
  const { documentId, log, doc } = await aTypedScene(database, ['내 글']);
  const since = Y.encodeStateVector(doc);
  const from = Y.decodeStateVector(since).get(7)!;
  doc.getXmlFragment('default').push([new Y.XmlElement('sceneBreak')]);
  await log.append([{ documentId, epoch: 1, node: NODE, seq: 2, updates: writeBatch([Y.encodeStateAsUpdate(doc, since)]), credits: { credits: [{ client: 7, from, to: from + 1, by: NARU }], owners: [] } }]);
  await aCompactor(database).fold(documentId);
  expect((await log.load(documentId)).unconfirmed).toEqual([{ client: 7, from, to: from + 1 }]);
});

test('a damaged snapshot is never served, and is made anew from the rows it was made of', async () => {
  await using database = await aDatabase();
  const { documentId, log, doc } = await aTypedScene(database, ['하나', '둘']);
  const compactor = aCompactor(database);
  await compactor.fold(documentId);
  await database.pool.query('UPDATE sync.document SET snapshot = set_byte(snapshot, 3, 255) WHERE document_id = $1', [documentId]);
  await expect(log.load(documentId)).rejects.toThrow('checksum');
  await expect(log.snapshot(documentId)).rejects.toThrow('checksum');
  // Core reads past this service: it is given the rows instead, and has the whole text.
  const { rows } = await database.pool.query<{ snapshot: Buffer | null; tail: Buffer[] }>('SELECT snapshot, tail FROM sync.document_state($1)', [documentId]);
  expect(rows[0]!.snapshot).toBeNull();
  const read = new Y.Doc();
  for (const row of rows[0]!.tail) for (const update of readBatch(row)) Y.applyUpdate(read, update);
  expect(read.getXmlFragment('default').toString()).toBe(doc.getXmlFragment('default').toString());
  // Whoever found it damaged asked for it.
  expect(await compactor.round()).toBe(1);
  expect(readsOf((await log.load(documentId)).snapshot.bytes!)).toBe(doc.getXmlFragment('default').toString());
});

test('a damaged snapshot whose rows are gone is an error to core too, never an empty text', async () => {
  await using database = await aDatabase();
  const { documentId } = await aTypedScene(database, ['하나']);
  await aCompactor(database).fold(documentId);
  await database.pool.query('UPDATE sync.document SET snapshot = set_byte(snapshot, 3, 255) WHERE document_id = $1', [documentId]);
  await database.pool.query('DELETE FROM sync.update_history WHERE document_id = $1', [documentId]);
  await expect(database.pool.query('SELECT * FROM sync.document_state($1)', [documentId])).rejects.toThrow('checksum');
});

test('a damaged snapshot of which history has only a part stays as it is: less than the whole is never taken for it', async () => {
  await using database = await aDatabase();
  const { documentId } = await aTypedScene(database, ['하나']);
  const compactor = aCompactor(database);
  await compactor.fold(documentId);
  await database.pool.query('UPDATE sync.document SET snapshot = set_byte(snapshot, 3, 255) WHERE document_id = $1', [documentId]);
  await database.pool.query('DELETE FROM sync.update_history WHERE document_id = $1', [documentId]);
  await expect(compactor.fold(documentId)).rejects.toThrow('history does not hold all');
  expect((await database.pool.query('SELECT version FROM sync.document WHERE document_id = $1', [documentId])).rows).toEqual([{ version: 1 }]);
});

test('history keeps the bytes and the moment of every update, and what core wrote by itself', async () => {
  await using database = await aDatabase();
  const { documentId, log } = await aTypedScene(database, ['하나', '둘']);
  const other = new Y.Doc();
  other.getXmlFragment('default').push([new Y.XmlElement('sceneBreak')]);
  await log.append([{ documentId, epoch: 1, node: NODE, seq: 3, updates: writeBatch([Y.encodeStateAsUpdate(other)]), credits: { edit: randomUUID(), credits: [], owners: [] } }]);
  await database.pool.query("UPDATE sync.update_log SET at = timestamptz '2026-11-24 23:59:58Z' + seq * interval '1.5 s' WHERE document_id = $1", [documentId]);
  const { rows: before } = await database.pool.query<{ bytes: Buffer }>('SELECT updates AS bytes FROM sync.update_log WHERE document_id = $1 ORDER BY seq', [documentId]);
  await aCompactor(database).fold(documentId);
  const { rows } = await database.pool.query<{ updates: Buffer }>("SELECT seq, to_char(at, 'HH24:MI:SS.MS') AS at, moments, updates FROM sync.update_history WHERE document_id = $1 ORDER BY seq", [documentId]);
  expect(rows).toMatchObject([
    { seq: 2, at: '23:59:59.500', moments: [0, 1_500] },
    { seq: 3, at: '00:00:02.500', moments: null },
  ]);
  expect(Buffer.concat(rows.map(({ updates }) => updates))).toEqual(Buffer.concat(before.map(({ bytes }) => bytes)));
});

test('a row that was folded already is not taken a second time, and counts as written', async () => {
  await using database = await aDatabase();
  const { documentId, log } = await aTypedScene(database, ['하나']);
  const [{ row, updates, credits }] = (await log.load(documentId)).tail as [{ row: { node: string; seq: number }; updates: Buffer; credits: RowCredits }];
  await aCompactor(database).fold(documentId);
  expect(await log.append([{ ...row, documentId, epoch: 1, updates, credits }])).toEqual([]);
  expect((await log.load(documentId)).tail).toEqual([]);
});

test('a cover forgets a node that gives no sign and of which nothing was folded for a week, and no other', async () => {
  await using database = await aDatabase();
  const { documentId, log } = await aTypedScene(database, ['하나']);
  const compactor = aCompactor(database);
  const [silent, living] = [randomUUID(), randomUUID()];
  const write = (node: string, seq: number) => log.append([{ documentId, epoch: 1, node, seq, updates: writeBatch([Uint8Array.of(0, 0)]), credits: { credits: [], owners: [] } }]);
  await write(silent, 1);
  await write(living, 1);
  await compactor.fold(documentId);
  await database.pool.query("UPDATE sync.folded_node SET folded_at = now() - interval '6 days'");
  await write(NODE, 2);
  await compactor.fold(documentId);
  expect((await log.snapshot(documentId)).cover).toEqual({ [NODE]: 2, [silent]: 1, [living]: 1 });
  await database.pool.query("UPDATE sync.folded_node SET folded_at = now() - interval '8 days'");
  await database.pool.query('INSERT INTO sync.node (node) VALUES ($1)', [living]);
  await compactor.tidy();
  await write(NODE, 3);
  await compactor.fold(documentId);
  expect((await log.snapshot(documentId)).cover).toEqual({ [NODE]: 3, [living]: 1 });
  // Thought to be gone and only silent: its rows are taken all the same.
  await write(silent, 2);
  await compactor.fold(documentId);
  expect((await log.snapshot(documentId)).cover).toMatchObject({ [silent]: 2 });
});

test('days of history are made ahead and once, however many make them, and a row without its day moves there', async () => {
  await using database = await aDatabase();
  const { documentId } = await aTypedScene(database, ['하나']);
  const placeOf = async () => (await database.pool.query<{ place: string }>('SELECT tableoid::regclass::text AS place FROM sync.update_history WHERE document_id = $1', [documentId])).rows;
  const day = "to_char((now() AT TIME ZONE 'UTC')::date + 3, 'YYYYMMDD')";
  await database.pool.query("UPDATE sync.update_log SET at = ((now() AT TIME ZONE 'UTC')::date + 3) AT TIME ZONE 'UTC' WHERE document_id = $1", [documentId]);
  await aCompactor(database).fold(documentId);
  expect(await placeOf()).toEqual([{ place: 'sync.update_history_other' }]);
  const days = async () => (await database.pool.query("SELECT inhrelid::regclass::text AS day FROM pg_inherits WHERE inhparent = 'sync.update_history'::regclass ORDER BY 1")).rows;
  await Promise.all([aCompactor(database).tidy(), aCompactor(database).tidy()]);
  const made = await days();
  await aCompactor(database).tidy();
  expect(await days()).toEqual(made);
  expect(await placeOf()).toEqual((await database.pool.query(`SELECT 'sync.update_history_' || ${day} AS place`)).rows);
});

test('a log with a hole keeps its rows, and after patience the row that rests on nothing is set aside whole', async () => {
  await using database = await aDatabase();
  const { documentId, log } = await aTypedScene(database, ['하나', '둘']);
  const compactor = aCompactor(database);
  await database.pool.query('DELETE FROM sync.update_log WHERE document_id = $1 AND seq = 1', [documentId]);
  const sound = new Y.Doc();
  sound.getXmlFragment('default').push([new Y.XmlElement('sceneBreak')]);
  await log.append([{ documentId, epoch: 1, node: NODE, seq: 3, updates: writeBatch([Y.encodeStateAsUpdate(sound)]), credits: { credits: [], owners: [] } }]);
  await expect(compactor.fold(documentId)).rejects.toThrow('does not hold');
  expect((await log.load(documentId)).tail).toHaveLength(2);
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await compactor.round();
    await database.pool.query('UPDATE sync.fold_job SET due_at = now()');
  }
  const { snapshot, tail } = await log.load(documentId);
  expect(tail).toEqual([]);
  expect(readsOf(snapshot.bytes!)).toBe('<scenebreak></scenebreak>');
  expect((await database.pool.query('SELECT seq, reason FROM sync.quarantined_row WHERE document_id = $1', [documentId])).rows).toEqual([{ seq: 2, reason: 'rests on what the log does not hold' }]);
});

test('the larger a document, the longer it is left to be folded', async () => {
  await using database = await aDatabase();
  const rules = { quietMs: 2_000, oldestMs: 3_600_000, rowsMax: 1_000 };
  const compactor = new Compactor({ pool: database.pool, rules, logger: createLogger({ service: 'test', level: 'silent' }) });
  const [small, large] = [await aTypedScene(database, ['짧은 글']), await aTypedScene(database, ['긴 글'.repeat(100_000)])];
  for (const { documentId } of [small, large]) await compactor.fold(documentId);
  for (const { documentId, log } of [small, large]) await log.append([{ documentId, epoch: 1, node: NODE, seq: 9, updates: writeBatch([Uint8Array.of(0, 0)]), credits: { credits: [], owners: [] } }]);
  const waited = (ms: number) => database.pool.query('UPDATE sync.update_log SET at = now() - make_interval(secs => $1)', [ms / 1_000]);
  await waited(3_000);
  expect(await compactor.round()).toBe(1);
  expect((await small.log.load(small.documentId)).tail).toEqual([]);
  await waited(2_000 * patience((await large.log.snapshot(large.documentId)).bytes!.length));
  expect(await compactor.round()).toBe(1);
});

test('a document that another process is folding keeps its job, for the case that this process dies of it', async () => {
  await using database = await aDatabase();
  const { documentId, log } = await aTypedScene(database, ['하나']);
  const other = await database.pool.connect();
  await other.query("SELECT pg_advisory_lock(hashtextextended('fold ' || $1, 0))", [documentId]);
  const compactor = aCompactor(database);
  const leased = async () => (await database.pool.query("SELECT attempts, due_at BETWEEN now() + interval '5 s' AND now() + interval '10 s' AS soon FROM sync.fold_job")).rows;
  expect(await compactor.round()).toBe(0);
  expect(await leased()).toEqual([{ attempts: 0, soon: true }]);
  // The lock ends with the connection of whoever died, and the lease ten seconds after it began.
  other.release(true);
  await database.pool.query("UPDATE sync.fold_job SET due_at = due_at - interval '10 s'");
  for (let folded = 0; folded === 0; folded = await compactor.round()) await database.pool.query('UPDATE sync.fold_job SET due_at = now()');
  expect((await log.load(documentId)).tail).toEqual([]);
});

test('a job is taken once, and a document whose folding dies is left to others and tried more and more rarely', async () => {
  await using database = await aDatabase();
  const { documentId } = await aTypedScene(database, ['하나']);
  await database.pool.query('INSERT INTO sync.fold_job (document_id, attempts, due_at) VALUES ($1, 5, now())', [documentId]);
  // As a process that took it and died would leave it.
  await database.pool.query("UPDATE sync.fold_job SET attempts = 6, due_at = now() + interval '1 hour'");
  expect(await aCompactor(database).round()).toBe(0);
  await database.pool.query('UPDATE sync.fold_job SET due_at = now()');
  expect((await Promise.all([aCompactor(database).round(), aCompactor(database).round()])).reduce((sum, folded) => sum + folded, 0)).toBe(1);
  expect((await database.pool.query('SELECT 1 FROM sync.fold_job')).rowCount).toBe(0);
});
