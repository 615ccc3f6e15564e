import * as Y from 'yjs';
import { Replica, type ReplicaInput } from '../replica.ts';
import { readUpdate } from '../update.ts';
import type { Connection, FrameToTab, TabEnd } from './connection.ts';
import { PRESENCE } from './server-node.ts';
import type { Surroundings } from './surroundings.ts';
import { Violation } from './violation.ts';
import { WallClock } from './wall-clock.ts';

const SERVER = Symbol('server');
const DISK = Symbol('disk');

/** What a tab says of another's caret. */
export const RELAYED = 'heard';

/** A word written or erased, and the number of the edit that did it. */
interface Deed {
  word: string;
  number: number;
  acked: boolean;
}

/** What outlives the tab. `epoch` is 0 while nothing was ever read. */
interface Disk {
  epoch: number;
  state: Uint8Array | null;
  received: Uint8Array[];
  outbox: Map<number, Uint8Array>;
}

const emptyDisk = (): Disk => ({ epoch: 0, state: null, received: [], outbox: new Map() });

/** One person's tab with its disk: writes, erases, dies, sleeps, and comes back by itself. */
export class Tab implements TabEnd {
  readonly name: string;
  readonly #surroundings: Surroundings;
  readonly #connect: (tab: Tab) => Connection | null;
  readonly #nextClientId: () => number;
  readonly wall: WallClock;
  doc!: Y.Doc;
  replica!: Replica;
  connection: Connection | null = null;
  #disk = emptyDisk();
  #diskLine: (() => void)[] = [];
  #written: Deed[] = [];
  #erased: Deed[] = [];
  #life = 0;
  #wordCount = 0;
  #presenceClock = 0;
  #isGone = false;
  /** Whether this connection has shown everything that was there when it joined. */
  #isReady = false;

  constructor(surroundings: Surroundings, name: string, { connect, nextClientId }: { connect: (tab: Tab) => Connection | null; nextClientId: () => number }) {
    this.#surroundings = surroundings;
    this.name = name;
    this.#connect = connect;
    this.#nextClientId = nextClientId;
    this.wall = new WallClock(surroundings.timeline, surroundings.chance);
    this.#open();
  }

  /** Nothing waits here, and it is connected. */
  get isAtRest(): boolean {
    return this.connection !== null && this.replica.isUp && this.replica.waiting === 0 && this.#disk.outbox.size === 0;
  }

  /** A fresh life: a new document, a new client id, and whatever the disk kept. */
  #open(): void {
    const { chance, timeline } = this.#surroundings;
    this.#life += 1;
    this.#diskLine = [];
    this.doc = new Y.Doc({ gc: false });
    this.doc.clientID = this.#nextClientId();
    this.replica = new Replica();
    const { state, received, outbox } = this.#disk;
    for (const update of [...(state ? [state] : []), ...received, ...outbox.values()]) Y.applyUpdate(this.doc, update, DISK);
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== SERVER && origin !== DISK) this.#step({ type: 'edited', update });
    });
    this.#step({ type: 'restored', entries: [...outbox].map(([number, update]) => ({ number, update })) });
    this.#comeBackSoon();
    const life = this.#life;
    const renew = (beat: number) =>
      timeline.after(chance.between(PRESENCE.renewedEveryMs, PRESENCE.renewedEveryMs * 2), () => {
        if (life !== this.#life || this.#isGone) return;
        // A caret that stands still says nothing; the tab's sign of life keeps it shown (PR4).
        if (beat % 3 === 0) this.showUp();
        else this.connection?.sendToNode({ type: 'alive' });
        renew(beat + 1);
      });
    renew(1);
  }

  /** The tab is killed: everything that is not on the disk is gone. */
  kill(): void {
    this.#surroundings.trace(this.name, 'is killed');
    this.leave();
    // What the disk had not taken was never sent on its own and never counted.
    const isKept = ({ acked, number }: Deed) => acked || this.#disk.outbox.has(number);
    this.#written = this.#written.filter(isKept);
    this.#erased = this.#erased.filter(isKept);
    // A state that held an edit the outbox lacks would hide a deletion from the server for good.
    if (this.replica.isOnDisk && this.#surroundings.chance.is(0.7)) {
      this.#disk.state = Y.encodeStateAsUpdate(this.doc);
      this.#disk.received = [];
    }
    this.#open();
  }

  /** The laptop is closed for good: only what was acknowledged is owed. */
  goForGood(): void {
    this.leave();
    this.#isGone = true;
  }

  /** Lets go of the connection, as a person who moves to another network or closes the page. */
  leave(): void {
    this.connection?.closeByTab();
    if (this.connection) this.#step({ type: 'disconnected' });
    this.connection = null;
  }

  connect(): void {
    if (this.#isGone) return;
    this.leave();
    this.connection = this.#connect(this);
    if (!this.connection) return this.#comeBackSoon();
    this.#isReady = false;
    this.#step({ type: 'opening' });
    this.connection.sendToNode({ type: 'open', epoch: this.#disk.epoch, stateVector: this.#hasPending() ? Uint8Array.of(0) : Y.encodeStateVector(this.doc) });
    this.showUp();
  }

  lost(connection: Connection): void {
    if (connection !== this.connection) return;
    this.leave();
    this.#comeBackSoon();
  }

  #comeBackSoon(): void {
    const life = this.#life;
    this.#surroundings.timeline.after(this.#surroundings.chance.between(20, 800), () => {
      if (life === this.#life && !this.connection) this.connect();
    });
  }

  hear(frame: FrameToTab, connection: Connection): void {
    if (connection !== this.connection) return;
    switch (frame.type) {
      case 'opened':
        if (this.#disk.epoch !== 0 && this.#disk.epoch !== frame.epoch) throw new Violation(`I4: ${this.name} of epoch ${this.#disk.epoch} was let into epoch ${frame.epoch}`);
        this.#disk.epoch = frame.epoch;
        return this.#step({ type: 'opened', canWrite: frame.canWrite });
      case 'update':
        return this.#step({ type: 'received', update: frame.update });
      case 'ready':
        this.#isReady = true;
        return this.#step({ type: 'ready', stateVector: frame.stateVector });
      case 'ack':
        return this.#acked(frame.upTo);
      case 'refused':
        return this.#step({ type: 'refused' });
      case 'whole':
        return this.#step({ type: 'whole-wanted', stateVector: frame.stateVector });
      case 'rights':
        return this.#step({ type: 'rights', canWrite: frame.canWrite });
      case 'closed':
        if (frame.reason === 'old-epoch') this.#becomeDraft();
        break;
    }
  }

  /** History was replaced: what was not acknowledged is kept apart as a draft, and the document is read afresh. */
  #becomeDraft(): void {
    const unacked = this.#written.filter(({ acked }) => !acked);
    if (this.replica.unsent().length < new Set(unacked.map(({ number }) => number)).size) throw new Violation(`I7: ${this.name} cannot offer all that was not acknowledged`);
    this.#surroundings.auditor.draft(unacked.map(({ word }) => word));
    this.#surroundings.trace(this.name, 'keeps a draft of', unacked.length, 'words');
    this.leave();
    this.#written = [];
    this.#erased = [];
    this.#disk = emptyDisk();
    this.#open();
  }

  // ── what people do ──

  write(): void {
    if (this.#isGone) return;
    const { chance, auditor } = this.#surroundings;
    const text = this.doc.getText('t');
    const said = text.toString();
    const words = [...said.matchAll(/\[[^\]]*\]/g)];
    if (words.length > 0 && chance.is(0.25)) {
      const own = words.filter(([word]) => word.startsWith(`[${this.name}`));
      const { 0: word, index } = chance.pick(own.length > 0 && chance.is(0.8) ? own : words);
      auditor.wordErased(word);
      text.delete(index, word.length);
      this.#erased.push({ word, number: this.replica.nextNumber - 1, acked: false });
    } else {
      const word = `[${this.name}${this.#wordCount++}]`;
      // Between words, never inside one: a word cut in two would look lost.
      const gaps = [0, ...words.map((match) => match.index + match[0].length)];
      text.insert(chance.pick(gaps), word);
      this.#written.push({ word, number: this.replica.nextNumber - 1, acked: false });
    }
    this.#auditSaved();
  }

  compose(composing: boolean): void {
    this.#step({ type: 'composing', composing });
  }

  showUp(): void {
    const { chance, areFaultsOn } = this.#surroundings;
    this.#presenceClock += 1;
    const client = this.doc.clientID;
    const state = areFaultsOn() && chance.is(0.03) ? 'x'.repeat(PRESENCE.stateBytesMax + 1) : `${this.name} at ${this.wall.nowMs()}`;
    this.connection?.sendToNode({ type: 'presence', client, clock: this.#presenceClock, state });
    // A relay between foreign tabs says what it heard of others, and says it late.
    const other = chance.between(1, client);
    if (areFaultsOn() && other !== client && chance.is(0.1)) this.connection?.sendToNode({ type: 'presence', client: other, clock: this.#presenceClock + chance.between(-2, 2), state: chance.is(0.3) ? null : RELAYED });
  }

  // ── the host of the replica ──

  #acked(upTo: number): void {
    const { auditor } = this.#surroundings;
    for (const deed of this.#written) {
      if (deed.acked || deed.number > upTo) continue;
      deed.acked = true;
      auditor.wordAcked(deed.word, this.#disk.epoch);
    }
    for (const deed of this.#erased) {
      if (deed.acked || deed.number > upTo) continue;
      deed.acked = true;
      auditor.erasureAcked(deed.word, this.#disk.epoch);
    }
    this.#step({ type: 'acked', upTo });
  }

  #step(input: ReplicaInput): void {
    for (const effect of this.replica.step(input)) {
      switch (effect.type) {
        case 'persist':
          this.#writeSoon(() => {
            this.#disk.outbox.set(effect.number, effect.update);
            this.#step({ type: 'persisted', number: effect.number });
          });
          break;
        case 'forget':
          this.#writeSoon(() => {
            for (const number of this.#disk.outbox.keys()) if (number <= effect.upTo) this.#disk.outbox.delete(number);
          });
          break;
        case 'push':
          if (effect.kind === 'edit' && !this.#disk.outbox.has(effect.number)) throw new Violation(`RP1: ${this.name} sends ${effect.number} before the disk has it`);
          this.connection?.sendToNode({ type: 'push', number: effect.number, kind: effect.kind, update: effect.update });
          break;
        case 'apply':
          // An edit in the outbox may rest on this, and the server may lose it before its commit.
          this.#disk.received.push(effect.update);
          this.#apply(effect.update, this.#isReady && input.type === 'received');
          break;
        case 'compare':
          if (effect.server.isNews(readUpdate(Y.encodeStateAsUpdate(this.doc)))) this.#step({ type: 'whole', update: Y.encodeStateAsUpdate(this.doc, effect.stateVector) });
          break;
        case 'whole':
          this.#step({ type: 'whole', update: Y.encodeStateAsUpdate(this.doc, effect.stateVector) });
          break;
        case 'changed':
          break;
      }
    }
    this.#auditSaved();
  }

  #apply(update: Uint8Array, isFollowed: boolean): void {
    const wasPending = this.#hasPending();
    Y.applyUpdate(this.doc, update, SERVER);
    if (isFollowed && !wasPending && this.#hasPending()) throw new Violation(`I8: ${this.name} is told what rests on what it was not told`);
  }

  #hasPending(): boolean {
    return this.doc.store.pendingStructs !== null || this.doc.store.pendingDs !== null;
  }

  /** I7: 저장됨 is what the page says when nothing waits. */
  #auditSaved(): void {
    if (this.replica.waiting > 0) return;
    const unacked = [...this.#written, ...this.#erased].find(({ acked }) => !acked);
    if (unacked) throw new Violation(`I7: ${this.name} looks saved and ${unacked.word} is not acknowledged`);
  }

  /** A disk takes its time and keeps its order, as one IndexedDB store does. */
  #writeSoon(write: () => void): void {
    const life = this.#life;
    this.#diskLine.push(write);
    this.#surroundings.timeline.after(this.#surroundings.chance.between(1, 60), () => {
      if (this.#life === life) this.#diskLine.shift()?.();
    });
  }
}
