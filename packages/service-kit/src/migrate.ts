import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';

/** The migrations of one schema: a folder of `NNNN_what.sql`, applied in the order of their names. */
export interface MigrationFolder {
  schema: string;
  folder: string;
}

/** Core first: the others read its published functions. */
const SCHEMAS = ['core', 'sync', 'ai', 'media'] as const;

/** The migrations of every service, in the order in which they are applied, from the root of the repository. */
export const migrationFolders = (root: string): MigrationFolder[] => SCHEMAS.map((schema) => ({ schema, folder: join(root, 'backend', schema, 'migrations') }));

/** The database was made by a newer Cowrite than this one. Nothing was changed. */
export class NewerDatabase extends Error {
  readonly unknown: readonly string[];

  constructor(unknown: readonly string[]) {
    super(`The database has migrations that this version does not know: ${unknown.join(', ')}`);
    this.name = 'NewerDatabase';
    this.unknown = unknown;
  }
}

// Any fixed number; it names the lock, so that two runners wait for each other instead of both migrating.
const LOCK = 7_296_533_401;

/**
 * Brings the database up to date: forward only, each file in a transaction of its own, one runner at a time. Run by the
 * launcher or a one-shot job, never by a service.
 *
 * @returns the names applied now, e.g. `core/0001_accounts.sql`.
 * @throws NewerDatabase when the database is ahead of this code, or an Error naming the file that failed.
 */
export async function migrate(databaseUrl: string, folders: readonly MigrationFolder[]): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'cowrite-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query('CREATE TABLE IF NOT EXISTS cowrite_migration (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())');
    const applied = new Map((await client.query<{ name: string; checksum: string }>('SELECT name, checksum FROM cowrite_migration')).rows.map((row) => [row.name, row.checksum]));

    const known: { name: string; sql: string; checksum: string }[] = [];
    for (const { schema, folder } of folders) {
      for (const file of (await readdir(folder)).filter((name) => /^\d{4}_[\w-]+\.sql$/.test(name)).toSorted()) {
        const sql = await readFile(join(folder, file), 'utf8');
        known.push({ name: `${schema}/${file}`, sql, checksum: createHash('sha256').update(sql).digest('hex') });
      }
    }
    const unknown = [...applied.keys()].filter((name) => !known.some((migration) => migration.name === name));
    if (unknown.length > 0) throw new NewerDatabase(unknown);

    const done: string[] = [];
    for (const { name, sql, checksum } of known) {
      const before = applied.get(name);
      if (before !== undefined) {
        if (before !== checksum) throw new Error(`${name} was changed after it had been applied`);
        continue;
      }
      await client.query('BEGIN');
      try {
        await client.query(sql);
        await client.query('INSERT INTO cowrite_migration (name, checksum) VALUES ($1, $2)', [name, checksum]);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
      }
      done.push(name);
    }
    return done;
  } finally {
    await client.end();
  }
}

/**
 * Lets `role` work in every schema of ours: read and write rows and call functions, and change the shape of nothing. Run by the
 * owner after a migration; as often as one likes.
 */
export async function grantTo(ownerUrl: string, role: string): Promise<void> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'cowrite-migrate' });
  await client.connect();
  try {
    const whom = escapeIdentifier(role);
    for (const schema of SCHEMAS)
      await client.query(
        `GRANT USAGE ON SCHEMA ${schema} TO ${whom};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${whom};
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${whom};
         -- The days of history are made as time goes on (sync.make_history_days).
         ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${whom}`,
      );
    await client.query(`GRANT SELECT ON cowrite_migration TO ${whom}`);
  } finally {
    await client.end();
  }
}
