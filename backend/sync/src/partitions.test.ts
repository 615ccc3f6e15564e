import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createLogger, migrate, migrationFolders } from '@cowrite/service-kit';
import { aDatabase } from '@cowrite/service-kit/testing';
import { writeBatch } from '@cowrite/sync-core';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Compactor } from './compaction.ts';
import { PostgresUpdateLog } from './update-log.postgres.ts';

const folders = migrationFolders(join(import.meta.dirname, '..', '..', '..'));
const MIGRATIONS = folders.find(({ schema }) => schema === 'sync')!.folder;

/** This service's tables as an installation has them that was not brought up to date for a while. */
async function anOlderDatabase(upTo: string) {
  const database = await aDatabase();
  await database.pool.query("DROP SCHEMA sync CASCADE; DELETE FROM cowrite_migration WHERE name LIKE 'sync/%'");
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-migrations-'));
  try {
    for (const file of await readdir(MIGRATIONS)) if (file <= upTo) await cp(join(MIGRATIONS, file), join(folder, file));
    await migrate(
      database.url,
      folders.map((each) => (each.schema === 'sync' ? { schema: 'sync', folder } : each)),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  return {
    pool: database.pool,
    bringUpToDate: () => migrate(database.url, folders),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

const ROW = 'document_id, epoch, node, seq, updates, credits, at';

test('what an installation had in its log and history is there after its tables became partitions', async () => {
  await using older = await anOlderDatabase('0005_sound_state.sql');
  const { pool } = older;
  const [documentId, node] = [randomUUID(), randomUUID()];
  const doc = new Y.Doc();
  doc.getXmlFragment('default').push([new Y.XmlElement('sceneBreak')]);
  const first = writeBatch([Y.encodeStateAsUpdate(doc)]);
  await pool.query(`INSERT INTO sync.document (document_id, cover, version, snapshot, checksum) VALUES ($1, jsonb_build_object($2::text, 1), 1, '\\x00', '\\x00')`, [documentId, node]);
  await pool.query(`INSERT INTO sync.update_history (${ROW}) VALUES ($1, 1, $2, 1, $3, '{"credits":[],"owners":[]}', now() - interval '400 days')`, [documentId, node, first]);
  // A clock that was ahead once.
  await pool.query(`INSERT INTO sync.update_history (${ROW}) VALUES ($1, 1, $2, 1, $3, '{"credits":[],"owners":[]}', now() + interval '3 days')`, [randomUUID(), node, first]);
  await pool.query(`INSERT INTO sync.update_log (${ROW}) VALUES ($1, 1, $2, 2, $3, '{"credits":[],"owners":[]}', now())`, [documentId, node, writeBatch([Uint8Array.of(0, 0)])]);
  const everyRow = async () => (await pool.query(`SELECT ${ROW} FROM sync.update_log UNION ALL SELECT ${ROW} FROM sync.update_history ORDER BY at`)).rows;
  const before = await everyRow();

  expect(await older.bringUpToDate()).toContain('sync/0006_partitions.sql');
  expect(await everyRow()).toEqual(before);

  // And they work: the damaged snapshot is made anew from history, and the log goes on from where it was.
  const compactor = new Compactor({ pool, rules: { quietMs: 0, oldestMs: 0, rowsMax: 1 }, logger: createLogger({ service: 'test', level: 'silent' }) });
  await compactor.tidy();
  expect(await compactor.fold(documentId)).toBe('folded');
  const stored = await new PostgresUpdateLog(pool).load(documentId);
  expect(stored).toMatchObject({ snapshot: { cover: { [node]: 2 } }, tail: [] });
  Y.applyUpdate(doc, stored.snapshot.bytes!);
  expect(doc.getXmlFragment('default').toString()).toBe('<scenebreak></scenebreak>');
});

test('days of history can be joined into one partition, and the next days go on after the last', async () => {
  await using database = await aDatabase();
  const { pool } = database;
  await pool.query("SELECT sync.make_history_days((now() AT TIME ZONE 'UTC')::date + 3)");
  const { rows } = await pool.query<{ day: string; name: string }>(
    "SELECT day::text, to_char(day, 'YYYYMMDD') AS name FROM generate_series((now() AT TIME ZONE 'UTC')::date + 2, (now() AT TIME ZONE 'UTC')::date + 4, interval '1 day') AS t (day)",
  );
  const [first, second, after] = rows as [(typeof rows)[number], (typeof rows)[number], (typeof rows)[number]];
  for (const { day } of [first, second]) await pool.query(`INSERT INTO sync.update_history (${ROW}) VALUES ($1, 1, $1, 1, '', '{}', $2)`, [randomUUID(), day]);
  await pool.query(`
    BEGIN;
    CREATE TABLE sync.update_history_joined (LIKE sync.update_history INCLUDING DEFAULTS INCLUDING INDEXES);
    LOCK TABLE sync.update_history IN ACCESS EXCLUSIVE MODE;
    INSERT INTO sync.update_history_joined SELECT * FROM sync.update_history_${first.name};
    INSERT INTO sync.update_history_joined SELECT * FROM sync.update_history_${second.name};
    DROP TABLE sync.update_history_${first.name}, sync.update_history_${second.name};
    ALTER TABLE sync.update_history ATTACH PARTITION sync.update_history_joined FOR VALUES FROM ('${first.day}') TO ('${after.day}');
    COMMIT`);
  expect((await pool.query('SELECT DISTINCT tableoid::regclass::text AS place FROM sync.update_history')).rows).toEqual([{ place: 'sync.update_history_joined' }]);
  expect((await pool.query("SELECT sync.make_history_days((now() AT TIME ZONE 'UTC')::date + 5) AS made")).rows).toEqual([{ made: 2 }]);
});

test('the log of one document is looked for in one partition and by its key, by a plan made once and while the log was empty', async () => {
  await using database = await aDatabase();
  const pool = connect(database.url, { name: 'test', connectionsMax: 1, plansOnce: true });
  await database.pool.query('VACUUM ANALYZE sync.update_log');
  await pool.query('PREPARE look (uuid) AS SELECT count(*) FROM sync.update_log WHERE document_id = $1');
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) EXECUTE look ('${randomUUID()}')`);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Subplans Removed: 7');
  expect(plan).toContain('document_id = $1');
  expect(plan).not.toContain('Seq Scan');
  await pool.end();
});
