import type { Credited, LogRow } from '../room.ts';

/** A row of the log on its way to the database, and as it lies there. */
export interface NewRow {
  row: LogRow;
  epoch: number;
  /** A batch of updates. */
  bytes: Uint8Array;
  credited: Credited;
  /** By the writer's wall clock: the log is sorted by it, and nothing may rest on that. */
  wallMs: number;
}
