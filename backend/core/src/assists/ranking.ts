import type { DocumentId } from '@cowrite/contract';
import { sql } from 'kysely';
import type { Database, Tx } from '../platform/database.ts';
import type { Workers } from '../platform/workers.ts';
import * as store from './meanings.store.ts';
import { directionOf, nearestTo } from './nearest.ts';
import { findPgvector, type Pgvector } from './pgvector.ts';

/** What is looked for: what a question means, among which passages, and how many. */
export interface Sought {
  among: store.Among;
  vector: Uint8Array;
  limit: number;
}

/** A passage that was found, by where it stands and by its words. */
export interface Near {
  documentId: DocumentId;
  hash: string;
}

/** Who hears which way is gone. */
export interface Log {
  info(about: object, what: string): void;
  warn(about: object, what: string): void;
}

/**
 * The database compares in single precision, and we in double: so many times what is wanted is taken from it, and put in order by us.
 * More passages than that would have to be equally near, and not the same, before another is found.
 */
const MARGIN = 4;

/** SQLSTATEs of an extension that is not there any more: its type, its operator, its library. */
const GONE = new Set(['42704', '42883', '58P01', '3F000']);

/** The exact way: all numbers are read, and compared in a worker. */
async function rankedInWorker(tx: Tx, workers: Workers, { among, vector, limit }: Sought): Promise<Near[]> {
  const rows = await store.vectors(tx, among);
  const near = await workers.run('nearest', { vector, vectors: rows.map((row) => row.vector), limit });
  return near.map((at) => ({ documentId: rows[at]!.documentId, hash: rows[at]!.hash }));
}

/** By the extension: the database compares, and only the nearest are read. The last word on their order is the exact way's. */
async function rankedByPgvector(tx: Tx, pgvector: Pgvector, { among, vector, limit }: Sought): Promise<Near[]> {
  const direction = directionOf(vector);
  if (direction === null) return [];
  const rows = await store.nearestVectors(tx, pgvector, among, direction, limit * MARGIN);
  const near = nearestTo(
    vector,
    rows.map((row) => row.vector),
    limit,
  );
  return near.map((at) => ({ documentId: rows[at]!.documentId, hash: rows[at]!.hash }));
}

/**
 * Puts passages in order by how near they come to what a question means: by the extension `vector` where the database has it, exactly in
 * a worker otherwise. Both give the same passages in the same order; equally near ones in that of their scene and their hash.
 */
export class Ranking {
  /** Undefined: the database has not said yet. */
  #pgvector: Pgvector | null | undefined;
  #finding: Promise<void> | undefined;

  constructor(
    private readonly db: Database,
    private readonly workers: Workers,
    private readonly log: Log,
  ) {}

  /** Finds out which way there is, and says so. Done when core starts; a database that does not answer then is asked again with a question. */
  find(): Promise<void> {
    this.#finding ??= this.#find().finally(() => (this.#finding = undefined));
    return this.#finding;
  }

  /** Which passages come nearest, the nearest first. No question fails by the extension: what it does not answer, the worker does. */
  async nearest(tx: Tx, sought: Sought): Promise<Near[]> {
    if (this.#pgvector === undefined) void this.find();
    if (this.#pgvector == null) return rankedInWorker(tx, this.workers, sought);
    // A statement that fails would end the transaction, in which there is more to be read.
    await sql`SAVEPOINT by_pgvector`.execute(tx);
    try {
      const near = await rankedByPgvector(tx, this.#pgvector, sought);
      await sql`RELEASE SAVEPOINT by_pgvector`.execute(tx);
      return near;
    } catch (failure) {
      // Throws what is wrong where it was not the statement, as when the database is away.
      await sql`ROLLBACK TO SAVEPOINT by_pgvector`.execute(tx);
      const isGone = GONE.has((failure as { code?: string }).code ?? '');
      if (isGone) this.#pgvector = null;
      this.log.warn({ err: failure }, isGone ? 'the extension vector is gone: passages are ranked exactly until core starts again' : 'the extension vector failed: these passages were ranked exactly');
      return rankedInWorker(tx, this.workers, sought);
    }
  }

  async #find(): Promise<void> {
    try {
      const found = await findPgvector(this.db);
      this.#pgvector = 'missing' in found ? null : found;
      this.log.info('missing' in found ? { why: found.missing } : found, `passages by meaning are ranked ${'missing' in found ? 'exactly, in a worker' : 'by pgvector'}`);
    } catch (failure) {
      this.log.warn({ err: failure }, 'whether the database ranks passages by meaning is not known yet; until then they are ranked exactly');
    }
  }
}
