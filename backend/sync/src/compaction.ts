import { createHash } from 'node:crypto';
import { initialsOf, lengthOf, proseLines } from '@cowrite/manuscript';
import type { Logger, Pool, PoolClient } from '@cowrite/service-kit';
import { Coverage, IdRanges, integrates, readBatch, readUpdate } from '@cowrite/sync-core';
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

/** After so many failures, rows that cannot be folded in are set aside. */
const PATIENT_ATTEMPTS = 3;
/** The lease of a job, doubled with every attempt, at most an hour. */
const LEASE_SECONDS = { first: 60, most: 3_600 };

interface Row {
  node: string;
  seq: number;
  updates: Buffer;
  credits: RowCredits;
}

/**
 * Folds the log of a document into its snapshot, one document at a time, in a process of its own: the only place where a
 * Y.Doc exists on the server. A snapshot replaces rows only after it was loaded again and found to hold the same. A snapshot
 * that is damaged is made anew from the rows it was made of; a row that cannot be folded in is set aside, whole, when patience
 * did not help. Several of these processes may run: jobs are taken by lease.
 */
export class Compactor {
  readonly #pool: Pool;
  readonly #rules: CompactionRules;
  readonly #logger: Logger;

  constructor({ pool, rules, logger }: { pool: Pool; rules: CompactionRules; logger: Logger }) {
    this.#pool = pool;
    this.#rules = rules;
    this.#logger = logger;
  }

  /** Folds everything that is due. @returns how many documents were folded. */
  async round(): Promise<number> {
    await this.#pool.query(
      `INSERT INTO sync.fold_job (document_id)
       SELECT document_id FROM sync.update_log GROUP BY document_id
       HAVING max(at) < now() - make_interval(secs => $1) OR min(at) < now() - make_interval(secs => $2) OR count(*) >= $3
           ON CONFLICT DO NOTHING`,
      [this.#rules.quietMs / 1_000, this.#rules.oldestMs / 1_000, this.#rules.rowsMax],
    );
    let folded = 0;
    for (let job = await this.#take(); job; job = await this.#take()) {
      const { documentId, attempts } = job;
      try {
        if (await this.fold(documentId, { setsAside: attempts > PATIENT_ATTEMPTS })) folded += 1;
        await this.#pool.query('DELETE FROM sync.fold_job WHERE document_id = $1', [documentId]);
      } catch (error) {
        this.#logger.error({ err: error, documentId, attempts }, 'a document could not be folded; its log is kept');
        await this.#pool.query('UPDATE sync.fold_job SET problem = $2 WHERE document_id = $1', [documentId, (error as Error).message]);
      }
    }
    return folded;
  }

  async #take(): Promise<{ documentId: string; attempts: number } | null> {
    const { rows } = await this.#pool.query<{ document_id: string; attempts: number }>(
      `UPDATE sync.fold_job SET attempts = attempts + 1, due_at = now() + make_interval(secs => least($1 * 2 ^ attempts, $2))
        WHERE document_id = (SELECT document_id FROM sync.fold_job WHERE due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING document_id, attempts`,
      [LEASE_SECONDS.first, LEASE_SECONDS.most],
    );
    return rows[0] ? { documentId: rows[0].document_id, attempts: rows[0].attempts } : null;
  }

  /** Folds one document now. False when someone else is at it or there is nothing to fold. */
  async fold(documentId: string, { setsAside = false }: { setsAside?: boolean } = {}): Promise<boolean> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      const folded = await this.#fold(client, documentId, setsAside);
      await client.query('COMMIT');
      return folded;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  async #fold(client: PoolClient, documentId: string, setsAside: boolean): Promise<boolean> {
    const { rows: lock } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_xact_lock(hashtextextended('fold ' || $1, 0)) AS taken", [documentId]);
    if (!lock[0]!.taken) return false;
    const { rows: documents } = await client.query<{ epoch: number; snapshot: Buffer | null; checksum: Buffer | null; cover: Cover }>('SELECT epoch, snapshot, checksum, cover FROM sync.document WHERE document_id = $1', [documentId]);
    const document = documents[0];
    if (!document) return false;
    const { rows } = await client.query<Row>('SELECT node, seq, updates, credits FROM sync.update_log WHERE document_id = $1 AND epoch = $2 ORDER BY at, node, seq', [documentId, document.epoch]);
    const isDamaged = document.snapshot !== null && !sha256(document.snapshot).equals(document.checksum!);
    if (rows.length === 0 && !isDamaged) return false;

    const doc = new Y.Doc();
    if (isDamaged) await this.#applyHistory(client, documentId, document.epoch, doc);
    else if (document.snapshot) Y.applyUpdate(doc, document.snapshot);
    const aside = setsAside ? await this.#applyWhatFits(client, documentId, document.epoch, doc, rows) : new Set<Row>();
    if (!setsAside) for (const row of rows) for (const update of readBatch(row.updates)) Y.applyUpdate(doc, update);
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
    const folded = rows.filter((row) => !aside.has(row));
    await client.query(
      `WITH covered AS (
         DELETE FROM sync.update_log WHERE document_id = $1 AND epoch = $2 AND (node, seq) IN (SELECT * FROM unnest($3::uuid[], $4::bigint[])) RETURNING *
       ) INSERT INTO sync.update_history SELECT * FROM covered`,
      [documentId, document.epoch, folded.map((row) => row.node), folded.map((row) => row.seq)],
    );
    await this.#credit(
      client,
      documentId,
      folded.map((row) => row.credits),
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

  /** The rows that a snapshot was made of. All of them are kept, so that bytes that went bad on the disk cost nothing. */
  async #applyHistory(client: PoolClient, documentId: string, epoch: number, doc: Y.Doc): Promise<void> {
    this.#logger.error({ documentId }, 'a snapshot does not match its checksum; it is made anew from its rows');
    const { rows } = await client.query<{ updates: Buffer }>('SELECT updates FROM sync.update_history WHERE document_id = $1 AND epoch = $2 ORDER BY at, node, seq', [documentId, epoch]);
    for (const row of rows) for (const update of readBatch(row.updates)) Y.applyUpdate(doc, update);
  }

  /** Applies the rows that are readable and rest on what is there, in whatever order; the others are set aside. */
  async #applyWhatFits(client: PoolClient, documentId: string, epoch: number, doc: Y.Doc, rows: readonly Row[]): Promise<ReadonlySet<Row>> {
    const known = Coverage.of([Y.encodeStateAsUpdate(doc)]).known;
    const reasons = new Map<Row, string>(rows.map((row) => [row, 'rests on what the log does not hold']));
    for (let before = -1; reasons.size !== before;) {
      before = reasons.size;
      for (const row of reasons.keys()) {
        try {
          const updates = readBatch(row.updates);
          const reached = known.copy();
          const fits = updates.every((update) => {
            const summary = readUpdate(update);
            const is = integrates(summary, (id) => reached.get(id));
            for (const { client: id, to } of summary.brings) reached.raise(id, to);
            return is;
          });
          if (!fits) continue;
          for (const update of updates) Y.applyUpdate(doc, update);
          for (const [id, next] of reached) known.raise(id, next);
          reasons.delete(row);
        } catch (error) {
          reasons.set(row, (error as Error).message);
        }
      }
    }
    for (const [{ node, seq }, reason] of reasons) {
      this.#logger.error({ documentId, node, seq, reason }, 'a row that cannot be folded in is set aside');
      await client.query(
        `WITH moved AS (DELETE FROM sync.update_log WHERE document_id = $1 AND epoch = $2 AND node = $3 AND seq = $4 RETURNING *)
         INSERT INTO sync.quarantined_row SELECT moved.*, $5 FROM moved`,
        [documentId, epoch, node, seq, reason],
      );
    }
    return new Set(reasons.keys());
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
