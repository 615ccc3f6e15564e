import { CLOSE } from '@cowrite/contract';
import type { Logger } from '@cowrite/service-kit';
import type { Identity } from '@cowrite/service-kit/grants';
import {
  Coverage,
  Cursor,
  type CursorInput,
  type CommittedRow,
  type DocumentLimits,
  EMPTY_UPDATE,
  IdRanges,
  type LogRow,
  Presence,
  type PresenceChange,
  type PushKind,
  readBatch,
  Reader,
  Room,
  type RoomInput,
  StateVector,
  updateOfDeletions,
} from '@cowrite/sync-core';
import type { BusMessage, RemotePerson } from './bus.ts';
import type { CommitQueue, CommitRoom } from './commit-queue.ts';
import type { Listener, PersonChange } from './listener.ts';
import { Outbound } from './outbound.ts';
import { Slice } from './slice.ts';
import type { Turn } from './turn.ts';
import { type Cover, type Head, isCovered, type StoredDocument, type StoredSnapshot, type UpdateLog } from './update-log.ts';

export interface HostOptions {
  log: UpdateLog;
  commits: CommitQueue;
  limits: DocumentLimits;
  presence: { expiresAfterMs: number; stateBytesMax: number };
  lingerMs: number;
  editorsMax: number;
  readersMax: number;
  clock: () => number;
  turn: Turn;
  /** Tells the other nodes, when there are any. */
  say: (messages: readonly BusMessage[]) => void;
  logger: Logger;
}

/** How long a snapshot stays in memory after the last join that needed it. */
const SNAPSHOT_LINGERS_MS = 2_000;

/** How often carets move on everybody's screen. Told one by one, a hundred and fifty of them are twenty thousand messages a second. */
const presenceSliceMs = (listeners: number): number => (listeners <= 100 ? 80 : 120);

/**
 * How much time lies between two hand-outs at least, by how many hear them: to a few each turn hands out, to many slices do
 * that nobody sees, and longer ones to those who only read. A delivery costs a write whatever is in it, so that in a crowd of
 * hundreds only rarer writes help: twenty-two a second to those who write there, two or three to those who only read.
 */
function sliceMs(listeners: number, canWrite: boolean): number {
  if (listeners <= 20) return 0;
  if (!canWrite) return listeners <= 200 ? 50 : 400;
  if (listeners <= 100) return 8;
  return listeners <= 200 ? 16 : 45;
}

/** After a reading that failed. */
const READ_AGAIN_MS = 500;

/** What a session lacks. */
export interface Content {
  updates: readonly Uint8Array[];
  /** What the first of the updates is, when that is the whole snapshot. */
  snapshot: Snapshot | null;
  /** How far the document reaches. */
  stateVector: Uint8Array;
}

/** The bytes of one version of one epoch. */
export interface Snapshot {
  version: number;
  bytes: Buffer;
}

/** What the host does for a room. */
interface Home {
  unload(): void;
  nextSeq(): number;
}

/** A loaded document and its sessions: performs what `Room` decides. */
export class OpenRoom implements CommitRoom {
  readonly documentId: string;
  readonly epoch: number;
  readonly #room: Room;
  readonly #cursor: Cursor;
  /** Nodes whose people are shown here, and the session that stands for each. */
  readonly #elsewhere = new Map<string, number>();
  readonly #namesElsewhere = new Map<number, Identity>();
  readonly #presence: Presence;
  readonly #options: HostOptions;
  readonly #listeners = new Map<number, Listener>();
  readonly #writers = new Set<number>();
  readonly #home: Home;
  readonly #toWriters = new Outbound(this, true);
  readonly #toReaders = new Outbound(this, false);
  /** Who moved since the last slice. */
  #moved = new Map<number, PersonChange>();
  #presenceTimer: NodeJS.Timeout | null = null;
  #version: number;
  #snapshot: { version: number; bytes: Buffer | null; deletions: Uint8Array; known: StateVector } | null;
  #snapshotTimer: NodeJS.Timeout | null = null;
  #lingerTimer: NodeJS.Timeout | null = null;
  #reloading: Promise<void> | null = null;
  #nextSession = 1;
  #gone = false;

  static async load(documentId: string, options: HostOptions, home: Home): Promise<OpenRoom> {
    const { epoch, snapshot, tail, owners, unconfirmed } = await options.log.load(documentId);
    const room = new Room({
      coverage: new Coverage(readStateVector(snapshot.stateVector), new IdRanges(), snapshot.deleteSet),
      bytes: snapshot.bytes?.length ?? 0,
      owners: new Map(owners.map(({ client, by }) => [client, by])),
      unconfirmed: IdRanges.of(unconfirmed),
      limits: options.limits,
    });
    const open = new OpenRoom(documentId, epoch, snapshot, room, options, home);
    // The rows come in as any others do, in an order that fits: that of their time stamps is a wall clock's (CU6).
    open.#look({ type: 'read', rows: tail.map(committedRow), snapshot: null });
    options.say([{ kind: 'who', documentId }]);
    return open;
  }

  private constructor(documentId: string, epoch: number, snapshot: StoredSnapshot, room: Room, options: HostOptions, home: Home) {
    this.documentId = documentId;
    this.epoch = epoch;
    this.#version = snapshot.version;
    this.#room = room;
    this.#cursor = new Cursor({ passed: rowsOf(snapshot.cover), knows: (client) => room.knows(client) });
    this.#options = options;
    this.#home = home;
    this.#presence = new Presence(options.presence);
    this.#snapshot = null;
    this.#keepSnapshot(snapshot);
    this.#linger();
  }

  /** Somebody is about to join: the room does not leave before they could. */
  stay(): void {
    if (this.#listeners.size === 0 && !this.#gone) this.#linger();
  }

  nextSeq(): number {
    return this.#home.nextSeq();
  }

  /**
   * Takes a session in. Everything the document holds beyond `clientState` is handed to `content` first, then the
   * session hears of every change, without a gap between (RM1).
   *
   * @returns the session's number, or null when the room is full.
   */
  async join(listener: Listener, canWrite: boolean, clientState: StateVector, content: (content: Content) => void): Promise<number | null> {
    while (!this.#snapshot) await this.#reload();
    if (this.#gone) return null;
    if (canWrite ? this.#writers.size >= this.#options.editorsMax : this.#listeners.size - this.#writers.size >= this.#options.readersMax) return null;
    const session = this.#nextSession++;
    this.#cancelLinger();
    this.#handOut();
    content(this.#beyond(clientState));
    this.#listeners.set(session, listener);
    if (canWrite) this.#writers.add(session);
    this.#step({ type: 'joined', session, userId: listener.who.userId, canWrite });
    const everyone = this.#presence.everyone();
    if (everyone.length > 0) listener.presence(new Slice(this.#named(everyone)));
    return session;
  }

  /** How far the document reaches, for a client that is asked for what goes beyond. */
  stateVector(): Uint8Array {
    return this.#room.stateVector();
  }

  /** What a client with this state lacks, for a session that asks again. */
  async beyond(clientState: StateVector): Promise<Content> {
    while (!this.#snapshot) await this.#reload();
    return this.#beyond(clientState);
  }

  /** The newest snapshot, the same bytes for everyone who asks; null before the first one. */
  async snapshot(): Promise<Snapshot | null> {
    while (!this.#snapshot) await this.#reload();
    const { version, bytes } = this.#snapshot;
    return bytes && { version, bytes };
  }

  leave(session: number): void {
    const listener = this.#listeners.get(session);
    if (!listener) return;
    const gone = this.#presence.leave(session);
    this.#tellPresence(gone, listener.who);
    this.#listeners.delete(session);
    this.#writers.delete(session);
    this.#step({ type: 'left', session });
    if (this.#listeners.size === 0) this.#linger();
  }

  push(session: number, number: number, kind: PushKind, update: Uint8Array): void {
    // A copy: the socket's buffer is used again, and the update outlives it in the tail.
    this.#step({ type: 'pushed', session, number, kind, update: new Uint8Array(update) });
  }

  setRights(session: number, canWrite: boolean): void {
    if (!this.#listeners.has(session)) return;
    // What waits was gathered for the two kinds apart.
    this.#handOut();
    if (canWrite) this.#writers.add(session);
    else this.#writers.delete(session);
    this.#step({ type: 'rights-changed', session, canWrite });
  }

  /** A committed row that did not come through this room. */
  heard({ epoch, row, updates, credits }: Extract<BusMessage, { kind: 'row' }>): void {
    if (epoch < this.epoch) return;
    if (epoch > this.epoch) this.#look({ type: 'doubted' });
    else if (updates) this.#look({ type: 'heard', row, updates: readBatch(updates), ...(credits ? { credited: credits } : {}) });
    else this.#look({ type: 'hinted', row });
  }

  /** How far the log had come when it was asked. */
  compare({ epoch, version, rows }: Head): void {
    if (epoch !== this.epoch) return this.failed('old-epoch');
    for (const row of rows) this.#look({ type: 'hinted', row });
    if (version > this.#version) void this.compacted().catch((error: unknown) => this.#options.logger.warn({ err: error, documentId: this.documentId }, 'a newer snapshot could not be read; it will be looked for again'));
  }

  #look(input: CursorInput): void {
    if (this.#gone) return;
    for (const effect of this.#cursor.step(input)) {
      switch (effect.type) {
        case 'let-in':
          for (const update of effect.updates) this.#step({ type: 'arrived', update: new Uint8Array(update), row: effect.row, ...(effect.credited ? { credited: effect.credited } : {}) });
          break;
        case 'read':
          void this.#read(effect.beyond);
          break;
        case 'unfit':
          this.#options.logger.error({ documentId: this.documentId, ...effect.row }, 'the log holds a row that rests on nothing; it is not shown');
          break;
        default:
          effect satisfies never;
      }
    }
  }

  async #read(passed: ReadonlyMap<string, number>): Promise<void> {
    try {
      const { epoch, tail, snapshot } = await this.#options.log.beyond(this.documentId, passed);
      if (epoch !== this.epoch) return this.failed('old-epoch');
      this.#look({
        type: 'read',
        rows: tail.map(committedRow),
        snapshot: snapshot?.bytes ? { cover: rowsOf(snapshot.cover), update: snapshot.bytes } : null,
      });
      if (snapshot) await this.compacted();
    } catch (error) {
      this.#options.logger.warn({ err: error, documentId: this.documentId }, 'the log could not be read; trying again');
      this.#look({ type: 'read-failed' });
      setTimeout(() => this.#look({ type: 'doubted' }), READ_AGAIN_MS).unref();
    }
  }

  say(session: number, client: number, clock: number, state: string | null): void {
    const listener = this.#listeners.get(session);
    if (!listener) return;
    const change = this.#presence.say(session, client, clock, state, this.#options.clock());
    if (change) this.#tellPresence([change], listener.who);
  }

  /** A session showed that it lives. */
  renewPresence(session: number): void {
    this.#presence.renew(session, this.#options.clock());
  }

  tick(): void {
    // People elsewhere live as long as their node says nothing else.
    for (const session of this.#elsewhere.values()) this.#presence.renew(session, this.#options.clock());
    const expired = this.#presence.expire(this.#options.clock());
    for (const change of expired) this.#tellPresence([change], this.#listeners.get(change.session)?.who ?? NOBODY);
  }

  /** The compactor made a new snapshot. */
  async compacted(): Promise<void> {
    this.#dropSnapshot();
    await this.#reload();
  }

  committed(upTo: number, row: LogRow): void {
    this.#step({ type: 'committed', rows: [{ position: upTo, row }] });
    this.#look({ type: 'heard', row, updates: [] });
  }

  failed(reason: 'old-epoch' | 'poisoned'): void {
    // Whoever wrote it keeps it on their own device: nothing of it was acknowledged.
    const [code, sentence] = reason === 'old-epoch' ? [CLOSE.oldEpoch, 'history was replaced'] : [CLOSE.shedding, 'please come back'];
    this.#close(code, sentence);
  }

  #close(code: number, reason: string): void {
    // A room that left already may have a successor, which is not to be taken off the list in its place.
    if (this.#gone) return;
    this.#gone = true;
    this.#cancelLinger();
    this.#home.unload();
    this.#handOut();
    for (const listener of this.#listeners.values()) listener.end(code, reason);
    this.#listeners.clear();
    this.#writers.clear();
  }

  #step(input: RoomInput): void {
    for (const effect of this.#room.step(input)) {
      switch (effect.type) {
        case 'store':
          this.#options.commits.add(this, effect);
          break;
        case 'relay':
          if (this.#writers.size > 0) this.#toWriters.add(effect);
          if (this.#listeners.size > this.#writers.size) this.#toReaders.add(effect);
          break;
        case 'ack':
          this.#listeners.get(effect.session)?.ack(effect.upTo);
          break;
        case 'known':
          this.#listeners.get(effect.session)?.known(effect.number);
          break;
        case 'refuse':
          this.#listeners.get(effect.session)?.refuse(effect.number, effect.reason);
          break;
        case 'ask-whole':
          this.#listeners.get(effect.session)?.askWhole(effect.stateVector);
          break;
        case 'expel': {
          const listener = this.#listeners.get(effect.session);
          this.leave(effect.session);
          listener?.end(CLOSE.malformed, effect.reason);
          break;
        }
        default:
          effect satisfies never;
      }
    }
  }

  /** Snapshot and tail, less what the client shows it has. Never merged here: a join costs no CRDT work. */
  #beyond(clientState: StateVector): Content {
    const { version, bytes, deletions, known } = this.#snapshot!;
    const isKnown = clientState.size > 0 && clientState.covers(known);
    const parts: Uint8Array[] = [];
    if (bytes) parts.push(isKnown ? deletions : bytes);
    parts.push(...this.#room.tail());
    return { updates: parts.length > 0 ? parts : [EMPTY_UPDATE], snapshot: bytes && !isKnown ? { version, bytes } : null, stateVector: this.#room.stateVector() };
  }

  #tellPresence(changes: readonly PresenceChange[], who: Identity): void {
    for (const change of changes) this.#moved.set(change.client, { ...change, who });
    if (this.#moved.size > 0 && !this.#presenceTimer) this.#presenceTimer = setTimeout(() => this.#showMoved(), presenceSliceMs(this.#listeners.size)).unref();
  }

  #showMoved(): void {
    this.#presenceTimer = null;
    const slice = new Slice([...this.#moved.values()]);
    this.#moved = new Map();
    this.#sayPeople(slice.items.filter(({ session }) => session > 0));
    for (const listener of this.#listeners.values()) listener.presence(slice);
  }

  #sayPeople(people: readonly PersonChange[]): void {
    if (people.length > 0) this.#options.say([{ kind: 'people', documentId: this.documentId, people: people.map(({ client, clock, state, who }) => ({ client, clock, state, who })) }]);
  }

  /** Another node asks who is here. */
  sayWho(): void {
    this.#sayPeople(this.#named(this.#presence.everyone().filter(({ session }) => session > 0)));
  }

  /** People of another node. One session below nought stands for each node. */
  peopleThere(node: string, people: readonly RemotePerson[]): void {
    const session = this.#elsewhere.get(node) ?? -1 - this.#elsewhere.size;
    this.#elsewhere.set(node, session);
    for (const { client, clock, state, who } of people) {
      const change = this.#presence.say(session, client, clock, state, this.#options.clock());
      if (!change) continue;
      this.#namesElsewhere.set(client, who);
      this.#tellPresence([change], who);
    }
  }

  nodeGone(node: string): void {
    const session = this.#elsewhere.get(node);
    if (session !== undefined) this.#tellPresence(this.#presence.leave(session), NOBODY);
  }

  /** Those who hear in this slice: people who may write, or people who only read. */
  *listeners(canWrite: boolean): Iterable<[session: number, listener: Listener]> {
    for (const entry of this.#listeners) if (this.#writers.has(entry[0]) === canWrite) yield entry;
  }

  /** Ends both slices now. */
  #handOut(): void {
    this.#toWriters.flush();
    this.#toReaders.flush();
  }

  sliceMs(canWrite: boolean): number {
    return sliceMs(this.#listeners.size, canWrite);
  }

  /** What is handed to a crowd once in a slice is committed once in a slice: each commit costs as much as some fifty deliveries. */
  get gatherMs(): number {
    return this.sliceMs(true);
  }

  get turn(): Turn {
    return this.#options.turn;
  }

  #named(changes: readonly PresenceChange[]): PersonChange[] {
    return changes.map((change) => ({ ...change, who: this.#listeners.get(change.session)?.who ?? this.#namesElsewhere.get(change.client) ?? NOBODY }));
  }

  #keepSnapshot({ version, bytes, deleteSet, stateVector }: StoredSnapshot): void {
    this.#snapshot = { version, bytes, deletions: updateOfDeletions(deleteSet), known: readStateVector(stateVector) };
    if (this.#snapshotTimer) clearTimeout(this.#snapshotTimer);
    this.#snapshotTimer = setTimeout(() => this.#dropSnapshot(), SNAPSHOT_LINGERS_MS).unref();
  }

  #dropSnapshot(): void {
    this.#snapshot = null;
    if (this.#snapshotTimer) clearTimeout(this.#snapshotTimer);
    this.#snapshotTimer = null;
  }

  /** Reads the newest snapshot, single-flight, and lets the tail go that it covers. */
  #reload(): Promise<void> {
    this.#reloading ??= this.#options.log
      .snapshot(this.documentId)
      .then((snapshot) => {
        const { version, bytes, cover, deleteSet } = snapshot;
        if (version > this.#version) {
          this.#version = version;
          // It may hold rows of other nodes that were not heard of here (CU5).
          if (bytes) this.#look({ type: 'folded', cover: rowsOf(cover), update: bytes });
          this.#step({ type: 'compacted', covers: (row) => isCovered(cover, row), snapshotBytes: bytes?.length ?? 0, deleteSet });
        }
        this.#keepSnapshot(snapshot);
      })
      .finally(() => (this.#reloading = null));
    return this.#reloading;
  }

  #linger(): void {
    this.#cancelLinger();
    this.#lingerTimer = setTimeout(() => {
      if (this.#listeners.size > 0) return;
      // Uncommitted text must stay findable for the next joiner of this node.
      if (!this.#room.isSettled) return this.#linger();
      this.#gone = true;
      this.#dropSnapshot();
      this.#home.unload();
    }, this.#options.lingerMs).unref();
  }

  #cancelLinger(): void {
    if (this.#lingerTimer) clearTimeout(this.#lingerTimer);
    this.#lingerTimer = null;
  }
}

const committedRow = ({ row, updates, credits }: StoredDocument['tail'][number]): CommittedRow => ({ row, updates: readBatch(updates), credited: credits });

const rowsOf = (cover: Cover): LogRow[] => Object.entries(cover).map(([node, seq]) => ({ node, seq }));

const NOBODY: Identity = { userId: '', name: '', colour: 0 };

/** Reads a state vector that a client sent. @throws Malformed */
export const readStateVector = (bytes: Uint8Array): StateVector => StateVector.read(new Reader(bytes));
