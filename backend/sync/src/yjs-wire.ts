import { CLOSE, type CloseCode } from '@cowrite/contract';
import type { Logger } from '@cowrite/service-kit';
import { Malformed, Reader, Writer } from '@cowrite/sync-core';
import { awarenessOf, ForeignSession } from './foreign-session.ts';
import { canWrite, type Grant, type Standing } from '@cowrite/service-kit/grants';
import type { OpenRoom } from './open-room.ts';
import { framed, type Socket } from './socket.ts';
import type { Visitor, Visitors } from './visitors.ts';
import { writeUpdate } from './yjs-protocol.ts';

const MESSAGE = { sync: 0, awareness: 1, auth: 2, queryAwareness: 3 } as const;

/** An awareness message about nobody: what keeps a y-websocket client from taking the socket for dead. */
const HEARTBEAT = Uint8Array.of(MESSAGE.awareness, 1, 0);

/** That client comes back after 100 ms when a socket closes at once; held back this long it backs off. */
const CLOSE_HELD_BACK_MS = 2_000;

/** A y-websocket client on `/yjs/:documentId`: one socket, one document, signed in before the upgrade. */
export class YjsConnection implements Visitor {
  readonly #socket: Socket;
  readonly #session: ForeignSession;
  readonly #visitors: Visitors;
  readonly #openedMs: number;
  readonly #clock: () => number;
  readonly grants: readonly [Grant];
  #ended = false;

  constructor({ socket, room, grant, visitors, clock, logger }: { socket: Socket; room: OpenRoom; grant: Grant; visitors: Visitors; clock: () => number; logger: Logger }) {
    this.#socket = socket;
    this.#visitors = visitors;
    this.#clock = clock;
    this.#openedMs = clock();
    this.grants = [grant];
    this.#session = new ForeignSession({
      room,
      logger,
      who: grant.who,
      canWrite: canWrite(grant.role),
      envelope: {
        sync: (fill) => this.#send(MESSAGE.sync, fill),
        updates: (slice) => this.#sendFramed(slice.as('yjs', (updates) => framed(updates.map((update) => writeUpdate(new Writer().uint(MESSAGE.sync), update).finish())))),
        presence: (slice) => this.#sendFramed(slice.as('yjs', (changes) => framed([new Writer().uint(MESSAGE.awareness).byteArray(awarenessOf(changes)).finish()]))),
        // This wire has no acknowledgement, and so nothing to refuse with: what a reader sends is dropped.
        committed: () => undefined,
        known: () => undefined,
        refused: () => undefined,
        end: (code, reason) => this.close(code as CloseCode, reason),
        isSlow: () => socket.isSlow,
      },
    });
    visitors.add(this);
    this.#session.greet();
  }

  receive(bytes: Uint8Array): void {
    if (this.#ended) return;
    try {
      const reader = new Reader(bytes);
      switch (reader.uint()) {
        case MESSAGE.sync:
          return this.#session.receiveSync(reader);
        case MESSAGE.awareness:
          return this.#session.receiveAwareness(reader.byteArray());
        case MESSAGE.queryAwareness:
        case MESSAGE.auth:
          return;
        default:
          throw new Malformed('message type');
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.close(CLOSE.malformed, 'not a message');
    }
  }

  standingChanged(grant: Grant, { role }: Standing): void {
    // This wire cannot be told that it only reads from now on; with a fresh ticket it will know.
    if (role === null || canWrite(role) !== canWrite(grant.role)) this.close(CLOSE.notAllowed, 'the role changed');
    else grant.role = role;
  }

  /** This wire has no word for it: the close that follows brings the client back with a fresh credential. */
  expiresSoon(): void {}

  heartbeat(): void {
    this.#socket.look();
    this.#session.alive();
    this.#socket.send(HEARTBEAT);
  }

  #sendFramed(frames: Uint8Array): void {
    if (this.#socket.isStalled) return this.close(CLOSE.overloaded, 'reads too slowly');
    this.#socket.sendFramed(frames);
  }

  #send(type: number, fill: (writer: Writer) => void): void {
    if (this.#socket.isStalled) return this.close(CLOSE.overloaded, 'reads too slowly');
    const writer = new Writer().uint(type);
    fill(writer);
    this.#socket.send(writer.finish());
  }

  close(code: CloseCode, reason: string): void {
    this.ended();
    const early = CLOSE_HELD_BACK_MS - (this.#clock() - this.#openedMs);
    if (early <= 0) this.#socket.close(code, reason);
    else setTimeout(() => this.#socket.close(code, reason), early).unref();
  }

  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#session.leave();
    this.#visitors.remove(this);
    this.#visitors.dismiss(this.grants[0].who.userId);
  }
}
