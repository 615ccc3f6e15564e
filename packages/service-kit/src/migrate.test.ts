import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { NewerDatabase, grantTo, migrate } from './migrate.ts';
import { aDatabase } from './testing/index.ts';

async function aFolder(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-migrations-'));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return { schema: 'story', folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** The template's own migrations are none of this test's business. */
async function anEmptyDatabase() {
  const database = await aDatabase();
  await database.pool.query('DROP TABLE IF EXISTS cowrite_migration');
  return database;
}

test('applies what is new, once, in the order of the names', async () => {
  await using database = await anEmptyDatabase();
  await using folder = await aFolder({ '0002_fill.sql': "INSERT INTO scene VALUES ('장면')", '0001_scene.sql': 'CREATE TABLE scene (title text)' });
  expect(await migrate(database.url, [folder])).toEqual(['story/0001_scene.sql', 'story/0002_fill.sql']);
  expect(await migrate(database.url, [folder])).toEqual([]);
  expect((await database.pool.query('SELECT title FROM scene')).rows).toEqual([{ title: '장면' }]);
});

test('a migration that fails half-way leaves nothing, and the next run goes on from there', async () => {
  await using database = await anEmptyDatabase();
  await using folder = await aFolder({ '0001_scene.sql': 'CREATE TABLE scene (title text); SELECT 1/0' });
  await expect(migrate(database.url, [folder])).rejects.toThrow('story/0001_scene.sql: division by zero');
  await writeFile(join(folder.folder, '0001_scene.sql'), 'CREATE TABLE scene (title text)');
  expect(await migrate(database.url, [folder])).toEqual(['story/0001_scene.sql']);
});

test('two runners at once wait for each other', async () => {
  await using database = await anEmptyDatabase();
  await using folder = await aFolder({ '0001_scene.sql': 'CREATE TABLE scene (title text)' });
  const applied = await Promise.all([migrate(database.url, [folder]), migrate(database.url, [folder])]);
  expect(applied.flat()).toEqual(['story/0001_scene.sql']);
});

test('a database made by a newer version is refused and untouched', async () => {
  await using database = await anEmptyDatabase();
  await using newer = await aFolder({ '0001_scene.sql': 'CREATE TABLE scene (title text)', '0002_more.sql': 'CREATE TABLE more (title text)' });
  await migrate(database.url, [newer]);
  await using older = await aFolder({ '0001_scene.sql': 'CREATE TABLE scene (title text)' });
  await expect(migrate(database.url, [older])).rejects.toThrow(NewerDatabase);
});

test('the role of the services reads and writes rows and changes no tables; the days of history it makes all the same', async () => {
  await using database = await aDatabase();
  const role = `services_${randomUUID().replaceAll('-', '')}`;
  await database.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'of-a-test'`);
  await grantTo(database.url, role);
  const url = new URL(database.url);
  [url.username, url.password] = [role, 'of-a-test'];
  const services = new Client({ connectionString: url.href });
  await services.connect();
  try {
    await services.query('SELECT * FROM core.account, sync.update_log, media.blob, ai.spent_ticket, cowrite_migration');
    await services.query('INSERT INTO sync.folded_node (node) VALUES (gen_random_uuid()); UPDATE sync.folded_node SET folded_at = now(); DELETE FROM sync.folded_node');
    expect((await services.query('SELECT sync.make_history_days(current_date + 40) AS made')).rows[0].made).toBeGreaterThan(0);
    await services.query('INSERT INTO sync.update_history SELECT * FROM sync.update_history WHERE false');
    for (const refused of [
      'ALTER TABLE core.account ADD COLUMN more text',
      'DROP TABLE sync.update_log',
      'CREATE TABLE core.more (id int)',
      'CREATE TABLE more (id int)',
      'TRUNCATE sync.update_log',
      'INSERT INTO cowrite_migration VALUES (1, 2)',
    ])
      await expect(services.query(refused)).rejects.toThrow(/must be owner|permission denied/);
  } finally {
    await services.end();
    await database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
