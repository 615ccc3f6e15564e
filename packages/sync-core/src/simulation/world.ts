import * as Y from 'yjs';
import { Reader } from '../bytes.ts';
import { StateVector } from '../id-ranges.ts';
import { DOCUMENT_LIMITS } from '../limits.ts';
import { Replica, type ReplicaInput } from '../replica.ts';
import { type LogRow, Room, type RoomInput } from '../room.ts';
import { Coverage, deleteSetOf, deletionsOf, readUpdate } from '../update.ts';

/**
 * A seeded world in which real rooms and replicas meet: the network delays and cuts, the server crashes before or after a
 * commit, the store is slow, the compactor folds at any moment, tabs die and come back from their disk, roles change. The
 * network is TCP's: frames of one connection keep their order, and what was in flight is lost with it.
 *
 * Invariants, looked at in every run:
 *   I1 what was acknowledged is in the log;            I2 nothing is there twice, no acknowledged deletion comes back;
 *   I3 after quiet, all copies and the log are equal;  I6 what was refused is nowhere;
 *   I8 the log never holds what Yjs would keep pending.
 */
export interface World {
  acked: number;
  refused: number;
  crashes: number;
  trace: string[];
}

/** How a planted fault changes the world's code; the simulation must notice each (mutations.test.ts). */
export interface Faults {
  /** Tampers with what the room answers. */
  room?: (room: Room, input: RoomInput, effects: ReturnType<Room['step']>) => ReturnType<Room['step']>;
  /** Tampers with what the replica answers. */
  replica?: (replica: Replica, input: ReplicaInput, effects: ReturnType<Replica['step']>) => ReturnType<Replica['step']>;
  /** Does something else instead of restoring a tab's outbox. */
  forgetsOutbox?: boolean;
  /** Keeps nothing of what others wrote until the next state. */
  forgetsReceived?: boolean;
  /** Drops rows when folding. */
  foldLoses?: boolean;
}

export class Violation extends Error {}

interface Token {
  text: string;
  number: number;
  acked: boolean;
  deletedBy: number | null;
  deletionAcked: boolean;
}

const SERVER = Symbol('server');
const DISK = Symbol('disk');

/** One person's tab with its disk, which outlives it. */
class Tab {
  readonly name: string;
  readonly world: Simulation;
  doc!: Y.Doc;
  replica!: Replica;
  connection: Connection | null = null;
  /** The disk: acknowledged state and the outbox. */
  disk: { state: Uint8Array | null; received: Uint8Array[]; outbox: Map<number, Uint8Array> } = { state: null, received: [], outbox: new Map() };
  #diskLine: (() => void)[] = [];
  tokens: Token[] = [];
  lives = 0;
  written = 0;

  constructor(world: Simulation, name: string) {
    this.world = world;
    this.name = name;
    this.open();
  }

  /** A fresh life of the tab: a new Y.Doc and whatever the disk kept. */
  open(): void {
    this.lives += 1;
    this.#diskLine = [];
    this.doc = new Y.Doc({ gc: false });
    this.doc.clientID = this.world.nextClientId++;
    this.replica = new Replica();
    for (const update of [...(this.disk.state ? [this.disk.state] : []), ...this.disk.received]) Y.applyUpdate(this.doc, update, DISK);
    const kept = this.world.faults.forgetsOutbox ? [] : [...this.disk.outbox];
    for (const [, update] of kept) Y.applyUpdate(this.doc, update, DISK);
    this.disk.outbox = new Map();
    const entries = kept.map(([, update], at) => ({ number: at + 1, update }));
    const renumbered = new Map(kept.map(([number], at) => [number, at + 1]));
    for (const { number, update } of entries) this.disk.outbox.set(number, update);
    for (const token of this.tokens) {
      if (!token.acked) token.number = renumbered.get(token.number) ?? token.number;
      if (token.deletedBy !== null && !token.deletionAcked) token.deletedBy = renumbered.get(token.deletedBy) ?? token.deletedBy;
    }
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== SERVER && origin !== DISK) this.step({ type: 'edited', update });
    });
    this.step({ type: 'restored', entries });
  }

  /** The tab is killed: everything not on the disk is gone. */
  kill(): void {
    this.connection?.cut();
    this.connection = null;
    // What the disk had not taken yet was never sent and never counted.
    this.tokens = this.tokens.filter((token) => token.acked || this.disk.outbox.has(token.number));
    // A deletion the disk did not take is undone by this death, unless a whole that was under way took it along:
    // of such a token nothing can be promised.
    this.tokens = this.tokens.filter((token) => token.deletedBy === null || token.deletionAcked || this.disk.outbox.has(token.deletedBy));
    // A state that held an edit the outbox lacks would hide a deletion from the server for good.
    if (this.replica.isOnDisk) {
      this.disk.state = Y.encodeStateAsUpdate(this.doc);
      this.disk.received = [];
    }
    this.open();
  }

  text(): Y.Text {
    return this.doc.getText('t');
  }

  write(): void {
    const text = this.text();
    const own = this.tokens.filter((token) => token.acked && token.deletedBy === null && text.toString().includes(token.text));
    if (own.length > 0 && this.world.chance(0.25)) {
      const token = this.world.pick(own);
      text.delete(text.toString().indexOf(token.text), token.text.length);
      token.deletedBy = this.replica.nextNumber - 1;
      return;
    }
    const token = `[${this.name}${this.written++}]`;
    // Between tokens, never inside one: a token cut in two would look lost.
    const gaps = [0, ...[...text.toString().matchAll(/\]/g)].map(({ index }) => index + 1)];
    text.insert(this.world.pick(gaps), token);
    this.tokens.push({ text: token, number: this.replica.nextNumber - 1, acked: false, deletedBy: null, deletionAcked: false });
  }

  step(input: ReplicaInput): void {
    const effects = this.replica.step(input);
    for (const effect of this.world.faults.replica?.(this.replica, input, effects) ?? effects) {
      switch (effect.type) {
        case 'persist': {
          const { number, update } = effect;
          const life = this.lives;
          // A disk takes its time and keeps its order, as one IndexedDB store does.
          this.#diskLine.push(() => {
            this.disk.outbox.set(number, update);
            this.step({ type: 'persisted', number });
          });
          this.world.later(() => {
            if (this.lives === life) this.#diskLine.shift()?.();
          });
          break;
        }
        case 'forget':
          for (const number of this.disk.outbox.keys()) if (number <= effect.upTo) this.disk.outbox.delete(number);
          break;
        case 'push':
          this.connection?.toServer({ type: 'pushed', session: 0, number: effect.number, kind: effect.kind, update: effect.update });
          break;
        case 'apply':
          // An edit in the outbox may rest on this, and the server may lose it before its commit.
          if (!this.world.faults.forgetsReceived) this.disk.received.push(effect.update);
          Y.applyUpdate(this.doc, effect.update, SERVER);
          break;
        case 'compare':
          if (effect.server.isNews(readUpdate(Y.encodeStateAsUpdate(this.doc)))) this.step({ type: 'whole', update: Y.encodeStateAsUpdate(this.doc, effect.stateVector) });
          break;
        case 'whole':
          this.step({ type: 'whole', update: Y.encodeStateAsUpdate(this.doc, effect.stateVector) });
          break;
        case 'changed':
          break;
      }
    }
  }

  acked(upTo: number): void {
    for (const token of this.tokens) {
      if (token.number <= upTo && !token.acked) {
        token.acked = true;
        this.world.result.acked += 1;
        this.world.mustBeLogged(token.text, this);
      }
      if (token.deletedBy !== null && token.deletedBy <= upTo) token.deletionAcked = true;
    }
    this.step({ type: 'acked', upTo });
  }
}

/** A TCP connection: ordered both ways, lost as a whole. */
class Connection {
  readonly tab: Tab;
  readonly world: Simulation;
  readonly session: number;
  isOpen = true;
  /** Frames under way, in order; the one behind never overtakes. */
  #toServer: (() => void)[] = [];
  #toTab: (() => void)[] = [];

  constructor(tab: Tab, world: Simulation, session: number) {
    this.tab = tab;
    this.world = world;
    this.session = session;
  }

  toServer(input: Extract<RoomInput, { type: 'pushed' }>): void {
    this.#queue(this.#toServer, () => this.world.serve({ ...input, session: this.session }, this));
  }

  toTab(deliver: () => void): void {
    this.#queue(this.#toTab, deliver);
  }

  #queue(line: (() => void)[], deliver: () => void): void {
    line.push(deliver);
    this.world.later(() => {
      const next = line.shift();
      if (this.isOpen) next?.();
    });
  }

  cut(): void {
    this.isOpen = false;
  }
}

export class Simulation {
  readonly faults: Faults;
  readonly result: World = { acked: 0, refused: 0, crashes: 0, trace: [] };
  readonly #random: () => number;
  #events: (() => void)[] = [];
  nextClientId = 1;
  // The store outlives every crash.
  #log: { row: LogRow; update: Uint8Array }[] = [];
  #snapshot: { update: Uint8Array | null; cover: Map<string, number> } = { update: null, cover: new Map() };
  // The server does not.
  #room!: Room;
  #node = '';
  #seq = 0;
  #incarnation = 0;
  #connections = new Map<number, Connection>();
  #commitQueue: { position: number; update: Uint8Array | null }[] = [];
  #committing = false;
  #nextSession = 1;
  #readers = new Set<string>();
  tabs: Tab[] = [];
  /** People who left for good, with what they had been told was saved. */
  #gone: Tab[] = [];
  #up = false;

  constructor(random: () => number, faults: Faults = {}) {
    this.#random = random;
    this.faults = faults;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Something that happens at some later moment, in no promised order. */
  later(event: () => void): void {
    this.#events.push(event);
  }

  run({ tabs = 4, steps = 140 } = {}): World {
    this.#boot();
    for (let at = 0; at < tabs; at += 1) this.tabs.push(new Tab(this, String.fromCharCode(97 + at)));
    for (let step = 0; step < steps; step += 1) {
      this.#act();
      for (let events = this.below(6); events > 0; events -= 1) this.#happen();
    }
    this.#quiet();
    this.#audit();
    return this.result;
  }

  #happen(): void {
    if (this.#events.length === 0) return;
    // Mostly the oldest, now and then any: delays vary, but nothing starves.
    const at = this.chance(0.6) ? 0 : this.below(this.#events.length);
    this.#events.splice(at, 1)[0]!();
  }

  #act(): void {
    const tab = this.pick(this.tabs);
    const draw = this.#random();
    if (draw < 0.5) tab.write();
    else if (draw < 0.68) this.#connect(tab);
    else if (draw < 0.74) tab.connection?.cut();
    else if (draw < 0.79) this.#crash();
    else if (draw < 0.84) this.#fold();
    else if (draw < 0.87) tab.kill();
    else if (draw < 0.91) this.#changeRole(tab);
    else if (draw < 0.915 && this.tabs.length > 2) this.#leaveForGood(tab);
    else if (draw < 0.95) tab.step({ type: 'composing', composing: this.chance(0.5) });
    else this.#happen();
  }

  /** Someone closes the laptop and never comes back: only what was acknowledged is owed to them. */
  #leaveForGood(tab: Tab): void {
    tab.connection?.cut();
    this.tabs = this.tabs.filter((other) => other !== tab);
    tab.tokens = tab.tokens.filter((token) => token.acked && (token.deletedBy === null || token.deletionAcked));
    this.#gone.push(tab);
  }

  // ── the server ──

  #boot(): void {
    this.#incarnation += 1;
    this.#node = `node-${this.#incarnation}`;
    this.#seq = 0;
    const tail = this.#log.map(({ row, update }) => ({ row, update }));
    const coverage = Coverage.of([...(this.#snapshot.update ? [this.#snapshot.update] : []), ...tail.map(({ update }) => update)]);
    this.#room = new Room({ coverage, bytes: 0, tail, limits: DOCUMENT_LIMITS });
    this.#connections.clear();
    this.#commitQueue = [];
    this.#committing = false;
    this.#up = true;
  }

  /** The process dies: memory and sockets are gone, and a commit in flight happened or did not. */
  #crash(): void {
    this.result.crashes += 1;
    for (const connection of this.#connections.values()) {
      connection.cut();
      connection.tab.step({ type: 'disconnected' });
    }
    if (this.#committing && this.chance(0.5)) this.#write(this.#commitQueue.slice(0, 1 + this.below(this.#commitQueue.length)));
    this.#boot();
  }

  #connect(tab: Tab): void {
    if (!this.#up) return;
    const before = tab.connection;
    before?.cut();
    if (before) {
      this.#connections.delete(before.session);
      this.#step({ type: 'left', session: before.session });
    }
    tab.step({ type: 'disconnected' });
    const session = this.#nextSession++;
    const connection = new Connection(tab, this, session);
    tab.connection = connection;
    const pending = tab.doc.store.pendingStructs !== null || tab.doc.store.pendingDs !== null;
    const clientState = pending ? new StateVector() : StateVector.read(new Reader(Y.encodeStateVector(tab.doc)));
    tab.step({ type: 'opening' });
    this.later(() => {
      if (!connection.isOpen) return;
      // As RoomHost.join: what is there, then the session, without a gap.
      const content: Uint8Array[] = [];
      if (this.#snapshot.update) content.push(clientState.size > 0 && clientState.covers(Coverage.of([this.#snapshot.update]).known) ? deletionsOf(this.#snapshot.update) : this.#snapshot.update);
      content.push(...this.#room.tail());
      const vector = this.#room.stateVector();
      const canWrite = !this.#readers.has(tab.name);
      this.#connections.set(session, connection);
      this.#step({ type: 'joined', session, userId: tab.name, canWrite });
      connection.toTab(() => tab.step({ type: 'opened', canWrite }));
      for (const update of content) connection.toTab(() => tab.step({ type: 'received', update }));
      connection.toTab(() => tab.step({ type: 'ready', stateVector: vector }));
    });
  }

  serve(input: RoomInput, connection: Connection): void {
    if (this.#connections.get(connection.session) !== connection) return;
    this.#step(input);
  }

  #changeRole(tab: Tab): void {
    if (this.#readers.has(tab.name)) this.#readers.delete(tab.name);
    else this.#readers.add(tab.name);
    const canWrite = !this.#readers.has(tab.name);
    for (const [session, connection] of this.#connections) {
      if (connection.tab !== tab) continue;
      this.#step({ type: 'rights-changed', session, canWrite });
      connection.toTab(() => tab.step({ type: 'rights', canWrite }));
    }
  }

  #step(input: RoomInput): void {
    const effects = this.#room.step(input);
    for (const effect of this.faults.room?.(this.#room, input, effects) ?? effects) {
      switch (effect.type) {
        case 'store':
          this.#commitQueue.push({ position: effect.position, update: effect.update });
          this.#commitSoon();
          break;
        case 'relay':
          for (const [session, { tab }] of this.#connections) if (session !== effect.except) this.#connections.get(session)!.toTab(() => tab.step({ type: 'received', update: effect.update }));
          break;
        case 'ack': {
          const connection = this.#connections.get(effect.session);
          connection?.toTab(() => connection.tab.acked(effect.upTo));
          break;
        }
        case 'refuse': {
          this.result.refused += 1;
          const connection = this.#connections.get(effect.session);
          connection?.toTab(() => connection.tab.step({ type: 'refused' }));
          break;
        }
        case 'ask-whole': {
          const connection = this.#connections.get(effect.session);
          const { stateVector } = effect;
          connection?.toTab(() => connection.tab.step({ type: 'whole-wanted', stateVector }));
          break;
        }
        case 'known':
          break;
        case 'expel':
          throw new Violation('a well-behaved client was expelled');
      }
    }
  }

  #commitSoon(): void {
    if (this.#committing) return;
    this.#committing = true;
    const incarnation = this.#incarnation;
    this.later(() => {
      if (this.#incarnation !== incarnation) return;
      const batch = this.#commitQueue.splice(0);
      this.#committing = false;
      const rows = this.#write(batch);
      // The answer of the database takes its time too; a crash between commit and answer is X1's hardest case.
      this.later(() => {
        if (this.#incarnation === incarnation) this.#step({ type: 'committed', rows });
      });
    });
  }

  #write(batch: { position: number; update: Uint8Array | null }[]): { position: number; row: LogRow }[] {
    return batch.map(({ position, update }) => {
      const row = { node: this.#node, seq: (this.#seq += 1) };
      if (update) this.#log.push({ row, update });
      return { position, row };
    });
  }

  /** The compactor: folds what is committed, then tells the room, at some later moment. */
  #fold(): void {
    if (this.#log.length === 0) return;
    const doc = new Y.Doc();
    if (this.#snapshot.update) Y.applyUpdate(doc, this.#snapshot.update);
    const rows = this.#log.splice(0);
    for (const { update } of this.faults.foldLoses ? rows.slice(1) : rows) Y.applyUpdate(doc, update);
    if (!this.faults.foldLoses && doc.store.pendingStructs !== null) throw new Violation('I8: the log held what cannot be integrated');
    const cover = new Map(this.#snapshot.cover);
    for (const { row } of rows) cover.set(row.node, Math.max(cover.get(row.node) ?? 0, row.seq));
    this.#snapshot = { update: Y.encodeStateAsUpdate(doc), cover };
    const incarnation = this.#incarnation;
    this.later(() => {
      if (this.#incarnation !== incarnation) return;
      this.#step({ type: 'compacted', covers: ({ node, seq }) => seq <= (cover.get(node) ?? 0), snapshotBytes: this.#snapshot.update!.length, deleteSet: deleteSetOf(this.#snapshot.update!) });
    });
  }

  // ── the end, and the audit ──

  /** Everything heals: roles given back, everyone connected, everything delivered. Liveness: it must come to rest. */
  #quiet(): void {
    this.#readers.clear();
    for (const tab of this.tabs) tab.step({ type: 'composing', composing: false });
    for (let round = 0; round < 3; round += 1) {
      for (const tab of this.tabs) this.#connect(tab);
      for (let events = 0; this.#events.length > 0; events += 1) {
        if (events > 20_000) throw new Violation('liveness: it never comes to rest');
        this.#events.shift()!();
      }
    }
    for (const tab of this.tabs) if (tab.replica.waiting > 0) throw new Violation(`liveness: ${tab.name} still waits for ${tab.replica.waiting}`);
  }

  #committedText(): string {
    const doc = new Y.Doc();
    if (this.#snapshot.update) Y.applyUpdate(doc, this.#snapshot.update);
    for (const { update } of this.#log) Y.applyUpdate(doc, update);
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Violation('I8: the log holds what cannot be integrated');
    return doc.getText('t').toString();
  }

  /** I1 at the moment of the acknowledgement, and not only at the end. */
  mustBeLogged(token: string, tab: Tab): void {
    if (tab.tokens.find(({ text }) => text === token)?.deletedBy !== null) return;
    if (!this.#committedText().includes(token)) throw new Violation(`I1: ${token} was acknowledged and is not in the log`);
  }

  #audit(): void {
    const committed = this.#committedText();
    for (const tab of this.tabs) if (tab.text().toString() !== committed) throw new Violation(`I3: ${tab.name} differs from the log`);
    for (const tab of [...this.tabs, ...this.#gone]) {
      for (const { text, acked, deletedBy, deletionAcked } of tab.tokens) {
        const times = committed.split(text).length - 1;
        if (times > 1) throw new Violation(`I2: ${text} is there ${times} times`);
        if (acked && deletedBy === null && times === 0) throw new Violation(`I1: ${text} is lost`);
        if (deletionAcked && times > 0) throw new Violation(`I2: ${text} came back`);
      }
    }
  }
}
