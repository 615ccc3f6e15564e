import { writeBatch } from '../batch.ts';
import { Cursor, type CursorInput } from '../cursor.ts';
import { Reader } from '../bytes.ts';
import { StateVector } from '../id-ranges.ts';
import { DOCUMENT_LIMITS } from '../limits.ts';
import { type Credited, Room, type RoomEffect, type RoomInput } from '../room.ts';
import { Coverage, deleteSetOf, deletionsOf, EMPTY_UPDATE } from '../update.ts';
import type { Connection } from './connection.ts';
import type { Database, Snapshot, Stored } from './database.ts';
import type { NewRow } from './new-row.ts';
import type { Surroundings } from './surroundings.ts';
import { Violation } from './violation.ts';

/** What a room needs of the node it is open on. */
export interface Home {
  readonly id: string;
  isAlive(): boolean;
  nextSeq(): number;
  wallMs(): number;
  publish(row: NewRow): void;
  /** The room is over: everyone in it was told why. */
  ended(): void;
}

/** The host of one loaded document on one node: performs what `Room` and `Cursor` decide, and commits in groups. */
export class OpenRoom {
  readonly epoch: number;
  readonly #surroundings: Surroundings;
  readonly #database: Database;
  readonly #home: Home;
  readonly #room: Room;
  readonly #cursor: Cursor;
  #snapshot: Snapshot | null;
  readonly #sessions = new Map<number, { connection: Connection; canWrite: boolean }>();
  #waiting: Extract<RoomEffect, { type: 'store' }>[] = [];
  #isCommitting = false;
  isOver = false;

  constructor(surroundings: Surroundings, database: Database, home: Home, { epoch, snapshot, rows, owners, unconfirmed }: Stored) {
    this.#surroundings = surroundings;
    this.#database = database;
    this.#home = home;
    this.epoch = epoch;
    this.#snapshot = snapshot;
    this.#room = new Room({ coverage: Coverage.of(snapshot ? [snapshot.update] : []), bytes: snapshot?.update.length ?? 0, owners, unconfirmed, limits: DOCUMENT_LIMITS });
    this.#cursor = new Cursor({ passed: snapshot?.cover ?? [], knows: (client) => this.#room.knows(client) });
    this.#let({ type: 'read', rows, snapshot: null });
  }

  get isIdle(): boolean {
    return this.#sessions.size === 0 && this.#room.isSettled;
  }

  get isSettled(): boolean {
    return this.#room.isSettled && this.#waiting.length === 0;
  }

  get tailLength(): number {
    return this.#room.tail().length;
  }

  /** What a client that has nothing would be sent. */
  content(): Uint8Array[] {
    return this.#beyond(new StateVector());
  }

  join(connection: Connection, canWrite: boolean, clientState: Uint8Array): void {
    // As RoomHost.join: what is there, then the session, without a gap (RM1).
    connection.sendToTab({ type: 'opened', epoch: this.epoch, canWrite });
    for (const update of this.#beyond(StateVector.read(new Reader(clientState)))) connection.sendToTab({ type: 'update', update });
    connection.sendToTab({ type: 'ready', stateVector: this.#room.stateVector() });
    this.#sessions.set(connection.session, { connection, canWrite });
    this.#step({ type: 'joined', session: connection.session, userId: connection.person, canWrite });
  }

  leave(session: number): void {
    if (this.#sessions.delete(session)) this.#step({ type: 'left', session });
  }

  push(session: number, number: number, kind: 'edit' | 'resync', update: Uint8Array): void {
    if (this.#sessions.has(session)) this.#step({ type: 'pushed', session, number, kind, update });
  }

  setRights(person: string, canWrite: boolean): void {
    for (const [session, found] of this.#sessions) {
      if (found.connection.person !== person) continue;
      found.canWrite = canWrite;
      this.#step({ type: 'rights-changed', session, canWrite });
      found.connection.sendToTab({ type: 'rights', canWrite });
    }
  }

  /** Something of the log that came over the bus, or a doubt. */
  hear(input: Extract<CursorInput, { type: 'heard' | 'hinted' | 'doubted' }>): void {
    this.#let(input);
  }

  /** The compactor may have made a new snapshot: it is taken up, and the tail that it covers is let go. */
  refresh(): void {
    this.#database.newest((found) => {
      if (this.isOver || !this.#home.isAlive() || !found) return;
      if (found.epoch !== this.epoch) return this.end('old-epoch');
      const { snapshot } = found;
      if (!snapshot || snapshot.version <= (this.#snapshot?.version ?? 0)) return;
      this.#let({ type: 'folded', ...snapshot });
      this.#snapshot = snapshot;
      const cover = new Map(snapshot.cover.map(({ node, seq }) => [node, seq]));
      this.#step({ type: 'compacted', covers: ({ node, seq }) => seq <= (cover.get(node) ?? 0), snapshotBytes: snapshot.update.length, deleteSet: deleteSetOf(snapshot.update) });
    });
  }

  end(reason: 'old-epoch' | 'come-back'): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const { connection } of this.#sessions.values()) {
      connection.sendToTab({ type: 'closed', reason });
      connection.closeByNode();
    }
    this.#sessions.clear();
    this.#home.ended();
  }

  #beyond(clientState: StateVector): Uint8Array[] {
    const parts: Uint8Array[] = [];
    if (this.#snapshot) {
      const { update } = this.#snapshot;
      parts.push(clientState.size > 0 && clientState.covers(Coverage.of([update]).known) ? deletionsOf(update) : update);
    }
    return [...parts, ...this.#room.tail()];
  }

  #let(input: CursorInput): void {
    for (const effect of this.#cursor.step(input)) {
      switch (effect.type) {
        case 'let-in': {
          const { row, updates, credited } = effect;
          for (const update of updates.length > 0 ? updates : [EMPTY_UPDATE]) this.#step({ type: 'arrived', update, row, credited });
          break;
        }
        case 'read':
          this.#database.read(effect.beyond, (found) => {
            if (this.isOver || !this.#home.isAlive()) return;
            if (!found) return this.#let({ type: 'read-failed' });
            if (found.epoch !== this.epoch) return this.end('old-epoch');
            this.#let({ type: 'read', rows: found.rows, snapshot: found.snapshot });
          });
          break;
        case 'unfit':
          throw new Violation(`I8: ${effect.row.node}/${effect.row.seq} rests on what the log does not hold`);
      }
    }
  }

  #step(input: RoomInput): void {
    for (const effect of this.#room.step(input)) {
      switch (effect.type) {
        case 'store':
          this.#auditStore(input, effect);
          this.#waiting.push(effect);
          this.#commitSoon();
          break;
        case 'relay':
          for (const [session, { connection }] of this.#sessions) if (session !== effect.except) connection.sendToTab({ type: 'update', update: effect.update });
          break;
        case 'ack':
          this.#sessions.get(effect.session)?.connection.sendToTab({ type: 'ack', upTo: effect.upTo });
          break;
        case 'refuse':
          this.#surroundings.auditor.refused += 1;
          this.#sessions.get(effect.session)?.connection.sendToTab({ type: 'refused', reason: effect.reason });
          break;
        case 'ask-whole':
          this.#sessions.get(effect.session)?.connection.sendToTab({ type: 'whole', stateVector: effect.stateVector });
          break;
        case 'known':
          break;
        case 'expel':
          throw new Violation('RM2: a well-behaved client was expelled');
      }
    }
  }

  /** I6 and I10 where the decision falls. */
  #auditStore(input: RoomInput, { update, credits, owners }: Extract<RoomEffect, { type: 'store' }>): void {
    const from = input.type === 'pushed' ? this.#sessions.get(input.session) : undefined;
    if (!from) throw new Violation('I10: something is stored that no session delivered');
    if (update && !from.canWrite) throw new Violation(`I6: ${from.connection.person} may not write and was stored`);
    for (const { by } of [...credits, ...owners]) if (by !== from.connection.person) throw new Violation(`I10: what ${from.connection.person} delivered is credited to ${by}`);
  }

  #commitSoon(): void {
    if (this.#isCommitting || this.isOver) return;
    this.#isCommitting = true;
    this.#surroundings.timeline.after(this.#surroundings.chance.below(5), () => {
      if (this.isOver || !this.#home.isAlive()) return;
      const batch = this.#waiting.splice(0);
      const credited: Credited = { credits: batch.flatMap(({ credits }) => credits), owners: batch.flatMap(({ owners }) => owners) };
      const bytes = writeBatch(batch.flatMap(({ update }) => (update ? [update] : [])));
      this.#commit({ row: { node: this.#home.id, seq: this.#home.nextSeq() }, epoch: this.epoch, bytes, credited, wallMs: this.#home.wallMs() }, batch.at(-1)!.position);
    });
  }

  /** Tried with the same row until the answer is known. */
  #commit(row: NewRow, position: number): void {
    this.#database.append(
      row,
      () => this.#home.isAlive(),
      (answer) => {
        if (this.isOver || !this.#home.isAlive()) return;
        if (answer === 'fenced') return this.end('old-epoch');
        if (answer === 'failed') {
          this.#surroundings.timeline.after(this.#surroundings.chance.between(20, 200), () => {
            if (!this.isOver && this.#home.isAlive()) this.#commit(row, position);
          });
          return;
        }
        this.#isCommitting = false;
        this.#step({ type: 'committed', rows: [{ position, row: row.row }] });
        this.#let({ type: 'heard', row: row.row, updates: [] });
        this.#home.publish(row);
        if (this.#waiting.length > 0) this.#commitSoon();
      },
    );
  }
}
