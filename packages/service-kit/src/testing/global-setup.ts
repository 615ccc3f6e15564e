import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { newPassword, startEmbeddedPostgres } from '../embedded-postgres.ts';
import { migrate, migrationFolders } from '../migrate.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** For vitest: one PostgreSQL for the whole run, with a migrated template that each test copies. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-test-'));
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    password: newPassword(),
    // These tests kill processes, never the power; what a killed process wrote is in the page cache either way.
    settings: { fsync: 'off', max_connections: '400', shared_buffers: '64MB' },
  });
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query('CREATE DATABASE cowrite_template');
  await client.end();
  await migrate(postgres.url('cowrite_template'), migrationFolders(root));
  process.env['COWRITE_TEST_POSTGRES'] = postgres.url('postgres');
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
