export { aRedis, redisServer, type TestRedis } from './redis.ts';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { type Pool, connect } from '../database.ts';

/** A database of a test's own, gone at the end of the block that holds it (`await using`). */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly pool: Pool;
}

/**
 * A fresh, migrated database: a copy of the template that `global-setup.ts` made on the run's own PostgreSQL.
 * Tests share the server and nothing else.
 */
export async function aDatabase(): Promise<TestDatabase> {
  const server = process.env['COWRITE_TEST_POSTGRES'];
  if (!server) throw new Error('No test PostgreSQL: run the tests through vitest.config.ts, whose globalSetup starts one.');
  return aDatabaseOn(server, 'TEMPLATE cowrite_template STRATEGY file_copy');
}

/** A database of a test's own on another server, by the address of a role there that may make some. `how` it is made, as SQL; empty otherwise. */
export async function aDatabaseOn(server: string, how = ''): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} ${how}`);
  const own = new URL(server);
  own.pathname = `/${name}`;
  const url = own.href;
  const pool = connect(url, { name: 'cowrite-test', connectionsMax: 8 });
  return {
    url,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
