import type { ServerResponse } from 'node:http';
import { messageHead, type StreamWord, writeStreamWord } from '@cowrite/sync-core';
import { Allowance, type Carrier, type CarrierLimits, END_WITHIN_MS, Outgoing } from './carrier.ts';
import type { Turn } from './turn.ts';

/**
 * An answer over HTTP that never ends by itself: what the server says to one client, each message with its length in
 * front, and one write for everything that is said in a turn of the event loop, as on a socket.
 */
export class HttpStream implements Carrier {
  /** A secret: whoever knows it speaks as the person behind the stream. */
  readonly id: string;
  readonly #response: ServerResponse;
  readonly #limits: CarrierLimits;
  readonly #allowance: Allowance;
  readonly #turn: Turn;
  readonly #announce: () => Promise<void>;
  readonly #outgoing = new Outgoing();
  /** Heartbeats since the other side last gave a sign of life. */
  #unanswered = 0;
  #isEnding = false;
  /** The number of the last request that was taken. */
  taken = 0;

  constructor({ id, response, limits, clock, turn, announce }: { id: string; response: ServerResponse; limits: CarrierLimits; clock: () => number; turn: Turn; announce: () => Promise<void> }) {
    this.id = id;
    this.#response = response;
    this.#limits = limits;
    this.#allowance = new Allowance(limits, clock);
    this.#turn = turn;
    this.#announce = announce;
    // Whatever sits between must pass everything on at once and as it is.
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff', connection: 'close' });
    this.#say({ type: 'begun', streamId: id });
  }

  get isOpen(): boolean {
    return !this.#isEnding && !this.#response.destroyed;
  }

  /** Whether this message is within the rates. */
  admits(bytes: number): boolean {
    this.#unanswered = 0;
    return this.#allowance.admits(bytes);
  }

  admitted(): Promise<void> {
    return this.#announce();
  }

  look(): void {
    if (this.#unanswered >= 2) this.#response.destroy();
    this.#unanswered += 1;
  }

  get isSlow(): boolean {
    return this.#waitingBytes > this.#limits.slowBytes;
  }

  get isStalled(): boolean {
    return this.#waitingBytes > this.#limits.stalledBytes;
  }

  get #waitingBytes(): number {
    return this.#outgoing.bytes + this.#response.writableLength;
  }

  whenDrained(done: () => void): void {
    this.#response.once('drain', done);
  }

  send(message: Uint8Array): void {
    this.#add(messageHead(message.length), message);
  }

  sendParts(head: Uint8Array, body: Uint8Array): void {
    this.#add(messageHead(head.length + body.length), head, body);
  }

  #say(word: StreamWord): void {
    this.send(writeStreamWord(word));
  }

  #add(...parts: Uint8Array[]): void {
    if (!this.isOpen) return;
    if (this.#outgoing.isEmpty) this.#turn.socket(this);
    this.#outgoing.add(parts);
  }

  /** Writes what was said in this turn. */
  flush(): void {
    this.#outgoing.writeTo(this.isOpen ? this.#response : null);
  }

  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.#say({ type: 'ended', code, reason: reason.slice(0, 120) });
    this.flush();
    this.#isEnding = true;
    this.#response.end();
    setTimeout(() => this.#response.destroy(), END_WITHIN_MS).unref();
  }
}
