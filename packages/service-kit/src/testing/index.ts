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
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE cowrite_template STRATEGY file_copy`);
  const url = server.replace(/\/postgres$/, `/${name}`);
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
