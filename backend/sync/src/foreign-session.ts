import { CLOSE, PERSON_COLOURS } from '@cowrite/contract';
import type { Logger } from '@cowrite/service-kit';
import { EMPTY_UPDATE, Reader, StateVector, Writer } from '@cowrite/sync-core';
import type { Listener, PersonChange } from './listener.ts';
import type { Content, OpenRoom } from './open-room.ts';
import type { Slice } from './slice.ts';
import { type AwarenessState, readAwareness, readSync, type SyncMessage, writeAwareness, writeStep1, writeStep2, writeUpdate } from './yjs-protocol.ts';

/** What a foreign wire puts around the parts, and what it can say beyond them. */
export interface ForeignEnvelope {
  /** A sync message whose body `fill` writes. */
  sync(fill: (writer: Writer) => void): void;
  updates(slice: Slice<Uint8Array>): void;
  presence(slice: Slice<PersonChange>): void;
  /** Every change up to this number is committed. */
  committed(upTo: number): void;
  /** This one change is committed already, whatever came before it. */
  known(number: number): void;
  refused(number: number): void;
  end(code: number, reason: string): void;
  /** Whether presence should wait because the other side reads too slowly. */
  isSlow(): boolean;
}

/** One document for one foreign client: the y-protocols conversation, the same on both foreign wires. */
export class ForeignSession {
  readonly #room: OpenRoom;
  readonly #envelope: ForeignEnvelope;
  readonly #who: Listener['who'];
  readonly #logger: Logger;
  #session: number | null = null;
  #number = 0;
  #ended = false;
  #queue: Promise<void> = Promise.resolve();
  #canWrite: boolean;

  constructor({ room, who, canWrite, envelope, logger }: { room: OpenRoom; who: Listener['who']; canWrite: boolean; envelope: ForeignEnvelope; logger: Logger }) {
    this.#logger = logger;
    this.#room = room;
    this.#who = who;
    this.#canWrite = canWrite;
    this.#envelope = envelope;
  }

  /** Asks the client for what it has (without this, offline edits would never arrive). */
  greet(): void {
    this.#envelope.sync((writer) => writeStep1(writer, this.#room.stateVector()));
  }

  /** @throws Malformed when the message is none. */
  receiveSync(reader: Reader): void {
    const message = readSync(reader);
    // A view on the socket's buffer must not be read after this call returns.
    if (message.type === 'step1') {
      const clientState = StateVector.read(new Reader(message.stateVector));
      this.#enqueue(() => this.#answer(clientState));
    } else {
      const own: SyncMessage = { type: message.type, update: new Uint8Array(message.update) };
      this.#number += 1;
      const number = this.#number;
      if (this.#session !== null) this.#push(number, own);
      else this.#enqueue(async () => this.#push(number, own));
    }
  }

  /** @throws Malformed */
  receiveAwareness(bytes: Uint8Array): void {
    const states = readAwareness(bytes);
    this.#enqueue(async () => {
      if (this.#session === null) return;
      for (const { client, clock, state } of states) if (state === null || isObject(state)) this.#room.say(this.#session, client, clock, state);
    });
  }

  setRights(canWrite: boolean): void {
    this.#canWrite = canWrite;
    if (this.#session !== null) this.#room.setRights(this.#session, canWrite);
  }

  alive(): void {
    if (this.#session !== null) this.#room.renewPresence(this.#session);
  }

  leave(): void {
    this.#ended = true;
    if (this.#session !== null) this.#room.leave(this.#session);
    this.#session = null;
  }

  #enqueue(task: () => Promise<void>): void {
    this.#queue = this.#queue
      .then(() => (this.#ended ? undefined : task()))
      .catch((error: unknown) => {
        this.#logger.error({ err: error, documentId: this.#room.documentId }, 'a foreign client’s message could not be handled');
        this.#envelope.end(CLOSE.shedding, 'please come back');
      });
  }

  #push(number: number, message: SyncMessage): void {
    if (this.#session === null || message.type === 'step1') return;
    this.#room.push(this.#session, number, message.type === 'update' ? 'edit' : 'resync', message.update);
  }

  async #answer(clientState: StateVector): Promise<void> {
    const content = ({ updates }: Content) => {
      // All but the last as updates, so that "synced" fires when everything is there.
      for (const update of updates.slice(0, -1)) this.#envelope.sync((writer) => writeUpdate(writer, update));
      this.#envelope.sync((writer) => writeStep2(writer, updates.at(-1) ?? EMPTY_UPDATE));
    };
    if (this.#session !== null) {
      content(await this.#room.beyond(clientState));
      return;
    }
    const session = await this.#room.join(this.#listener(), this.#canWrite, clientState, content);
    if (session === null) return this.#envelope.end(CLOSE.shedding, 'the room is full');
    if (this.#ended) return this.#room.leave(session);
    this.#session = session;
  }

  #listener(): Listener {
    return {
      who: this.#who,
      updates: (slice) => this.#envelope.updates(slice),
      ack: (upTo) => this.#envelope.committed(upTo),
      known: (number) => this.#envelope.known(number),
      refuse: (number) => this.#envelope.refused(number),
      askWhole: (stateVector) => this.#envelope.sync((writer) => writeStep1(writer, stateVector)),
      // One's own state comes back too: both clients take thirty silent seconds for a dead socket.
      presence: (slice) => {
        if (!this.#envelope.isSlow()) this.#envelope.presence(slice);
      },
      end: (code, reason) => this.#envelope.end(code, reason),
    };
  }
}

/** An awareness message about everyone who moved. */
export const awarenessOf = (changes: readonly PersonChange[]): Uint8Array => writeAwareness(changes.map(stamped));

/** The state with the person the server knows, whatever the client called itself. */
function stamped({ client, clock, state, who }: PersonChange): AwarenessState {
  if (state === null) return { client, clock, state };
  const said = JSON.parse(state) as Record<string, unknown>;
  const user = { id: who.userId, name: who.name, color: PERSON_COLOURS[who.colour % PERSON_COLOURS.length] };
  return { client, clock, state: JSON.stringify({ ...said, user }) };
}

/** Whether the text is a JSON object; awareness states are, and only such can be stamped. */
function isObject(state: string): boolean {
  try {
    const value: unknown = JSON.parse(state);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
