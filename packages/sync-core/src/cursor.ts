import { Malformed } from './bytes.ts';
import { StateVector } from './id-ranges.ts';
import type { Credited, LogRow } from './room.ts';
import { integrates, readUpdate } from './update.ts';

/**
 * A cursor says how far one room of one node has come in the log of its document, and lets in what other nodes have
 * committed. The bus between nodes may lose, delay, repeat and disorder what it carries; the log may not. So what is not
 * plainly next is not kept: the log has it, and is read instead. The rules are numbered as in SPEC.md.
 *
 * CU1 A row is let in once, in the order of its node's numbers.
 * CU2 A row is let in after everything it rests on, whichever node that came through.
 * CU3 What is not next is not held back: the log is read, one reading at a time, and once more for what came meanwhile.
 * CU4 A number that a reading leaves out below one that it shows will never come.
 * CU5 Rows that were folded meanwhile come as the snapshot.
 * CU6 A cursor begins at the snapshot, belongs to one epoch, and is doubted whenever something may have been missed.
 * CU7 A cover that leaves out a node that is long silent costs one reading when that node writes again, and nothing else.
 */
export class Cursor {
  readonly #knows: (client: number) => number;
  /** For each node the last number let in. */
  readonly #passed = new Map<string, number>();
  #reading: 'no' | 'once' | 'again' = 'no';

  /** `passed`: the cover of the snapshot that the room was loaded with. `knows`: the room's, as it is at each step. */
  constructor({ passed, knows }: { passed: Iterable<LogRow>; knows: (client: number) => number }) {
    for (const row of passed) this.#pass(row);
    this.#knows = knows;
  }

  step(input: CursorInput): CursorEffect[] {
    switch (input.type) {
      case 'heard':
        return this.#hear(input);
      case 'hinted':
        return this.#hasPassed(input.row) ? [] : this.#read();
      case 'doubted':
        return this.#read();
      case 'read':
        return this.#takeIn(input);
      case 'folded':
        return this.#takeSnapshot(input, new StateVector());
      case 'read-failed':
        this.#reading = 'no';
        return [];
      default:
        return input satisfies never;
    }
  }

  #hasPassed({ node, seq }: LogRow): boolean {
    return seq <= (this.#passed.get(node) ?? 0);
  }

  #pass({ node, seq }: LogRow): void {
    if (!this.#hasPassed({ node, seq })) this.#passed.set(node, seq);
  }

  /** CU1, CU2: at once when it is plainly next. */
  #hear(heard: CommittedRow): CursorEffect[] {
    const { row, updates } = heard;
    if (this.#hasPassed(row)) return [];
    const isNext = row.seq === (this.#passed.get(row.node) ?? 0) + 1;
    if (!isNext || !this.#fits(updates, new StateVector())) return this.#read();
    this.#pass(row);
    return [{ ...heard, type: 'let-in' }];
  }

  /** CU3: a reading under way may have begun before what is missed was committed, so that it does not count. */
  #read(): CursorEffect[] {
    const isUnderWay = this.#reading !== 'no';
    this.#reading = isUnderWay ? 'again' : 'once';
    return isUnderWay ? [] : [{ type: 'read', beyond: new Map(this.#passed) }];
  }

  #takeIn({ rows, snapshot }: Extract<CursorInput, { type: 'read' }>): CursorEffect[] {
    const again = this.#reading === 'again';
    this.#reading = 'no';
    const effects: CursorEffect[] = [];
    /** Clocks that come with what is let in here, before the room has them. */
    const coming = new StateVector();

    if (snapshot) effects.push(...this.#takeSnapshot(snapshot, coming));
    // CU2: the log's own order is by a clock on a wall. What is there rests only on what is there, so some row always fits.
    let left = rows.filter(({ row }) => !this.#hasPassed(row)).toSorted((one, other) => one.row.seq - other.row.seq);
    for (let before = -1; left.length !== before;) {
      before = left.length;
      const stopped = new Set<string>();
      left = left.filter((committed) => {
        const { row, updates } = committed;
        if (stopped.has(row.node) || !this.#fits(updates, coming)) {
          stopped.add(row.node);
          return true;
        }
        this.#pass(row); // CU4
        effects.push({ ...committed, type: 'let-in' });
        return false;
      });
    }
    effects.push(...left.map(({ row }): CursorEffect => ({ type: 'unfit', row })));
    return again ? [...effects, ...this.#read()] : effects;
  }

  /** CU5 */
  #takeSnapshot({ cover, update }: Folded, coming: StateVector): CursorEffect[] {
    const missed = cover.find((row) => !this.#hasPassed(row));
    if (!missed || !this.#fits([update], coming)) return [];
    for (const row of cover) this.#pass(row);
    return [{ type: 'let-in', row: missed, updates: [update] }];
  }

  /** Whether the updates can be integrated one after another; if so, their clocks are among those that come. */
  #fits(updates: readonly Uint8Array[], coming: StateVector): boolean {
    const reached = new StateVector();
    const knows = (client: number) => Math.max(this.#knows(client), coming.get(client), reached.get(client));
    try {
      for (const update of updates) {
        const summary = readUpdate(update);
        if (!integrates(summary, knows)) return false;
        for (const { client, to } of summary.brings) reached.raise(client, to);
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return false; // Garbage on the bus; the log has the row itself.
    }
    for (const [client, next] of reached) coming.raise(client, next);
    return true;
  }
}

/** A row of the log: its updates in their order, and whose words they are. A row of credits alone has no update. */
export interface CommittedRow {
  row: LogRow;
  updates: readonly Uint8Array[];
  credited?: Credited;
}

/** A snapshot and the last row of each node that it holds. */
export interface Folded {
  cover: readonly LogRow[];
  update: Uint8Array;
}

export type CursorInput =
  /** From the bus, with its bytes; or this node's own row after its commit, when the updates may be left out. */
  | ({ type: 'heard' } & CommittedRow)
  /** From a bus that only points. */
  | { type: 'hinted'; row: LogRow }
  /** Something may have been missed: the bus was away, or it is time to look. */
  | { type: 'doubted' }
  /**
   * The answer to `read`: every committed row of the epoch beyond what was named, as they stood at one moment, in any order.
   * `snapshot` when its cover goes beyond what was named.
   */
  | { type: 'read'; rows: readonly CommittedRow[]; snapshot: Folded | null }
  /** A newer snapshot, before the room is told of the compaction: it may hold rows that were not heard of yet. */
  | ({ type: 'folded' } & Folded)
  /** The log did not answer. Doubt again after a pause. */
  | { type: 'read-failed' };

export type CursorEffect =
  /** Give each update to the room as `arrived`, now and in this order. */
  | ({ type: 'let-in' } & CommittedRow)
  /** Read the log beyond these numbers; answer with `read` or `read-failed`. */
  | { type: 'read'; beyond: ReadonlyMap<string, number> }
  /** The log itself holds something that rests on what it does not hold, or that is no update. It is not let in. */
  | { type: 'unfit'; row: LogRow };
