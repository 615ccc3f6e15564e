import { createHash } from 'node:crypto';
import { initialsOf, lengthOf, proseLines } from '@cowrite/manuscript';
import type { Logger, Pool, PoolClient } from '@cowrite/service-kit';
import { IdRanges, readBatch, readUpdate } from '@cowrite/sync-core';
import * as Y from 'yjs';
import { CHANNEL } from './notifications.ts';
import type { Cover, RowCredits } from './update-log.ts';

export interface CompactionRules {
  /** Fold a document that has been quiet for this long, */
  quietMs: number;
  /** or whose oldest row is this old, */
  oldestMs: number;
  /** or that has this many rows. */
  rowsMax: number;
}

/**
 * Folds the log of a document into its snapshot, one document at a time, in a process of its own: the only place where a
 * Y.Doc exists on the server. A snapshot replaces rows only after it was loaded again and found to hold the same; a
 * document that cannot be folded keeps its rows, which lose nothing by waiting.
 */
export class Compactor {
  readonly #pool: Pool;
  readonly #rules: CompactionRules;
  readonly #logger: Logger;
  /** Documents that failed, and how often: looked at again more and more rarely. */
  readonly #failed = new Map<string, number>();
  #round = 0;

  constructor({ pool, rules, logger }: { pool: Pool; rules: CompactionRules; logger: Logger }) {
    this.#pool = pool;
    this.#rules = rules;
    this.#logger = logger;
  }

  /** Folds everything that is due. @returns how many documents were folded. */
  async round(): Promise<number> {
    this.#round += 1;
    let folded = 0;
    for (const documentId of await this.#due()) {
      const failures = this.#failed.get(documentId) ?? 0;
      if (failures > 0 && this.#round % 2 ** Math.min(failures, 8) !== 0) continue;
      try {
        if (await this.fold(documentId)) folded += 1;
        this.#failed.delete(documentId);
      } catch (error) {
        this.#failed.set(documentId, failures + 1);
        this.#logger.error({ err: error, documentId, failures: failures + 1 }, 'a document could not be folded; its log is kept');
      }
    }
    return folded;
  }

  async #due(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ document_id: string }>(
      `SELECT document_id FROM sync.update_log GROUP BY document_id
       HAVING max(at) < now() - make_interval(secs => $1) OR min(at) < now() - make_interval(secs => $2) OR count(*) >= $3
       ORDER BY count(*) DESC LIMIT 200`,
      [this.#rules.quietMs / 1_000, this.#rules.oldestMs / 1_000, this.#rules.rowsMax],
    );
    return rows.map((row) => row.document_id);
  }

  /** Folds one document now. False when someone else is at it or there is nothing to fold. */
  async fold(documentId: string): Promise<boolean> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      const folded = await this.#fold(client, documentId);
      await client.query('COMMIT');
      return folded;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  async #fold(client: PoolClient, documentId: string): Promise<boolean> {
    const { rows: lock } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_xact_lock(hashtextextended('fold ' || $1, 0)) AS taken", [documentId]);
    if (!lock[0]!.taken) return false;
    const { rows: documents } = await client.query<{ epoch: number; snapshot: Buffer | null; checksum: Buffer | null; cover: Cover }>('SELECT epoch, snapshot, checksum, cover FROM sync.document WHERE document_id = $1', [documentId]);
    const document = documents[0];
    if (!document) return false;
    const { rows } = await client.query<{ node: string; seq: number; updates: Buffer; credits: RowCredits }>('SELECT node, seq, updates, credits FROM sync.update_log WHERE document_id = $1 AND epoch = $2 ORDER BY at, node, seq', [
      documentId,
      document.epoch,
    ]);
    if (rows.length === 0) return false;

    if (document.snapshot && !sha256(document.snapshot).equals(document.checksum!)) throw new Error('the snapshot does not match its checksum');
    const doc = new Y.Doc();
    if (document.snapshot) Y.applyUpdate(doc, document.snapshot);
    for (const row of rows) for (const update of readBatch(row.updates)) Y.applyUpdate(doc, update);
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Error('the log refers to what it does not hold');

    const snapshot = Buffer.from(Y.encodeStateAsUpdate(doc));
    const lines = proseLines(doc.getXmlFragment('default'));
    verify(doc, snapshot, lines);

    const cover = { ...document.cover };
    for (const { node, seq } of rows) cover[node] = Math.max(cover[node] ?? 0, seq);
    await client.query('UPDATE sync.document SET snapshot = $2, checksum = $3, cover = $4, state_vector = $5, delete_set_at = $6, version = version + 1 WHERE document_id = $1', [
      documentId,
      snapshot,
      sha256(snapshot),
      JSON.stringify(cover),
      Buffer.from(Y.encodeStateVector(doc)),
      readUpdate(snapshot).deleteSetAt,
    ]);
    await client.query(
      `WITH covered AS (
         DELETE FROM sync.update_log WHERE document_id = $1 AND epoch = $2 AND (node, seq) IN (SELECT * FROM unnest($3::uuid[], $4::bigint[])) RETURNING *
       ) INSERT INTO sync.update_history SELECT * FROM covered`,
      [documentId, document.epoch, rows.map((row) => row.node), rows.map((row) => row.seq)],
    );
    await this.#credit(
      client,
      documentId,
      rows.map((row) => row.credits),
    );

    // Search and counts are for people: composed, whatever a foreign editor wrote.
    const text = lines.join('\n').normalize('NFC');
    const lengths = lengthOf(text);
    await client.query(
      `INSERT INTO sync.projection (document_id, text, initials, with_spaces, without_spaces, without_punctuation, sheets, settled_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now())
       ON CONFLICT (document_id) DO UPDATE SET text = $2, initials = $3, with_spaces = $4, without_spaces = $5, without_punctuation = $6, sheets = $7, settled_at = now()`,
      [documentId, text, initialsOf(text), lengths.withSpaces, lengths.withoutSpaces, lengths.withoutPunctuation, lengths.sheets],
    );
    await client.query('SELECT pg_notify($1, $2)', [CHANNEL, JSON.stringify({ kind: 'settled', documentId, lengths })]);
    return true;
  }

  async #credit(client: PoolClient, documentId: string, rows: readonly RowCredits[]): Promise<void> {
    const owners = rows.flatMap(({ owners: taken }) => taken);
    if (owners.length > 0) {
      await client.query('INSERT INTO sync.client_owner (document_id, client, user_id) SELECT $1, * FROM unnest($2::bigint[], $3::uuid[]) ON CONFLICT DO NOTHING', [
        documentId,
        owners.map(({ client: id }) => id),
        owners.map(({ by }) => by),
      ]);
    }
    const people = new Map<string, IdRanges>();
    for (const credit of rows.flatMap(({ credits }) => credits)) {
      const ranges = people.get(credit.by) ?? new IdRanges();
      ranges.add(credit);
      people.set(credit.by, ranges);
    }
    for (const [userId, ranges] of people) {
      // Ranges that touch what is there already become one, so that a year of typing is a few rows.
      const clients = [...new Set([...ranges].map(({ client: id }) => id))];
      const { rows: before } = await client.query<{ client: number; clock_from: number; clock_to: number }>(
        'DELETE FROM sync.authorship WHERE document_id = $1 AND user_id = $2 AND client = ANY ($3::bigint[]) RETURNING client, clock_from, clock_to',
        [documentId, userId, clients],
      );
      for (const { client: id, clock_from: from, clock_to: to } of before) ranges.add({ client: id, from, to });
      const all = [...ranges];
      await client.query('INSERT INTO sync.authorship (document_id, user_id, client, clock_from, clock_to) SELECT $1, $2, * FROM unnest($3::bigint[], $4::bigint[], $5::bigint[])', [
        documentId,
        userId,
        all.map(({ client: id }) => id),
        all.map(({ from }) => from),
        all.map(({ to }) => to),
      ]);
    }
  }
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** A snapshot counts only when a fresh load of it is the same document. */
function verify(doc: Y.Doc, snapshot: Uint8Array, lines: readonly string[]): void {
  const again = new Y.Doc();
  Y.applyUpdate(again, snapshot);
  if (!sameVector(again, doc) || proseLines(again.getXmlFragment('default')).join('\n') !== lines.join('\n')) throw new Error('the new snapshot does not load to the same document');
}

/** State vectors as maps: their byte order is not fixed. */
function sameVector(left: Y.Doc, right: Y.Doc): boolean {
  const [one, other] = [Y.decodeStateVector(Y.encodeStateVector(left)), Y.decodeStateVector(Y.encodeStateVector(right))];
  return one.size === other.size && [...one].every(([client, clock]) => other.get(client) === clock);
}
