import type { Credit, LogRow } from '@cowrite/sync-core';

/** Where committed updates live. Two implementations, one suite (`update-log.suite.ts`). */
export interface UpdateLog {
  /** The document's state at the last commit: snapshot, cover and tail in one consistent read. */
  load(documentId: string): Promise<StoredDocument>;
  /** Only the snapshot, for joiners of a room that is already loaded. */
  snapshot(documentId: string): Promise<StoredSnapshot>;
  /**
   * What was committed beyond these numbers of each node, as it stood at one moment; the snapshot when its cover goes
   * beyond them.
   */
  beyond(documentId: string, passed: ReadonlyMap<string, number>): Promise<Pick<StoredDocument, 'epoch' | 'tail'> & { snapshot: StoredSnapshot | null }>;
  /** How far documents have come, for a node that may have missed something. A document that has nothing is left out. */
  heads(documentIds: readonly string[]): Promise<Head[]>;
  /**
   * Appends rows in one commit and answers the rows that were not written because their epoch is over. A row that is
   * there already, or was folded (a retry whose first answer was lost), counts as written.
   *
   * @throws PoisonedRows naming the rows the database will never take; the others were written.
   * @throws any other error when nothing is known to be written: try again with the same rows.
   */
  append(rows: readonly NewRow[]): Promise<NewRow[]>;
}

/** The last number of each node that is in the log of a document, the snapshot left aside. */
export interface Head {
  documentId: string;
  epoch: number;
  version: number;
  rows: LogRow[];
}

/** {node: highest seq that the snapshot holds} */
export type Cover = Record<string, number>;

/** A document's state at its last compaction; before the first one there are no bytes. */
export interface StoredSnapshot {
  /** Rises with every compaction. */
  version: number;
  /** A Yjs update. */
  bytes: Buffer | null;
  /** How far it reaches, and its deletions, as the update writes them. Read without going through the bytes. */
  stateVector: Uint8Array;
  deleteSet: Uint8Array;
  cover: Cover;
}

export interface StoredDocument {
  epoch: number;
  snapshot: StoredSnapshot;
  tail: { row: LogRow; updates: Buffer; credits: RowCredits }[];
  owners: { client: number; by: string }[];
  /** Clocks delivered by people who do not own them and that their owner has not shown. */
  unconfirmed: { client: number; from: number; to: number }[];
}

/** Who delivered which clocks, and whose client ids are whose since this row. */
export interface RowCredits {
  credits: Credit[];
  owners: { client: number; by: string }[];
  /** The edit of core's that this row is. */
  edit?: string;
}

export interface NewRow extends LogRow {
  documentId: string;
  epoch: number;
  updates: Uint8Array;
  credits: RowCredits;
}

/** Some rows of an append can never be written. */
export class PoisonedRows extends Error {
  readonly rows: readonly NewRow[];

  constructor(rows: readonly NewRow[], cause: unknown) {
    super(`${rows.length} rows cannot be written`, { cause });
    this.name = 'PoisonedRows';
    this.rows = rows;
  }
}

/** Whether a snapshot with this cover holds the row. */
export const isCovered = (cover: Cover, { node, seq }: LogRow): boolean => seq <= (cover[node] ?? 0);
