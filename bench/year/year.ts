import { randomUUID } from 'node:crypto';
import { connect, createLogger, type Pool } from '@cowrite/service-kit';
import { readUpdate, writeBatch } from '@cowrite/sync-core';
import * as Y from 'yjs';
import { Compactor, patience } from '../../backend/sync/src/compaction.ts';
import { PostgresUpdateLog } from '../../backend/sync/src/update-log.postgres.ts';
import type { NewRow } from '../../backend/sync/src/update-log.ts';
import { randomFrom } from '../random.ts';
import { median } from '../sync/figures.ts';
import { Author, type Done, type Stroke } from './author.ts';
import { measure, type Sizes } from './sizes.ts';
import { timed } from './timed.ts';

/** As a compactor with its defaults would fold. */
const FOLDS = { quietMs: 2_000, oldestMs: 15_000, rows: 1_000 };
const DAY_MS = 86_400_000;
/** A release a week: the process of sync has another name after it. */
const NODE_LIVES_DAYS = 7;
const SESSIONS_A_WEEK = 5;
const DAYS_A_MONTH = 30;

export interface Month extends Done {
  month: number;
  sessions: number;
  rows: number;
  folds: number;
  /** Medians, in milliseconds: a fold of this month, and a load at its end. */
  foldMs: number;
  loadMs: number;
  characters: number;
  sizes: Sizes;
  /** What history would be if the updates of a fold were merged into one, which forgets in what steps they came. */
  mergedBytes: number;
  /** What the database wrote ahead for appends and for folds. */
  appendWal: number;
  foldWal: number;
  /** From the first to the last stroke of every session. */
  writingMs: number;
}

/**
 * A scene that is written in for a year, through the real log and the real compactor on a real database. Time passes as data:
 * a trigger of this database alone gives rows their moments, and what is remembered of nodes grows older by a day each day.
 */
export async function* simulateYear(databaseUrl: string, { days, writers, characters, seed, isPatient }: { days: number; writers: number; characters: number; seed: number; isPatient: boolean }): AsyncGenerator<Month> {
  // One connection: what it says of time holds for its rows alone.
  const pool = connect(databaseUrl, { name: 'year', connectionsMax: 1, plansOnce: true });
  await pool.query(CLOCK);
  const log = new PostgresUpdateLog(pool);
  const compactor = new Compactor({ pool, rules: { quietMs: 0, oldestMs: 0, rowsMax: 1 }, logger: createLogger({ service: 'year', level: 'error' }) });
  const documentId = randomUUID();
  const next = randomFrom(seed);
  const authors = Array.from({ length: writers }, () => ({ userId: randomUUID(), author: new Author(next) }));
  const { rows: starts } = await pool.query<{ at: Date }>("SELECT ((now() AT TIME ZONE 'UTC')::date + 1) AT TIME ZONE 'UTC' AS at");
  const startMs = starts[0]!.at.getTime();

  let node = randomUUID();
  let seq = 0;
  let snapshotBytes = 0;
  let [sessions, rows, folds, mergedBytes, appendWal, foldWal, writingMs] = [0, 0, 0, 0, 0, 0, 0];
  let foldTimes: number[] = [];
  for (let day = 0; day < days; day += 1) {
    const dayMs = startMs + day * DAY_MS;
    await pool.query('SELECT sync.make_history_days(to_timestamp($1)::date)', [dayMs / 1_000 + 1]);
    await pool.query("UPDATE sync.folded_node SET folded_at = folded_at - interval '1 day'");
    if (day % NODE_LIVES_DAYS === 0) [node, seq] = [randomUUID(), 0];
    if (day % 7 < SESSIONS_A_WEEK) {
      let atMs = dayMs + 20 * 3_600_000;
      for (const { userId, author } of authors) {
        sessions += 1;
        // Client ids of Yjs are 32 random bits.
        const client = Math.floor(next() * 4_294_967_296);
        const doc = await opened(log, documentId, client);
        let isOwned = false;
        for (const burst of bursts(author.session(doc, Math.floor(characters * (0.5 + next()))), atMs, () => (isPatient ? patience(snapshotBytes) : 1))) {
          const batch = burst.map(({ update }, at): NewRow => ({
            documentId,
            epoch: 1,
            node,
            seq: seq + at + 1,
            updates: writeBatch([update]),
            credits: { credits: readUpdate(update).brings.map((range) => ({ ...range, by: userId })), owners: isOwned || at > 0 ? [] : [{ client, by: userId }] },
          }));
          await pool.query("SELECT set_config('year.before', $1, false), set_config('year.moments', $2, false)", [String(seq), `{${burst.map((stroke) => stroke.atMs / 1_000).join(',')}}`]);
          appendWal += await walOf(pool, () => log.append(batch));
          await pool.query('INSERT INTO year_rows SELECT * FROM sync.update_log WHERE document_id = $1', [documentId]);
          foldWal += await walOf(pool, async () => foldTimes.push(await timed(() => compactor.fold(documentId))));
          isOwned = true;
          snapshotBytes = await bytesOf(pool, documentId);
          seq += burst.length;
          rows += burst.length;
          folds += 1;
          mergedBytes += Y.mergeUpdates(burst.map(({ update }) => update)).length;
          writingMs += burst.at(-1)!.atMs - atMs;
          atMs = burst.at(-1)!.atMs;
        }
        doc.destroy();
      }
    }
    if ((day + 1) % DAYS_A_MONTH !== 0 && day + 1 !== days) continue;
    const done = authors.map(({ author }) => author.done);
    const sum = (of: (each: Done) => number) => done.reduce((total, each) => total + of(each), 0);
    yield {
      month: Math.ceil((day + 1) / DAYS_A_MONTH),
      typed: sum(({ typed }) => typed),
      deleted: sum(({ deleted }) => deleted),
      strokes: sum(({ strokes }) => strokes),
      sessions,
      rows,
      folds,
      foldMs: median(foldTimes),
      loadMs: await loadMs(log, documentId),
      characters: await charactersOf(pool, documentId),
      sizes: await measure(pool, documentId),
      mergedBytes,
      appendWal,
      foldWal,
      writingMs,
    };
    foldTimes = [];
  }
  await pool.end();
}

/** Rows as they would be folded: what came until a pause, or for a while. */
function* bursts(strokes: Iterable<Stroke>, fromMs: number, patienceNow: () => number): Generator<{ atMs: number; update: Uint8Array }[]> {
  let burst: { atMs: number; update: Uint8Array }[] = [];
  let atMs = fromMs;
  for (const { afterMs, update } of strokes) {
    atMs += afterMs;
    if (burst.length > 0 && (afterMs > FOLDS.quietMs * patienceNow() || atMs - burst[0]!.atMs > FOLDS.oldestMs * patienceNow() || burst.length >= FOLDS.rows)) {
      yield burst;
      burst = [];
    }
    burst.push({ atMs, update });
  }
  if (burst.length > 0) yield burst;
}

async function opened(log: PostgresUpdateLog, documentId: string, client: number): Promise<Y.Doc> {
  const doc = new Y.Doc();
  doc.clientID = client;
  const { bytes } = await log.snapshot(documentId);
  if (bytes) Y.applyUpdate(doc, bytes);
  return doc;
}

async function walOf(pool: Pool, work: () => Promise<unknown>): Promise<number> {
  const written = async () => (await pool.query<{ at: number }>("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint AS at")).rows[0]!.at;
  const before = await written();
  await work();
  return (await written()) - before;
}

async function loadMs(log: PostgresUpdateLog, documentId: string): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 9; time += 1) times.push(await timed(() => log.load(documentId)));
  return median(times);
}

const bytesOf = async (pool: Pool, documentId: string): Promise<number> => (await pool.query<{ bytes: number }>('SELECT length(snapshot) AS bytes FROM sync.document WHERE document_id = $1', [documentId])).rows[0]!.bytes;

const charactersOf = async (pool: Pool, documentId: string): Promise<number> => (await pool.query<{ with_spaces: number }>('SELECT with_spaces FROM sync.projection WHERE document_id = $1', [documentId])).rows[0]!.with_spaces;

/** A row's moment is what this run says; and history as it would be with a row for each row of the log, to compare with. */
const CLOCK = `
  CREATE FUNCTION year_moment() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.at := to_timestamp((current_setting('year.moments')::float8[])[NEW.seq - current_setting('year.before')::bigint]);
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER year_moment BEFORE INSERT ON sync.update_log FOR EACH ROW EXECUTE FUNCTION year_moment();
  CREATE TABLE year_rows (LIKE sync.update_log);
  CREATE INDEX ON year_rows (document_id, at);
`;
