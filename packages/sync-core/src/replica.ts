import { Reader } from './bytes.ts';
import { IdRanges, StateVector } from './id-ranges.ts';
import { PART_BYTES_MAX } from './limits.ts';
import { UNFINISHED } from './room.ts';
import { splitUpdate } from './split.ts';
import { Coverage, readUpdate } from './update.ts';

/**
 * A replica is one tab's copy of one document, as far as sending and being sure is concerned. The document itself (a
 * Y.Doc) and the disk (IndexedDB) belong to the host, which performs the effects in their order.
 *
 * RP1 A local edit is put on the disk before it is sent, so that it outlives the tab (J3).
 * RP2 Edits are sent in the order of their numbers, and again from the first unacknowledged one after every reconnect.
 * RP3 An edit leaves the disk only when the server acknowledged it: saved means committed.
 * RP4 `waiting` counts edits that are not acknowledged; nothing else may say that all is saved.
 * RP5 What the server asks for as a whole, or lacks after a join (a clock, or a deletion, which moves no clock), is sent
 *     as one resync, whose acknowledgement also covers every edit made before it.
 * RP6 After a refusal nothing more is sent; the edits stay, to be offered to their writer, and are sent when the right
 *     comes back, in band or with the next connection.
 * RP7 While the surface composes, what others wrote is held back and applied in its order when the composition ends.
 * RP8 What is too large for one push goes in parts.
 */
export class Replica {
  #outbox: Entry[] = [];
  #nextNumber = 1;
  #link: 'down' | 'opening' | 'up' = 'down';
  #canWrite = true;
  #refused = false;
  #composing = false;
  #held: Uint8Array[] = [];
  /** Whether some of it came before this connection, so that the comparison of the join has not seen it. */
  #heldSinceEarlier = false;
  /** Deletions that the content of this join has shown. */
  #deletedThere = new IdRanges();
  #resyncNumber: number | null = null;
  /** How far the server was when this connection joined. */
  #joinedAt: Uint8Array = Uint8Array.of(0);
  /** Against what the whole is to be sent when something may be sent again. */
  #wholeOwed: Uint8Array | null = null;
  /** The last number sent on this connection. */
  #sentUpTo = 0;

  /** Edits that the server has not acknowledged. */
  get waiting(): number {
    return this.#outbox.length;
  }

  /** The number the next edit gets; edits from the disk are numbered from here. */
  get nextNumber(): number {
    return this.#nextNumber;
  }

  get canWrite(): boolean {
    return this.#canWrite && !this.#refused;
  }

  get isUp(): boolean {
    return this.#link === 'up';
  }

  /** Whether the disk has every edit that waits. Only then may the document's state be kept beside the outbox. */
  get isOnDisk(): boolean {
    return this.#outbox.every(({ onDisk }) => onDisk);
  }

  /** The edits that were never acknowledged, oldest first. */
  unsent(): Uint8Array[] {
    return this.#outbox.map(({ update }) => update);
  }

  step(input: ReplicaInput): ReplicaEffect[] {
    switch (input.type) {
      case 'restored':
        for (const { number, update } of input.entries) {
          this.#outbox.push({ number, update, onDisk: true });
          this.#nextNumber = Math.max(this.#nextNumber, number + 1);
        }
        this.#outbox.sort((left, right) => left.number - right.number);
        return this.#sendable();
      case 'edited': {
        const entries = splitUpdate(input.update, PART_BYTES_MAX).map((update): Entry => ({ number: this.#nextNumber++, update, onDisk: false })); // RP8
        this.#outbox.push(...entries);
        return [...entries.map(({ number, update }): ReplicaEffect => ({ type: 'persist', number, update })), { type: 'changed' }];
      }
      case 'persisted': {
        // A disk that refuses must not stop the sending: the server is then the only place left (storageWorks says so).
        for (const entry of this.#outbox) if (entry.number === input.number) entry.onDisk = true;
        return this.#sendable();
      }
      case 'opening':
        this.#deletedThere = new IdRanges();
        this.#link = 'opening';
        this.#sentUpTo = 0;
        this.#resyncNumber = null;
        this.#wholeOwed = null;
        this.#heldSinceEarlier = this.#held.length > 0;
        return [{ type: 'changed' }];
      case 'opened':
        this.#canWrite = input.canWrite;
        this.#refused = false;
        return [{ type: 'changed' }];
      case 'ready':
        this.#link = 'up';
        this.#joinedAt = input.stateVector;
        return [...this.#sendable(), this.#compare(), { type: 'changed' }];
      case 'received':
        if (this.#link === 'opening') for (const range of readUpdate(input.update).deletes) this.#deletedThere.add(range);
        if (this.#composing) {
          this.#held.push(input.update);
          return [];
        }
        return [{ type: 'apply', update: input.update }];
      case 'composing': {
        this.#composing = input.composing;
        if (input.composing || this.#held.length === 0) return [];
        const effects: ReplicaEffect[] = this.#held.splice(0).map((update) => ({ type: 'apply', update }));
        if (this.#heldSinceEarlier && this.#link === 'up') effects.push(this.#compare());
        this.#heldSinceEarlier = false;
        return effects;
      }
      case 'acked':
        return this.#acknowledged(input.upTo);
      case 'whole-wanted':
        // The server takes no edit before the whole: a request that is forgotten would stop everything for as long as the connection lives.
        if (!this.canWrite) this.#wholeOwed = input.stateVector;
        return this.canWrite ? [{ type: 'whole', stateVector: input.stateVector }] : [];
      case 'whole':
        return this.#sendWhole(input.update);
      case 'refused':
        this.#refused = true; // RP6
        return [{ type: 'changed' }];
      case 'rights': {
        this.#canWrite = input.canWrite;
        this.#refused = false;
        const owed = this.#canWrite ? this.#wholeOwed : null;
        if (!owed) return [...this.#sendable(), { type: 'changed' }];
        this.#wholeOwed = null;
        return [{ type: 'whole', stateVector: owed }, { type: 'changed' }]; // RP5: it holds everything that waits
      }
      case 'disconnected':
        this.#link = 'down';
        return [{ type: 'changed' }];
      default:
        return input satisfies never;
    }
  }

  /** RP5: what the server may have lost since someone heard it. */
  #compare(): ReplicaEffect {
    return { type: 'compare', stateVector: this.#joinedAt, server: this.#server(this.#joinedAt) };
  }

  /** What the server has, and what of ours is on its way there. A join brings every deletion, so that they can be compared. */
  #server(stateVector: Uint8Array): Coverage {
    const server = new Coverage(StateVector.read(new Reader(stateVector)), this.#deletedThere);
    for (const { update } of this.#outbox) {
      const summary = readUpdate(update);
      if (server.integrates(summary)) server.add(summary);
    }
    return server;
  }

  /** RP1, RP2: everything that is on the disk, up to the first that is not. */
  #sendable(): ReplicaEffect[] {
    if (this.#link !== 'up' || !this.canWrite) return [];
    const effects: ReplicaEffect[] = [];
    for (const { number, update, onDisk } of this.#outbox) {
      if (number <= this.#sentUpTo) continue;
      if (!onDisk) break;
      this.#sentUpTo = number;
      effects.push({ type: 'push', number, kind: 'edit', update });
    }
    return effects;
  }

  /** RP5 */
  #sendWhole(update: Uint8Array): ReplicaEffect[] {
    if (this.#link !== 'up') return [];
    if (!this.canWrite) {
      // The server lacks what a reader heard, perhaps from someone who never comes back.
      this.#wholeOwed ??= this.#joinedAt;
      return [];
    }
    // Numbered after every edit it contains, sent or not: its acknowledgement is theirs.
    const number = this.#nextNumber++;
    this.#sentUpTo = number;
    this.#resyncNumber = number;
    const parts = splitUpdate(update, PART_BYTES_MAX);
    return parts.map((part, at) => ({ type: 'push', number: at === parts.length - 1 ? number : UNFINISHED, kind: 'resync', update: part })); // RP8
  }

  #acknowledged(upTo: number): ReplicaEffect[] {
    const before = this.#outbox.length;
    this.#outbox = this.#outbox.filter(({ number }) => number > upTo);
    if (this.#resyncNumber !== null && upTo >= this.#resyncNumber) this.#resyncNumber = null;
    if (this.#outbox.length === before) return [];
    return [{ type: 'forget', upTo }, { type: 'changed' }];
  }
}

interface Entry {
  number: number;
  update: Uint8Array;
  onDisk: boolean;
}

export type ReplicaInput =
  /** Edits of an earlier life of this replica, from the disk. */
  | { type: 'restored'; entries: { number: number; update: Uint8Array }[] }
  | { type: 'edited'; update: Uint8Array }
  /** The disk has it, or has refused it for good. */
  | { type: 'persisted'; number: number }
  | { type: 'opening' }
  | { type: 'opened'; canWrite: boolean }
  | { type: 'ready'; stateVector: Uint8Array }
  | { type: 'received'; update: Uint8Array }
  | { type: 'composing'; composing: boolean }
  | { type: 'acked'; upTo: number }
  | { type: 'whole-wanted'; stateVector: Uint8Array }
  /** The host's answer to the effect `whole`, or to `compare` when the server lacks something. */
  | { type: 'whole'; update: Uint8Array }
  | { type: 'refused' }
  | { type: 'rights'; canWrite: boolean }
  | { type: 'disconnected' };

export type ReplicaEffect =
  | { type: 'persist'; number: number; update: Uint8Array }
  | { type: 'forget'; upTo: number }
  | { type: 'push'; number: number; kind: 'edit' | 'resync'; update: Uint8Array }
  | { type: 'apply'; update: Uint8Array }
  /** If the whole document is news to `server`, answer with `whole`, against this state vector. */
  | { type: 'compare'; stateVector: Uint8Array; server: Coverage }
  /** Answer with `whole`: everything the document has beyond this state vector. */
  | { type: 'whole'; stateVector: Uint8Array }
  | { type: 'changed' };
