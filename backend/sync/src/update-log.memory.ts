import { type Credit, deleteSetOf, EMPTY_UPDATE, StateVector } from '@cowrite/sync-core';
import { type Head, type NewRow, PoisonedRows, type RowCredits, type StoredDocument, type StoredSnapshot, type UpdateLog } from './update-log.ts';

/** Nothing is ever compacted here. */
const NONE: StoredSnapshot = { version: 0, bytes: null, stateVector: new StateVector().encode(), deleteSet: deleteSetOf(EMPTY_UPDATE), cover: {} };

/** The log in memory, for tests that hold the store in their hand: it can be told to fail, to stall and to fence. */
export class MemoryUpdateLog implements UpdateLog {
  readonly #rows = new Map<string, NewRow[]>();
  readonly #epochs = new Map<string, number>();
  readonly #failures: unknown[] = [];
  readonly #poison = new Set<string>();
  #answersLost = 0;

  /** The next append fails with this error before anything is written. */
  failNext(error: unknown): void {
    this.#failures.push(error);
  }

  /** The next append is written, and its answer is lost. */
  loseNextAnswer(): void {
    this.#answersLost += 1;
  }

  /** History of a document is replaced: what comes for the old epoch is fenced. */
  replace(documentId: string): void {
    this.#epochs.set(documentId, this.#epochOf(documentId) + 1);
    this.#rows.delete(documentId);
  }

  /** Rows of this document are refused by the database for good. */
  poison(documentId: string): void {
    this.#poison.add(documentId);
  }

  async load(documentId: string): Promise<StoredDocument> {
    const rows = this.#rows.get(documentId) ?? [];
    return {
      epoch: this.#epochOf(documentId),
      snapshot: NONE,
      tail: rows.map(({ node, seq, updates, credits }) => ({ row: { node, seq }, updates: Buffer.from(updates), credits })),
      owners: [],
      unconfirmed: [],
    };
  }

  async snapshot(): Promise<StoredSnapshot> {
    return NONE;
  }

  async beyond(documentId: string, passed: ReadonlyMap<string, number>) {
    const { epoch, tail } = await this.load(documentId);
    return { epoch, tail: tail.filter(({ row }) => row.seq > (passed.get(row.node) ?? 0)), snapshot: null };
  }

  async heads(documentIds: readonly string[]): Promise<Head[]> {
    return documentIds.flatMap((documentId) => {
      const rows = this.#rows.get(documentId) ?? [];
      const last = new Map(rows.map(({ node, seq }) => [node, seq]));
      return rows.length > 0 ? [{ documentId, epoch: this.#epochOf(documentId), version: 0, rows: [...last].map(([node, seq]) => ({ node, seq })) }] : [];
    });
  }

  async append(rows: readonly NewRow[]): Promise<NewRow[]> {
    const failure = this.#failures.shift();
    if (failure) throw failure;
    const fenced: NewRow[] = [];
    const poisoned: NewRow[] = [];
    for (const row of rows) {
      if (this.#poison.has(row.documentId)) poisoned.push(row);
      else if (row.epoch !== this.#epochOf(row.documentId)) fenced.push(row);
      else {
        const known = this.#rows.get(row.documentId) ?? [];
        if (!known.some(({ node, seq }) => node === row.node && seq === row.seq)) known.push(row);
        this.#rows.set(row.documentId, known);
      }
    }
    if (this.#answersLost > 0) {
      this.#answersLost -= 1;
      throw new Error('the answer was lost');
    }
    if (poisoned.length > 0) throw new PoisonedRows(poisoned, new Error('poison'));
    return fenced;
  }

  #epochOf(documentId: string): number {
    return this.#epochs.get(documentId) ?? 1;
  }
}

/** Credits of nobody, for rows whose authorship a test does not look at. */
export const NO_CREDITS: RowCredits = { credits: [] satisfies Credit[], owners: [] };
