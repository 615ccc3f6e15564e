import { type Logger, traced } from '@cowrite/service-kit';
import { type Credit, writeBatch } from '@cowrite/sync-core';
import type { Turn } from './turn.ts';
import { type NewRow, PoisonedRows, type RowCredits, type UpdateLog } from './update-log.ts';

/** One update of one room, waiting to be written. */
export interface Waiting {
  update: Uint8Array | null;
  credits: Credit[];
  owners: RowCredits['owners'];
  position: number;
}

/** What a room gives to the queue and hears from it. */
export interface CommitRoom {
  readonly documentId: string;
  readonly epoch: number;
  /** How long its commits may lie apart, for what comes to wait for each other: nought in a room of ordinary size. */
  readonly gatherMs: number;
  /** The next number of this node in this document and epoch. */
  nextSeq(): number;
  committed(upTo: number, row: { node: string; seq: number }): void;
  /** The epoch is over, or the database will never take it: nobody may be told that this was saved. */
  failed(reason: 'old-epoch' | 'poisoned'): void;
}

/** Wait between tries while the database does not answer: from 100 ms, doubling, at most 2 s. */
const RETRY_MS = { first: 100, most: 2_000 };

/** A commit that held so many is one of a crowd; one person's never does. */
const MANY = 6;

/** A row larger than this is begun anew, so that one statement stays of a size the database is at ease with. */
const ROW_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Group commit: one commit in flight for the whole process; whatever came in meanwhile goes with the next. A commit whose
 * answer was lost is tried again with the same rows, so that it happens once. It never gives up and never drops: without
 * the database nobody is told that anything is saved.
 */
export class CommitQueue {
  readonly #log: UpdateLog;
  readonly #node: string;
  readonly #windowMs: number;
  readonly #logger: Logger;
  readonly #turn: Pick<Turn, 'over'>;
  readonly #committed: (rows: readonly NewRow[]) => void;
  readonly #took: (updates: number, ms: number) => void;
  #waiting = new Map<CommitRoom, Waiting[]>();
  /** When the last commit of a room that gathers began. */
  readonly #beganMs = new WeakMap<CommitRoom, number>();
  /** When the next commit begins at the latest. */
  #dueMs = Infinity;
  #hurry: () => void = () => undefined;
  /** When the first of those that wait came. */
  #sinceMs = 0;
  #running: Promise<void> | null = null;
  #stopped = false;
  /** When the database last refused, as a fact for `/health/ready`. */
  isStalled = false;

  /**
   * `committed` hears of every row that is in the log, after its room; `took` of every commit, with how many updates it held
   * and how long the first of them waited.
   */
  constructor({
    log,
    node,
    windowMs,
    logger,
    turn,
    committed = () => undefined,
    took = () => undefined,
  }: {
    log: UpdateLog;
    node: string;
    windowMs: number;
    logger: Logger;
    turn: Pick<Turn, 'over'>;
    committed?: (rows: readonly NewRow[]) => void;
    took?: (updates: number, ms: number) => void;
  }) {
    this.#log = log;
    this.#node = node;
    this.#windowMs = windowMs;
    this.#logger = logger;
    this.#turn = turn;
    this.#committed = committed;
    this.#took = took;
  }

  add(room: CommitRoom, waiting: Waiting): void {
    if (this.#waiting.size === 0) this.#sinceMs = performance.now();
    const list = this.#waiting.get(room);
    if (list) list.push(waiting);
    else this.#waiting.set(room, [waiting]);
    const { gatherMs } = room;
    this.#isDue(gatherMs === 0 ? 0 : (this.#beganMs.get(room) ?? -Infinity) + gatherMs);
    this.#running ??= this.#run();
  }

  #isDue(atMs: number): void {
    if (atMs >= this.#dueMs) return;
    this.#dueMs = atMs;
    this.#hurry();
  }

  /** Writes what waits, and resolves when nothing waits any more. Used by the orderly stop. */
  async settled(): Promise<void> {
    while (this.#running) {
      this.#isDue(0);
      await this.#running;
    }
  }

  /** Ends the retries, for a process that is being stopped while the database is away. */
  abandon(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    while (await this.#isTime()) {
      const batch = this.#waiting;
      const startedMs = performance.now();
      const sinceMs = this.#sinceMs;
      this.#waiting = new Map();
      this.#dueMs = Infinity;
      const prepared: { row: NewRow; room: CommitRoom; upTo: number }[] = [];
      let updates = 0;
      for (const [room, list] of batch) {
        updates += list.length;
        if (room.gatherMs > 0) this.#beganMs.set(room, startedMs);
        for (const part of parts(list)) prepared.push(this.#prepare(room, part));
      }
      // A trace of its own: it carries what many people wrote.
      await traced('commit', { 'cowrite.rows': prepared.length, 'cowrite.updates': updates }, () => this.#write(prepared), { parent: null });
      if (!this.#stopped) this.#took(updates, performance.now() - sinceMs);
      // A commit costs the database the same for one update as for a hundred. While many come, they wait for each other.
      const waitMs = this.#windowMs - (performance.now() - startedMs);
      if (updates >= MANY && waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    this.#running = null;
  }

  /** Waits until what waits is to be committed; false when nothing waits any more. */
  async #isTime(): Promise<boolean> {
    for (;;) {
      // Everything that arrived in this turn of the event loop shares the commit. Making one is the longest thing that this
      // thread does for a keystroke: who is to read it, and who waits for the commit before, are told first.
      await this.#turn.over();
      if (this.#waiting.size === 0 || this.#stopped) return false;
      const waitMs = this.#dueMs - performance.now();
      if (waitMs <= 0) return true;
      // What a crowd wrote waits until its time has come, or until somebody elsewhere writes: then it goes with theirs.
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#hurry = resolve;
      const timer = setTimeout(resolve, waitMs);
      await promise;
      clearTimeout(timer);
    }
  }

  #prepare(room: CommitRoom, list: Waiting[]) {
    const row: NewRow = {
      documentId: room.documentId,
      epoch: room.epoch,
      node: this.#node,
      seq: room.nextSeq(),
      updates: writeBatch(list.flatMap(({ update }) => (update ? [update] : []))),
      credits: { credits: joined(list.flatMap(({ credits }) => credits)), owners: list.flatMap(({ owners }) => owners) },
    };
    return { row, room, upTo: list.at(-1)!.position };
  }

  async #write(prepared: { row: NewRow; room: CommitRoom; upTo: number }[]): Promise<void> {
    for (let waitMs = RETRY_MS.first; !this.#stopped; waitMs = Math.min(waitMs * 2, RETRY_MS.most)) {
      let fenced: readonly NewRow[] = [];
      let poisoned: readonly NewRow[] = [];
      try {
        fenced = await this.#log.append(prepared.map(({ row }) => row));
      } catch (error) {
        if (error instanceof PoisonedRows) {
          this.#logger.error({ err: error.cause, documents: error.rows.map((row) => row.documentId) }, 'rows the database will not take');
          poisoned = error.rows;
        } else {
          if (!this.isStalled) this.#logger.warn({ err: error }, 'the log cannot be written; trying until it can');
          this.isStalled = true;
          await new Promise((resolve) => setTimeout(resolve, waitMs));
          continue;
        }
      }
      if (this.isStalled) this.#logger.info('the log is written again');
      this.isStalled = false;
      for (const { row, room, upTo } of prepared) {
        if (fenced.includes(row)) room.failed('old-epoch');
        else if (poisoned.includes(row)) room.failed('poisoned');
        else room.committed(upTo, { node: row.node, seq: row.seq });
      }
      this.#committed(prepared.map(({ row }) => row).filter((row) => !fenced.includes(row) && !poisoned.includes(row)));
      return;
    }
  }
}

function* parts(list: Waiting[]): Generator<Waiting[]> {
  let part: Waiting[] = [];
  let bytes = 0;
  for (const entry of list) {
    const size = entry.update?.length ?? 0;
    if (part.length > 0 && bytes + size > ROW_BYTES_MAX) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(entry);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** Neighbouring clocks of one client from one person become one range: a typed word is one credit. */
function joined(credits: readonly Credit[]): Credit[] {
  const result: Credit[] = [];
  for (const credit of credits) {
    const last = result.findLast(({ client, by }) => client === credit.client && by === credit.by);
    if (last && last.to === credit.from) last.to = credit.to;
    else result.push({ ...credit });
  }
  return result;
}
