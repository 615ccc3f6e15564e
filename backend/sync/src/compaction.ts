import { createHash } from 'node:crypto';
import { initialsOf, lengthOf, proseLines } from '@cowrite/manuscript';
import { inTransaction, type Logger, type Pool, type PoolClient } from '@cowrite/service-kit';
import { Coverage, IdRanges, integrates, readBatch, readUpdate } from '@cowrite/sync-core';
import * as Y from 'yjs';
import { CHANNEL } from './notifications.ts';
import type { Cover, RowCredits } from './update-log.ts';

export interface CompactionRules {
  /** Fold a document that has been quiet for this long, */
  quietMs: number;
  /** or whose oldest row is this old, */
  oldestMs: number;
  /** or that has this many rows. Both times are longer for a large document (`patience`). */
  rowsMax: number;
}

/** A snapshot of so many bytes is folded half as often as an empty one. */
const PATIENCE_BYTES = 256 * 1024;

/**
 * How many times longer a document with a snapshot of so many bytes waits to be folded. A fold reads and writes the whole
 * snapshot whatever is new: without this, a keystroke would cost in proportion to the text around it.
 */
export const patience = (snapshotBytes: number): number => 1 + snapshotBytes / PATIENCE_BYTES;

/** After so many failures, rows that cannot be folded in are set aside. */
const PATIENT_ATTEMPTS = 3;
/**
 * The lease of a job, doubled with every attempt, at most an hour. Short at first: a process that was killed holds up a
 * document's folding for so long, and two that fold at once are kept apart by a lock that ends with its connection.
 */
const LEASE_SECONDS = { first: 10, most: 3_600 };
/** Rows of one fold and node become one row of history, up to about so many bytes. */
const HISTORY_BYTES_MAX = 1024 * 1024;
/** Partitions of history are made so many days ahead. */
const DAYS_AHEAD = 7;
/** A cover forgets a node that is gone this long after the last fold of its rows (CU7). */
const FORGETS_NODES_AFTER_DAYS = 7;

/** `taken`: someone else is at it. */
type Outcome = 'folded' | 'nothing' | 'taken';

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

  /**
   * What is to be done now and then: history has its next days, and nodes that are gone are forgotten. Nothing depends on its
   * being done: a row whose day has no place lies in the default partition until it has one.
   */
  async tidy(): Promise<void> {
    await this.#pool.query("SELECT sync.make_history_days((now() AT TIME ZONE 'UTC')::date + $1::int)", [DAYS_AHEAD]);
    await this.#pool.query('DELETE FROM sync.folded_node WHERE folded_at < now() - make_interval(days => $1)', [FORGETS_NODES_AFTER_DAYS]);
  }

  /** Folds everything that is due. @returns how many documents were folded. */
  async round(): Promise<number> {
    await this.#pool.query(
      `INSERT INTO sync.fold_job (document_id)
       SELECT l.document_id
         FROM (SELECT document_id, max(at) AS last, min(at) AS first, count(*) AS rows FROM sync.update_log GROUP BY document_id
               HAVING max(at) < now() - make_interval(secs => $1) OR min(at) < now() - make_interval(secs => $2) OR count(*) >= $3) l
         JOIN sync.document d USING (document_id)
        CROSS JOIN LATERAL (SELECT 1 + coalesce(length(d.snapshot), 0) / $4::float8 AS patience) p
        WHERE l.last < now() - make_interval(secs => $1 * p.patience) OR l.first < now() - make_interval(secs => $2 * p.patience) OR l.rows >= $3
           ON CONFLICT DO NOTHING`,
      [this.#rules.quietMs / 1_000, this.#rules.oldestMs / 1_000, this.#rules.rowsMax, PATIENCE_BYTES],
    );
    let folded = 0;
    for (let job = await this.#take(); job; job = await this.#take()) {
      const { documentId, attempts } = job;
      try {
        const outcome = await this.fold(documentId, { setsAside: attempts > PATIENT_ATTEMPTS });
        if (outcome === 'folded') folded += 1;
        // Whoever is at it may yet die of it: the job stays until it is done, and this was no attempt.
        if (outcome === 'taken') await this.#pool.query('UPDATE sync.fold_job SET attempts = attempts - 1 WHERE document_id = $1', [documentId]);
        else await this.#pool.query('DELETE FROM sync.fold_job WHERE document_id = $1', [documentId]);
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

  /** Folds one document now. */
  fold(documentId: string, { setsAside = false }: { setsAside?: boolean } = {}): Promise<Outcome> {
    return inTransaction(this.#pool, (client) => this.#fold(client, documentId, setsAside));
  }

  async #fold(client: PoolClient, documentId: string, setsAside: boolean): Promise<Outcome> {
    const { rows: lock } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_xact_lock(hashtextextended('fold ' || $1, 0)) AS taken", [documentId]);
    if (!lock[0]!.taken) return 'taken';
    const { rows: documents } = await client.query<{ epoch: number; snapshot: Buffer | null; checksum: Buffer | null; state_vector: Buffer | null; cover: Cover }>(
      'SELECT epoch, snapshot, checksum, state_vector, cover FROM sync.document WHERE document_id = $1',
      [documentId],
    );
    const document = documents[0];
    if (!document) return 'nothing';
    const { rows } = await client.query<Row>('SELECT node, seq, updates, credits FROM sync.update_log WHERE document_id = $1 AND epoch = $2 ORDER BY at, node, seq', [documentId, document.epoch]);
    const isDamaged = document.snapshot !== null && !sha256(document.snapshot).equals(document.checksum!);
    if (rows.length === 0 && !isDamaged) return 'nothing';

    const doc = new Y.Doc();
    if (isDamaged) await this.#applyHistory(client, documentId, document, doc);
    else if (document.snapshot) Y.applyUpdate(doc, document.snapshot);
    const aside = setsAside ? await this.#applyWhatFits(client, documentId, document.epoch, doc, rows) : new Set<Row>();
    if (!setsAside) for (const row of rows) for (const update of readBatch(row.updates)) Y.applyUpdate(doc, update);
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Error('the log refers to what it does not hold');

    const snapshot = Buffer.from(Y.encodeStateAsUpdate(doc));
    const lines = proseLines(doc.getXmlFragment('default'));
    verify(doc, snapshot, lines);

    const cover = await this.#coverWith(client, document.cover, rows);
    await client.query('UPDATE sync.document SET snapshot = $2, checksum = $3, cover = $4, state_vector = $5, delete_set_at = $6, version = version + 1 WHERE document_id = $1', [
      documentId,
      snapshot,
      sha256(snapshot),
      JSON.stringify(cover),
      Buffer.from(Y.encodeStateVector(doc)),
      readUpdate(snapshot).deleteSetAt,
    ]);
    const folded = rows.filter((row) => !aside.has(row));
    await this.#becomeHistory(client, documentId, document.epoch, folded);
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
    return 'folded';
  }

  /**
   * CU7: a node that is gone is not named for ever. Gone is one that gives no sign of life and of which nothing was folded,
   * here or anywhere, for days: no room that is open now was open and unaware all that time.
   */
  async #coverWith(client: PoolClient, before: Cover, rows: readonly Row[]): Promise<Cover> {
    const folded: Cover = {};
    for (const { node, seq } of rows) folded[node] = Math.max(folded[node] ?? 0, seq);
    // Only once an hour: a row that is written here is locked to the end of this fold, and others fold rows of the same nodes.
    await client.query(
      `INSERT INTO sync.folded_node (node)
       SELECT t.node FROM unnest($1::uuid[]) AS t (node)
        WHERE NOT EXISTS (SELECT FROM sync.folded_node f WHERE f.node = t.node AND f.folded_at > now() - interval '1 hour') ORDER BY t.node
           ON CONFLICT (node) DO UPDATE SET folded_at = now()`,
      [Object.keys(folded)],
    );
    const { rows: gone } = await client.query<{ node: string }>(
      `SELECT t.node FROM unnest($1::uuid[]) AS t (node)
        WHERE NOT EXISTS (SELECT FROM sync.node n WHERE n.node = t.node)
          AND NOT EXISTS (SELECT FROM sync.folded_node f WHERE f.node = t.node AND f.folded_at > now() - make_interval(days => $2))`,
      [Object.keys(before), FORGETS_NODES_AFTER_DAYS],
    );
    const cover = { ...before };
    for (const { node } of gone) delete cover[node];
    for (const [node, seq] of Object.entries(folded)) cover[node] = Math.max(cover[node] ?? 0, seq);
    return cover;
  }

  /**
   * Moves rows into history: those of one node as one row, because a row for each keystroke is mostly its own frame. Nothing
   * is lost by it: bytes, moments and credits stay.
   */
  async #becomeHistory(client: PoolClient, documentId: string, epoch: number, rows: readonly Row[]): Promise<void> {
    const parts = partsOf(rows);
    await client.query(
      `WITH covered AS (
         DELETE FROM sync.update_log l USING unnest($3::uuid[], $4::bigint[], $5::int[], $6::int[]) AS f (node, seq, part, held)
          WHERE l.document_id = $1 AND l.epoch = $2 AND l.node = f.node AND l.seq = f.seq
      RETURNING l.*, f.part, f.held
       ), placed AS (
         SELECT *, least(extract(epoch FROM at - min(at) OVER (PARTITION BY part)) * 1000, 2147483647)::int AS moment FROM covered
       )
       INSERT INTO sync.update_history (document_id, epoch, node, seq, updates, credits, at, moments)
       SELECT document_id, epoch, node, max(seq), string_agg(updates, '' ORDER BY seq), $7::jsonb -> part, min(at),
              CASE WHEN max(moment) > 0 THEN (SELECT array_agg(p.moment ORDER BY p.seq) FROM placed p, generate_series(1, p.held) WHERE p.part = placed.part) END
         FROM placed GROUP BY document_id, epoch, node, part`,
      [
        documentId,
        epoch,
        parts.flatMap((part) => part.map(({ node }) => node)),
        parts.flatMap((part) => part.map(({ seq }) => seq)),
        parts.flatMap((part, at) => part.map(() => at)),
        parts.flatMap((part) => part.map(({ updates }) => readBatch(updates).length)),
        JSON.stringify(parts.map((part) => creditsOf(part.map(({ credits }) => credits)))),
      ],
    );
  }

  /** The rows that a snapshot was made of. All of them are kept, so that bytes that went bad on the disk cost nothing. */
  async #applyHistory(client: PoolClient, documentId: string, { epoch, state_vector: reached }: { epoch: number; state_vector: Buffer | null }, doc: Y.Doc): Promise<void> {
    this.#logger.error({ documentId }, 'a snapshot does not match its checksum; it is made anew from its rows');
    const { rows } = await client.query<{ updates: Buffer }>('SELECT updates FROM sync.update_history WHERE document_id = $1 AND epoch = $2 ORDER BY at, node, seq', [documentId, epoch]);
    for (const row of rows) for (const update of readBatch(row.updates)) Y.applyUpdate(doc, update);
    // Days of history may have been moved elsewhere. What is left of them must not pass for the whole text.
    if (reached && !covers(doc, reached)) throw new Error('history does not hold all that the snapshot did');
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
    for (const [userId, ranges] of deliveredBy(rows)) {
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

/** Rows that become one row of history. What core wrote stays by itself: it names the edit of core's that it is. */
function partsOf(rows: readonly Row[]): Row[][] {
  const parts: Row[][] = [];
  const open = new Map<string, { part: Row[]; bytes: number }>();
  for (const row of rows) {
    const { node, updates, credits } = row;
    const last = open.get(node);
    if (last && !credits.edit && last.bytes + updates.length <= HISTORY_BYTES_MAX) {
      last.part.push(row);
      last.bytes += updates.length;
      continue;
    }
    const part = [row];
    parts.push(part);
    open.set(node, { part, bytes: credits.edit ? HISTORY_BYTES_MAX : updates.length });
  }
  return parts;
}

/** The credits of several rows: clocks that follow one another and were delivered by the same person become one range. */
function creditsOf(rows: readonly RowCredits[]): RowCredits {
  if (rows.length === 1) return rows[0]!;
  return { credits: [...deliveredBy(rows)].flatMap(([by, ranges]) => [...ranges].map((range) => ({ ...range, by }))), owners: rows.flatMap(({ owners }) => owners) };
}

/** Which clocks each person delivered. */
function deliveredBy(rows: readonly RowCredits[]): Map<string, IdRanges> {
  const people = new Map<string, IdRanges>();
  for (const credit of rows.flatMap(({ credits }) => credits)) {
    const ranges = people.get(credit.by) ?? new IdRanges();
    ranges.add(credit);
    people.set(credit.by, ranges);
  }
  return people;
}

/** A snapshot counts only when a fresh load of it is the same document. */
function verify(doc: Y.Doc, snapshot: Uint8Array, lines: readonly string[]): void {
  const again = new Y.Doc();
  Y.applyUpdate(again, snapshot);
  if (!sameVector(again, doc) || proseLines(again.getXmlFragment('default')).join('\n') !== lines.join('\n')) throw new Error('the new snapshot does not load to the same document');
}

/** State vectors as maps: their byte order is not fixed. */
function sameVector(left: Y.Doc, right: Y.Doc): boolean {
  return covers(left, Y.encodeStateVector(right)) && covers(right, Y.encodeStateVector(left));
}

/** Whether a document has every clock of a state vector. */
const covers = (doc: Y.Doc, vector: Uint8Array): boolean => [...Y.decodeStateVector(vector)].every(([client, clock]) => Y.getState(doc.store, client) >= clock);
