import type { Pool } from '@cowrite/service-kit';

/** Bytes unless named otherwise, of one document that has a database of its own. */
export interface Sizes {
  snapshot: number;
  stateVector: number;
  cover: number;
  coverNodes: number;
  projection: number;
  /** Nothing but what was folded and not yet vacuumed. */
  log: number;
  history: number;
  historyRows: number;
  /** The same rows in one table, as they lie where many documents share the pages of a day. */
  packed: number;
  packedHeap: number;
  packedToast: number;
  packedIndexes: number;
  /** Of the rows of history: what is in their columns, as stored. */
  updates: number;
  credits: number;
  moments: number;
  /** History with a row for each row of the log. */
  rowByRow: number;
  authorshipRows: number;
  authorship: number;
  ownerRows: number;
  owners: number;
}

/** Sizes on the disk after a vacuum, so that what is counted is what stays. */
export async function measure(pool: Pool, documentId: string): Promise<Sizes> {
  await pool.query('DROP TABLE IF EXISTS year_packed; CREATE TABLE year_packed (LIKE sync.update_history INCLUDING INDEXES); INSERT INTO year_packed SELECT * FROM sync.update_history');
  await pool.query('VACUUM ANALYZE');
  const { rows } = await pool.query<Sizes>(
    `
    WITH history AS (
      SELECT sum(pg_total_relation_size(i.inhrelid)) AS total FROM pg_inherits i WHERE i.inhparent = 'sync.update_history'::regclass AND pg_relation_size(i.inhrelid) > 0
    ), log AS (
      SELECT sum(pg_total_relation_size(i.inhrelid)) AS total FROM pg_inherits i WHERE i.inhparent = 'sync.update_log'::regclass
    ), columns AS (
      SELECT count(*) AS rows, sum(pg_column_size(updates)) AS updates, sum(pg_column_size(credits)) AS credits, sum(pg_column_size(moments)) AS moments FROM sync.update_history
    )
    SELECT length(d.snapshot) AS snapshot, length(d.state_vector) AS "stateVector", pg_column_size(d.cover) AS cover, (SELECT count(*) FROM jsonb_object_keys(d.cover)) AS "coverNodes",
           (SELECT pg_column_size(p.*) FROM sync.projection p WHERE p.document_id = d.document_id) AS projection,
           log.total::bigint AS log, history.total::bigint AS history,
           pg_total_relation_size('year_packed') AS packed, pg_relation_size('year_packed') AS "packedHeap", pg_indexes_size('year_packed') AS "packedIndexes",
           pg_total_relation_size('year_packed') - pg_relation_size('year_packed') - pg_indexes_size('year_packed') AS "packedToast",
           columns.rows AS "historyRows", columns.updates::bigint AS updates, columns.credits::bigint AS credits, columns.moments::bigint AS moments,
           pg_total_relation_size('year_rows') AS "rowByRow",
           (SELECT count(*) FROM sync.authorship) AS "authorshipRows", pg_total_relation_size('sync.authorship') AS authorship,
           (SELECT count(*) FROM sync.client_owner) AS "ownerRows", pg_total_relation_size('sync.client_owner') AS owners
      FROM sync.document d, history, log, columns WHERE d.document_id = $1`,
    [documentId],
  );
  return rows[0]!;
}
