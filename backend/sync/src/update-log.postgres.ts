import { createHash } from 'node:crypto';
import type { Pool } from '@cowrite/service-kit';
import { Coverage, deleteSetOf, EMPTY_UPDATE, IdRanges, type LogRow, StateVector } from '@cowrite/sync-core';
import { snapshotBytes } from './snapshot-bytes.ts';
import { type Cover, type Head, type NewRow, PoisonedRows, type RowCredits, type StoredDocument, type StoredSnapshot, type UpdateLog } from './update-log.ts';

/** SQLSTATE classes that say the data itself is at fault, so that trying again is of no use. */
const DATA_FAULT = /^(22|23|54)/;

const isDataFault = (error: unknown): boolean => DATA_FAULT.test((error as { code?: string }).code ?? '');

const STORED_ROW = "json_build_object('node', l.node, 'seq', l.seq, 'updates', encode(l.updates, 'base64'), 'credits', l.credits)";
/** A snapshot of at most so many bytes comes along in its row; a larger one is fetched as it lies, which is one question more. */
const ALONG_BYTES_MAX = 24_576;
/** What is read of a snapshot. Small ones in base64: the driver takes nothing binary in a row, and the hexadecimal digits it would take instead cost twice the time. */
const columnsOf = (isWanted = 'true'): string => `
  coalesce(d.epoch, 1) AS epoch, coalesce(d.version, 0) AS version, d.checksum, d.state_vector, d.delete_set_at, coalesce(d.cover, '{}') AS cover,
  CASE WHEN ${isWanted} THEN octet_length(d.snapshot) END AS size,
  CASE WHEN ${isWanted} AND octet_length(d.snapshot) <= ${ALONG_BYTES_MAX} THEN encode(d.snapshot, 'base64') END AS snapshot`;

interface SnapshotRow {
  epoch: number;
  version: number;
  /** Null when there is none, or none was wanted. */
  size: number | null;
  /** In base64; null when it is not in the row. */
  snapshot: string | null;
  checksum: Buffer | null;
  state_vector: Buffer | null;
  delete_set_at: number | null;
  cover: Cover;
}

/** A row of the log inside of JSON. */
interface StoredRow {
  node: string;
  seq: number;
  updates: string;
  credits: RowCredits;
}

const tailOf = (rows: readonly StoredRow[] | null): StoredDocument['tail'] => (rows ?? []).map(({ node, seq, updates, credits }) => ({ row: { node, seq }, updates: Buffer.from(updates, 'base64'), credits }));

function snapshotOf({ version, state_vector: vector, delete_set_at: deleteSetAt, cover }: SnapshotRow, bytes: Buffer | null): StoredSnapshot {
  return {
    version,
    bytes,
    stateVector: vector ?? (bytes ? Coverage.of([bytes]).known : new StateVector()).encode(),
    deleteSet: bytes ? (deleteSetAt === null ? deleteSetOf(bytes) : new Uint8Array(bytes.subarray(deleteSetAt))) : deleteSetOf(EMPTY_UPDATE),
    cover,
  };
}

export class PostgresUpdateLog implements UpdateLog {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async load(documentId: string): Promise<StoredDocument> {
    // One statement, one moment: a compaction between two reads would show a row twice or not at all.
    const asked = await this.#whole(documentId, () =>
      this.#pool.query<SnapshotRow & { tail: StoredRow[] | null; owners: { client: number; by: string }[] | null; authorship: { client: number; by: string; from: number; to: number }[] | null }>({
        name: 'load-document',
        text: `
        SELECT ${columnsOf()},
               (SELECT json_agg(${STORED_ROW} ORDER BY l.at, l.node, l.seq)
                  FROM sync.update_log l WHERE l.document_id = wanted.id AND l.epoch = coalesce(d.epoch, 1)) AS tail,
               (SELECT json_agg(json_build_object('client', o.client, 'by', o.user_id)) FROM sync.client_owner o WHERE o.document_id = wanted.id) AS owners,
               (SELECT json_agg(json_build_object('client', a.client, 'by', a.user_id, 'from', a.clock_from, 'to', a.clock_to)) FROM sync.authorship a WHERE a.document_id = wanted.id) AS authorship
          FROM (SELECT $1::uuid AS id) wanted LEFT JOIN sync.document d ON d.document_id = wanted.id`,
        values: [documentId],
      }),
    );
    const { found, snapshot } = asked!;
    const owners = found.owners ?? [];
    const authorship = found.authorship ?? [];
    const ownerOf = new Map(owners.map(({ client, by }) => [client, by]));
    const carried = new IdRanges();
    for (const entry of authorship) if (ownerOf.get(entry.client) !== entry.by) carried.add(entry);
    for (const entry of authorship) if (ownerOf.get(entry.client) === entry.by) carried.remove(entry);
    return {
      epoch: found.epoch,
      snapshot,
      tail: tailOf(found.tail),
      owners,
      unconfirmed: [...carried],
    };
  }

  async snapshot(documentId: string): Promise<StoredSnapshot> {
    const asked = await this.#whole(documentId, () =>
      this.#pool.query<SnapshotRow>({ name: 'load-snapshot', text: `SELECT ${columnsOf()} FROM (SELECT $1::uuid AS id) wanted LEFT JOIN sync.document d ON d.document_id = wanted.id`, values: [documentId] }),
    );
    return asked!.snapshot;
  }

  async beyond(documentId: string, passed: ReadonlyMap<string, number>): Promise<Pick<StoredDocument, 'epoch' | 'tail'> & { snapshot: StoredSnapshot | null }> {
    const asked = await this.#whole(documentId, () =>
      this.#pool.query<SnapshotRow & { beyond: boolean; tail: StoredRow[] | null }>({
        name: 'beyond',
        // The log is asked by the parameter and not by the row of the document: of eight partitions one is opened.
        text: `
        SELECT ${columnsOf('f.beyond')}, f.beyond,
               (SELECT json_agg(${STORED_ROW})
                  FROM sync.update_log l WHERE l.document_id = $1 AND l.epoch = d.epoch AND l.seq > coalesce(($2::jsonb ->> l.node::text)::bigint, 0)) AS tail
          FROM sync.document d
         CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM jsonb_each_text(d.cover) c WHERE c.value::bigint > coalesce(($2::jsonb ->> c.key)::bigint, 0)) AS beyond) f
         WHERE d.document_id = $1`,
        values: [documentId, JSON.stringify(Object.fromEntries(passed))],
      }),
    );
    if (!asked) return { epoch: 1, tail: [], snapshot: null };
    const { found } = asked;
    return { epoch: found.epoch, tail: tailOf(found.tail), snapshot: found.beyond ? asked.snapshot : null };
  }

  async heads(documentIds: readonly string[]): Promise<Head[]> {
    const { rows } = await this.#pool.query<{ document_id: string; epoch: number; version: number; rows: LogRow[] | null }>({
      name: 'heads',
      text: `
        SELECT d.document_id, d.epoch, d.version,
               (SELECT json_agg(h) FROM (SELECT l.node, max(l.seq) AS seq FROM sync.update_log l WHERE l.document_id = d.document_id AND l.epoch = d.epoch GROUP BY l.node) h) AS rows
          FROM sync.document d WHERE d.document_id = ANY ($1::uuid[])`,
      values: [documentIds],
    });
    return rows.map(({ document_id: documentId, epoch, version, rows: heads }) => ({ documentId, epoch, version, rows: heads ?? [] }));
  }

  /** Asks for a document, and for the bytes of its snapshot where they did not come along, until both are of one version. */
  async #whole<Row extends SnapshotRow>(documentId: string, ask: () => Promise<{ rows: Row[] }>): Promise<{ found: Row; snapshot: StoredSnapshot } | null> {
    for (;;) {
      const found = (await ask()).rows[0];
      if (!found) return null;
      const { size } = found;
      if (size === null) return { found, snapshot: snapshotOf(found, null) };
      const bytes = found.snapshot === null ? await snapshotBytes(this.#pool, documentId, { ...found, size }) : Buffer.from(found.snapshot, 'base64');
      // Null: it was folded anew in between.
      if (bytes) return { found, snapshot: await this.#sound(documentId, found, bytes) };
    }
  }

  /** Bytes that went bad are given to nobody; the compactor makes them anew. */
  async #sound(documentId: string, found: SnapshotRow, bytes: Buffer): Promise<StoredSnapshot> {
    if (found.checksum && !createHash('sha256').update(bytes).digest().equals(found.checksum)) {
      await this.#pool.query('INSERT INTO sync.fold_job (document_id) VALUES ($1) ON CONFLICT DO NOTHING', [documentId]);
      throw new Error('the snapshot does not match its checksum');
    }
    return snapshotOf(found, bytes);
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
    // All updates as one value: an array of byte strings would travel as text, twice as long and written by hand.
    let at = 1;
    const places = rows.map(({ updates }) => {
      const place = at;
      at += updates.length;
      return place;
    });
    const { rowCount: written } = await this.#pool.query({
      name: 'append',
      // An epoch that ends at the same moment is no matter: what was written for it then came before its end.
      text: `
        WITH fresh AS (
          SELECT t.document_id, t.epoch, t.node, t.seq, substring($5::bytea FROM t.at FOR t.length) AS updates, c.credits
            FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::bigint[], $6::int[], $7::int[]) WITH ORDINALITY AS t (document_id, epoch, node, seq, at, length, ord)
            JOIN jsonb_array_elements($8::jsonb) WITH ORDINALITY AS c (credits, ord) USING (ord)
        ), begun AS (
          INSERT INTO sync.document (document_id)
          SELECT DISTINCT f.document_id FROM fresh f WHERE NOT EXISTS (SELECT FROM sync.document d WHERE d.document_id = f.document_id) ON CONFLICT DO NOTHING
        )
        INSERT INTO sync.update_log (document_id, epoch, node, seq, updates, credits)
        SELECT f.document_id, f.epoch, f.node, f.seq, f.updates, f.credits
          FROM fresh f LEFT JOIN sync.document d USING (document_id)
         WHERE coalesce(d.epoch, 1) = f.epoch AND f.seq > coalesce((d.cover ->> f.node::text)::bigint, 0)
            ON CONFLICT DO NOTHING`,
      values: [
        rows.map((row) => row.documentId),
        rows.map((row) => row.epoch),
        rows.map((row) => row.node),
        rows.map((row) => row.seq),
        Buffer.concat(rows.map((row) => row.updates)),
        places,
        rows.map((row) => row.updates.length),
        JSON.stringify(rows.map((row) => row.credits)),
      ],
    });
    if (written === rows.length) return [];
    // Some were there before, or are of an epoch that is over: whatever is in the log, or folded into the snapshot, is written.
    const { rows: found } = await this.#pool.query<{ document_id: string; epoch: number; seq: number }>(
      `SELECT document_id, epoch, seq FROM sync.update_log WHERE (document_id, epoch, node, seq) IN (SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::bigint[]))
       UNION SELECT w.document_id, w.epoch, w.seq FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::bigint[]) AS w (document_id, epoch, node, seq) JOIN sync.document d USING (document_id, epoch)
              WHERE w.seq <= coalesce((d.cover ->> w.node::text)::bigint, 0)`,
      [rows.map((row) => row.documentId), rows.map((row) => row.epoch), rows.map((row) => row.node), rows.map((row) => row.seq)],
    );
    const there = new Set(found.map((row) => `${row.document_id} ${row.epoch} ${row.seq}`));
    return rows.filter((row) => !there.has(`${row.documentId} ${row.epoch} ${row.seq}`));
  }
}
