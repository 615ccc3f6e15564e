import * as Y from 'yjs';
import { readBatch } from '../batch.ts';
import type { CommittedRow, Folded } from '../cursor.ts';
import { IdRanges } from '../id-ranges.ts';
import type { LogRow } from '../room.ts';
import type { NewRow } from './new-row.ts';
import type { Surroundings } from './surroundings.ts';
import { Violation } from './violation.ts';

export interface Snapshot extends Folded {
  version: number;
}

/** A snapshot's cover forgets a node of which no row came for so long (CU7): some looks of the slowest room, and a stall. */
const FORGETS_NODES_AFTER_MS = 10_000;

/** The document at one moment. */
export interface Stored {
  epoch: number;
  snapshot: Snapshot | null;
  rows: CommittedRow[];
  owners: Map<number, string>;
  unconfirmed: IdRanges;
}

/**
 * The log of the one document, as PostgreSQL keeps it: commits take their time, an answer may be lost, a statement whose
 * client is dead may still happen, a row comes once by its key, an epoch fences, and every reading shows one moment.
 */
export class Database {
  readonly #surroundings: Surroundings;
  #epoch = 0;
  #snapshot: Snapshot | null = null;
  #log: NewRow[] = [];
  /** Every row of this epoch, by key: a retry is known even after its row was folded. */
  #keys = new Set<string>();
  #owners = new Map<number, string>();
  #unconfirmed = new IdRanges();
  readonly #wroteAtMs = new Map<string, number>();
  #stalledUntilMs = 0;
  #readOnlyUntilMs = 0;
  #folding = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#begin(null);
  }

  get rowCount(): number {
    return this.#log.length;
  }

  #begin(update: Uint8Array | null): void {
    this.#epoch += 1;
    this.#snapshot = update ? { version: this.#epoch * 1_000, update, cover: [] } : null;
    this.#log = [];
    this.#keys = new Set();
    this.#owners = new Map();
    this.#unconfirmed = new IdRanges();
    this.#surroundings.auditor.began(this.#epoch, update);
  }

  // ── what goes wrong ──

  stall(ms: number): void {
    this.#stalledUntilMs = this.#surroundings.timeline.nowMs + ms;
  }

  becomeReadOnly(ms: number): void {
    this.#readOnlyUntilMs = this.#surroundings.timeline.nowMs + ms;
  }

  heal(): void {
    this.#stalledUntilMs = 0;
    this.#readOnlyUntilMs = 0;
  }

  /** History is replaced: what was written before is gone, and belongs to nobody's copy any more. */
  replaceHistory(clientId: number): void {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    doc.getText('t').insert(0, `[epoch ${this.#epoch + 1}]`);
    this.#begin(Y.encodeStateAsUpdate(doc));
  }

  // ── what is asked ──

  /** `failed`: nothing is known to be written. It may be, now or soon. */
  append(row: NewRow, isWriterAlive: () => boolean, done: (answer: 'written' | 'fenced' | 'failed') => void): void {
    const { chance, timeline, areFaultsOn } = this.#surroundings;
    let isAnswered = false;
    const answer = (given: 'written' | 'fenced' | 'failed') => {
      if (isAnswered) return;
      isAnswered = true;
      done(given);
    };
    if (areFaultsOn() && chance.is(0.04)) timeline.after(chance.below(40), () => answer('failed'));
    const isLost = areFaultsOn() && chance.is(0.06);
    timeline.after(this.#waitMs(), () => {
      // A crash before the commit, or between commit and answer.
      if (!isWriterAlive() && chance.is(0.5)) return;
      if (timeline.nowMs < this.#readOnlyUntilMs) return answer('failed');
      if (row.epoch !== this.#epoch) return answer('fenced');
      this.#land(row);
      timeline.after(isLost ? 400 : chance.between(1, 10), () => answer(isLost ? 'failed' : 'written'));
    });
  }

  load(done: (stored: Stored) => void): void {
    this.#look(
      () => ({ epoch: this.#epoch, snapshot: this.#snapshot, rows: this.#rowsBeyond(new Map()), owners: new Map(this.#owners), unconfirmed: IdRanges.of(this.#unconfirmed) }),
      done,
      // A load is tried until it succeeds.
      () => this.load(done),
    );
  }

  newest(done: (found: { epoch: number; snapshot: Snapshot | null } | null) => void): void {
    this.#look(
      () => ({ epoch: this.#epoch, snapshot: this.#snapshot }),
      done,
      () => done(null),
    );
  }

  read(beyond: ReadonlyMap<string, number>, done: (found: { epoch: number; rows: CommittedRow[]; snapshot: Snapshot | null } | null) => void): void {
    this.#look(
      () => {
        const isBeyond = ({ node, seq }: LogRow) => seq > (beyond.get(node) ?? 0);
        return { epoch: this.#epoch, rows: this.#rowsBeyond(beyond), snapshot: this.#snapshot?.cover.some(isBeyond) ? this.#snapshot : null };
      },
      done,
      () => done(null),
    );
  }

  #look<T>(take: () => T, done: (taken: T) => void, fail: () => void): void {
    const { chance, timeline, areFaultsOn } = this.#surroundings;
    timeline.after(this.#waitMs(), () => {
      if (areFaultsOn() && chance.is(0.05)) return fail();
      const taken = take();
      timeline.after(chance.between(1, areFaultsOn() ? 120 : 10), () => done(taken));
    });
  }

  /**
   * The compactor: reads one moment, folds, and writes the snapshot in one transaction some time later, or dies with it.
   * One at a time.
   */
  fold(done: () => void): void {
    const { auditor, chance, timeline, areFaultsOn, trace } = this.#surroundings;
    if (this.#folding || this.#log.length === 0) return;
    this.#folding = true;
    timeline.after(this.#waitMs(), () => {
      const [epoch, rows, before] = [this.#epoch, [...this.#log], this.#snapshot];
      const willDie = areFaultsOn() && chance.is(0.2);
      timeline.after(chance.between(1, 400), () => {
        this.#folding = false;
        if (willDie || epoch !== this.#epoch) return;
        const doc = new Y.Doc();
        if (before) Y.applyUpdate(doc, before.update);
        for (const { bytes } of rows) for (const update of readBatch(bytes)) Y.applyUpdate(doc, update);
        if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Violation('I8: the log held what cannot be integrated');
        const cover = new Map((before?.cover ?? []).map(({ node, seq }) => [node, seq]));
        for (const node of cover.keys()) if (timeline.nowMs - this.#wroteAtMs.get(node)! > FORGETS_NODES_AFTER_MS) cover.delete(node);
        for (const { row } of rows) cover.set(row.node, Math.max(cover.get(row.node) ?? 0, row.seq));
        this.#snapshot = { version: (before?.version ?? epoch * 1_000) + 1, update: Y.encodeStateAsUpdate(doc), cover: [...cover].map(([node, seq]) => ({ node, seq })) };
        const folded = new Set(rows);
        this.#log = this.#log.filter((row) => !folded.has(row));
        if (this.#log.length === 0) auditor.auditCopy('the snapshot', doc); // I5
        trace('folded', rows.length);
        done();
      });
    });
  }

  #land(row: NewRow): void {
    const { credited } = row;
    const key = `${row.row.node}/${row.row.seq}`;
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#log.push(row);
    this.#wroteAtMs.set(row.row.node, this.#surroundings.timeline.nowMs);
    for (const { client, by } of credited.owners) if (!this.#owners.has(client)) this.#owners.set(client, by);
    for (const credit of credited.credits) {
      if (this.#owners.get(credit.client) === credit.by) this.#unconfirmed.remove(credit);
      else this.#unconfirmed.add(credit);
    }
    this.#surroundings.trace('committed', key);
    this.#surroundings.auditor.landed(row);
  }

  #rowsBeyond(beyond: ReadonlyMap<string, number>): CommittedRow[] {
    return this.#log
      .filter(({ row }) => row.seq > (beyond.get(row.node) ?? 0))
      .toSorted((one, other) => one.wallMs - other.wallMs || one.row.seq - other.row.seq)
      .map(({ row, bytes, credited }) => ({ row, updates: readBatch(bytes), credited }));
  }

  #waitMs(): number {
    const { chance, timeline } = this.#surroundings;
    return Math.max(0, this.#stalledUntilMs - timeline.nowMs) + chance.between(1, 25);
  }
}
