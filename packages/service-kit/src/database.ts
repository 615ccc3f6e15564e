import { setTimeout as wait } from 'node:timers/promises';
import { Pool, type PoolClient, types } from 'pg';
import { traced } from './tracing.ts';

// Counters fit a double for longer than any installation will live; strings would leak into arithmetic.
types.setTypeParser(types.builtins.INT8, (value) => Number(value));

export type { Pool, PoolClient } from 'pg';

/**
 * A pool of connections. `name` shows in the server's `pg_stat_activity`. Every session commits synchronously, whatever
 * the server's default is: *saved* means committed (ADR 0005). `answerWithinMs`: a query that got no answer for so long fails,
 * and its connection is given up, because a network that swallows packets says nothing. `plansOnce`: for questions by key. A
 * named statement is planned once for each connection and not for each call, since planning over partitions costs more than the
 * work; and by an index wherever there is one, since the plan must hold for a table that was empty when it was made.
 */
export function connect(
  databaseUrl: string,
  { name, connectionsMax = 10, statementTimeoutMs = 30_000, answerWithinMs, plansOnce = false }: { name: string; connectionsMax?: number; statementTimeoutMs?: number; answerWithinMs?: number; plansOnce?: boolean },
): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: name,
    max: connectionsMax,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    ...(answerWithinMs === undefined ? {} : { query_timeout: answerWithinMs }),
    options: `-c synchronous_commit=on -c statement_timeout=${statementTimeoutMs} -c idle_in_transaction_session_timeout=60000 -c lock_timeout=10000${plansOnce ? ' -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off' : ''}`,
  });
  // A connection that breaks, idle or between two queries of a transaction, fails its next query, which is where the
  // caller hears of it; without these listeners Node would end the process instead (found by killing PostgreSQL).
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Does `work` in a transaction: committed when it answers, undone when it throws. */
export function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return traced('transaction', { 'db.system.name': 'postgresql' }, async (span) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      span?.tell({ 'cowrite.outcome': 'committed' });
      return result;
    } catch (failure) {
      span?.tell({ 'cowrite.outcome': 'undone' });
      // A connection that is gone has undone it already.
      await client.query('ROLLBACK').catch(() => undefined);
      throw failure;
    } finally {
      client.release();
    }
  });
}

/** Whether the database answers soon, for `/health/ready`: a way that is dead says nothing for as long as one waits. */
export function answers(pool: Pool, withinMs = 2_000): Promise<boolean> {
  const asked = pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, wait(withinMs, false, { ref: false })]);
}
