import type { Pool } from '@cowrite/service-kit';
import { IdRanges } from '@cowrite/sync-core';
import { type NewRow, PoisonedRows, type StoredDocument, type UpdateLog } from './update-log.ts';

/** SQLSTATE classes that say the data itself is at fault, so that trying again is of no use. */
const DATA_FAULT = /^(22|23|54)/;

const isDataFault = (error: unknown): boolean => DATA_FAULT.test((error as { code?: string }).code ?? '');

export class PostgresUpdateLog implements UpdateLog {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async load(documentId: string): Promise<StoredDocument> {
    // One statement, one moment: a compaction between two reads would show a row twice or not at all.
    const { rows } = await this.#pool.query<{
      epoch: number;
      version: number;
      snapshot: Buffer | null;
      cover: Record<string, number>;
      tail: { node: string; seq: number; updates: string; credits: StoredDocument['tail'][number]['credits'] }[] | null;
      owners: { client: number; by: string }[] | null;
      authorship: { client: number; by: string; from: number; to: number }[] | null;
    }>({
      name: 'load-document',
      text: `
        SELECT coalesce(d.epoch, 1) AS epoch, coalesce(d.version, 0) AS version, d.snapshot, coalesce(d.cover, '{}') AS cover,
               (SELECT json_agg(json_build_object('node', l.node, 'seq', l.seq, 'updates', encode(l.updates, 'base64'), 'credits', l.credits) ORDER BY l.at, l.node, l.seq)
                  FROM sync.update_log l WHERE l.document_id = wanted.id AND l.epoch = coalesce(d.epoch, 1)) AS tail,
               (SELECT json_agg(json_build_object('client', o.client, 'by', o.user_id)) FROM sync.client_owner o WHERE o.document_id = wanted.id) AS owners,
               (SELECT json_agg(json_build_object('client', a.client, 'by', a.user_id, 'from', a.clock_from, 'to', a.clock_to)) FROM sync.authorship a WHERE a.document_id = wanted.id) AS authorship
          FROM (SELECT $1::uuid AS id) wanted LEFT JOIN sync.document d ON d.document_id = wanted.id`,
      values: [documentId],
    });
    const found = rows[0]!;
    const owners = new Map((found.owners ?? []).map(({ client, by }) => [client, by]));
    const carried = new IdRanges();
    for (const entry of found.authorship ?? []) if (owners.get(entry.client) !== entry.by) carried.add(entry);
    for (const entry of found.authorship ?? []) if (owners.get(entry.client) === entry.by) carried.remove(entry);
    return {
      epoch: found.epoch,
      version: found.version,
      snapshot: found.snapshot,
      cover: found.cover,
      tail: (found.tail ?? []).map(({ node, seq, updates, credits }) => ({ row: { node, seq }, updates: Buffer.from(updates, 'base64'), credits })),
      owners: found.owners ?? [],
      unconfirmed: [...carried],
    };
  }

  async snapshot(documentId: string): Promise<{ version: number; bytes: Buffer | null; cover: Record<string, number> }> {
    const { rows } = await this.#pool.query<{ version: number; snapshot: Buffer | null; cover: Record<string, number> }>({
      name: 'load-snapshot',
      text: 'SELECT version, snapshot, cover FROM sync.document WHERE document_id = $1',
      values: [documentId],
    });
    const found = rows[0];
    return found ? { version: found.version, bytes: found.snapshot, cover: found.cover } : { version: 0, bytes: null, cover: {} };
  }

  async append(rows: readonly NewRow[]): Promise<NewRow[]> {
    try {
      return await this.#insert(rows);
    } catch (error) {
      if (!isDataFault(error)) throw error;
    }
    // One bad row never fails a batch: each on its own tells which it is.
    const fenced: NewRow[] = [];
    const poisoned: NewRow[] = [];
    let cause: unknown;
    for (const row of rows) {
      try {
        fenced.push(...(await this.#insert([row])));
      } catch (error) {
        if (!isDataFault(error)) throw error;
        cause = error;
        poisoned.push(row);
      }
    }
    if (poisoned.length > 0) throw new PoisonedRows(poisoned, cause);
    return fenced;
  }

  async #insert(rows: readonly NewRow[]): Promise<NewRow[]> {
    const { rows: written } = await this.#pool.query<{ document_id: string; epoch: number; seq: number }>({
      name: 'append',
      text: `
        WITH fresh AS (
          SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::bigint[], $5::bytea[], $6::jsonb[]) AS t (document_id, epoch, node, seq, updates, credits)
        ), known AS (
          INSERT INTO sync.document (document_id) SELECT DISTINCT document_id FROM fresh ON CONFLICT DO NOTHING
        ), fenced AS (
          -- Held until the commit, so that no epoch can end between this look and the row.
          SELECT document_id, epoch FROM sync.document WHERE document_id IN (SELECT document_id FROM fresh) FOR SHARE
        )
        INSERT INTO sync.update_log (document_id, epoch, node, seq, updates, credits)
        SELECT f.document_id, f.epoch, f.node, f.seq, f.updates, f.credits
          FROM fresh f LEFT JOIN fenced d ON d.document_id = f.document_id WHERE coalesce(d.epoch, 1) = f.epoch
            ON CONFLICT DO NOTHING
        RETURNING document_id, epoch, seq`,
      values: [rows.map((row) => row.documentId), rows.map((row) => row.epoch), rows.map((row) => row.node), rows.map((row) => row.seq), rows.map((row) => row.updates), rows.map((row) => JSON.stringify(row.credits))],
    });
    if (written.length === rows.length) return [];
    const done = new Set(written.map((row) => `${row.document_id} ${row.epoch} ${row.seq}`));
    const missing = rows.filter((row) => !done.has(`${row.documentId} ${row.epoch} ${row.seq}`));
    const { rows: earlier } = await this.#pool.query<{ document_id: string; epoch: number; seq: number }>(
      `SELECT document_id, epoch, seq FROM sync.update_log WHERE (document_id, epoch, node, seq) IN (SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::bigint[]))
       UNION SELECT document_id, epoch, seq FROM sync.update_history WHERE (document_id, epoch, node, seq) IN (SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::bigint[]))`,
      [missing.map((row) => row.documentId), missing.map((row) => row.epoch), missing.map((row) => row.node), missing.map((row) => row.seq)],
    );
    const there = new Set(earlier.map((row) => `${row.document_id} ${row.epoch} ${row.seq}`));
    return missing.filter((row) => !there.has(`${row.documentId} ${row.epoch} ${row.seq}`));
  }
}
