import { randomUUID } from 'node:crypto';
import { createLogger, type EmbeddedPostgres, type Pool, connect } from '@cowrite/service-kit';
import { writeBatch } from '@cowrite/sync-core';
import { Client } from 'pg';
import { Compactor } from '../../backend/sync/src/compaction.ts';
import { PostgresUpdateLog } from '../../backend/sync/src/update-log.postgres.ts';
import type { NewRow } from '../../backend/sync/src/update-log.ts';
import { median } from '../sync/figures.ts';
import { inTable } from './report.ts';
import { timed } from './timed.ts';

/** Partitions of the log in each database; 1 is one plain table. */
const SHAPES = [1, 8, 64];
const DOCUMENTS = 20_000;
const ROWS_EACH = 10;
/** Nothing is due: what is measured is the question. */
const NEVER = { quietMs: 3_600_000, oldestMs: 3_600_000, rowsMax: 1_000_000 };

interface Shape {
  partitions: number;
  pool: Pool;
  folding: Pool;
  log: PostgresUpdateLog;
  compactor: Compactor;
  documents: readonly string[];
  node: string;
  seq: number;
}

/**
 * What partitions of the log cost where every keystroke passes: the real statements on the same rows, one shape after the
 * other in each round, so that the machine's moods fall on all of them.
 */
export async function compareShapes(postgres: EmbeddedPostgres, rounds: number): Promise<string> {
  const shapes: Shape[] = [];
  for (const partitions of SHAPES) shapes.push(await aShape(postgres, partitions));
  const told = new Map<string, number[][]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, shape] of shapes.entries()) {
      for (const [name, { times, work }] of Object.entries(WORK)) {
        const took: number[] = [];
        for (let time = 0; time < times; time += 1) took.push(await timed(() => work(shape, time * 7 + round)));
        const all = told.get(name) ?? SHAPES.map(() => []);
        all[at]!.push(median(took));
        told.set(name, all);
      }
    }
  }
  for (const { pool, folding } of shapes) await Promise.all([pool.end(), folding.end()]);
  return inTable(
    ['ms, median of medians', ...SHAPES.map((partitions) => (partitions === 1 ? 'one table' : `${partitions} partitions`))],
    [...told].map(([name, all]) => [name, ...all.map((values) => median(values).toFixed(3))]),
  );
}

const WORK: Record<string, { times: number; work: (shape: Shape, at: number) => Promise<unknown> }> = {
  'append, one row': { times: 1_000, work: (shape, at) => shape.log.append([aRow(shape, at)]) },
  'append, 60 rows of 60 documents': { times: 200, work: (shape, at) => shape.log.append(Array.from({ length: 60 }, (_, more) => aRow(shape, at * 60 + more))) },
  [`load, ${ROWS_EACH} rows`]: { times: 1_000, work: ({ log, documents }, at) => log.load(documents[at % DOCUMENTS]!) },
  beyond: { times: 1_000, work: ({ log, documents, node }, at) => log.beyond(documents[at % DOCUMENTS]!, new Map([[node, 8]])) },
  'heads of 1,000 documents': { times: 40, work: ({ log, documents }, at) => log.heads(documents.slice(at, at + 1_000)) },
  [`what is due, ${DOCUMENTS * ROWS_EACH} rows`]: { times: 10, work: ({ compactor }) => compactor.round() },
};

/** Documents that the measured appends have for themselves: the others keep their rows. */
const aRow = (shape: Shape, at: number): NewRow => rowOf(shape.documents[DOCUMENTS + (at % DOCUMENTS)]!, shape.node, (shape.seq += 1));

const UPDATE = writeBatch([new Uint8Array(30)]);
const rowOf = (documentId: string, node: string, seq: number): NewRow => ({ documentId, epoch: 1, node, seq, updates: UPDATE, credits: { credits: [{ client: 4_000_000_000, from: seq, to: seq + 1, by: node }], owners: [] } });

async function aShape(postgres: EmbeddedPostgres, partitions: number): Promise<Shape> {
  const name = `shape_${partitions}`;
  const server = new Client({ connectionString: postgres.url('postgres') });
  await server.connect();
  await server.query(`CREATE DATABASE ${name} TEMPLATE cowrite`);
  await server.end();
  const pool = connect(postgres.url(name), { name, connectionsMax: 2, plansOnce: true });
  const folding = connect(postgres.url(name), { name, connectionsMax: 1 });
  await pool.query('DROP TABLE sync.update_log');
  await pool.query(`CREATE TABLE sync.update_log (LIKE sync.quarantined_row INCLUDING DEFAULTS, PRIMARY KEY (document_id, epoch, node, seq)) ${partitions === 1 ? '' : 'PARTITION BY HASH (document_id)'}`);
  await pool.query('ALTER TABLE sync.update_log DROP COLUMN reason, DROP COLUMN quarantined_at');
  if (partitions > 1) for (let part = 0; part < partitions; part += 1) await pool.query(`CREATE TABLE sync.update_log_${part} PARTITION OF sync.update_log FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${part})`);
  const shape: Shape = {
    partitions,
    pool,
    folding,
    log: new PostgresUpdateLog(pool),
    compactor: new Compactor({ pool: folding, rules: NEVER, logger: createLogger({ service: 'bench', level: 'silent' }) }),
    documents: Array.from({ length: DOCUMENTS * 2 }, () => randomUUID()),
    node: randomUUID(),
    seq: 0,
  };
  for (let at = 0; at < DOCUMENTS; at += 1_000) await shape.log.append(shape.documents.slice(at, at + 1_000).flatMap((documentId) => Array.from({ length: ROWS_EACH }, (_, seq) => rowOf(documentId, shape.node, seq + 1))));
  await pool.query('VACUUM ANALYZE');
  return shape;
}
