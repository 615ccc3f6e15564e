import type { Socket as NetSocket } from 'node:net';
import type { WebSocket } from 'ws';
import { Allowance, type Carrier, type CarrierLimits, END_WITHIN_MS, Outgoing } from './carrier.ts';
import type { Turn } from './turn.ts';

/**
 * One WebSocket with its limits: how much may come in, how much may wait to go out, and one write for everything that is
 * said in a turn of the event loop. The frames of the protocol are laid out here, so that bytes that many sockets send are
 * shared by all of them and never copied into a message for each.
 */
export class Socket implements Carrier {
  readonly #ws: WebSocket;
  readonly #limits: CarrierLimits;
  readonly #allowance: Allowance;
  readonly #turn: Turn;
  readonly #outgoing = new Outgoing();
  /** Heartbeats since the other side last gave a sign of life. */
  #unanswered = 0;

  constructor(ws: WebSocket, limits: CarrierLimits, clock: () => number, turn: Turn) {
    this.#ws = ws;
    this.#limits = limits;
    this.#allowance = new Allowance(limits, clock);
    this.#turn = turn;
    ws.on('pong', () => (this.#unanswered = 0));
  }

  /** Whether this message is within the rates; a socket beyond them is sent away to come back later. */
  admits(bytes: number): boolean {
    this.#unanswered = 0;
    return this.#allowance.admits(bytes);
  }

  async admitted(): Promise<void> {}

  look(): void {
    if (this.#unanswered >= 2) this.#ws.terminate();
    else if (this.isOpen) this.#ws.ping();
    this.#unanswered += 1;
  }

  get isSlow(): boolean {
    return this.#waitingBytes > this.#limits.slowBytes;
  }

  get isStalled(): boolean {
    return this.#waitingBytes > this.#limits.stalledBytes;
  }

  get #waitingBytes(): number {
    return this.#outgoing.bytes + this.#ws.bufferedAmount;
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  whenDrained(done: () => void): void {
    streamOf(this.#ws)?.once('drain', done);
  }

  send(message: Uint8Array): void {
    this.#add(header(message.length), message);
  }

  sendParts(head: Uint8Array, body: Uint8Array): void {
    this.#add(header(head.length + body.length), head, body);
  }

  /** Whole messages made by `framed`. */
  sendFramed(frames: Uint8Array): void {
    this.#add(frames);
  }

  #add(...parts: Uint8Array[]): void {
    if (!this.isOpen) return;
    if (this.#outgoing.isEmpty) this.#turn.socket(this);
    this.#outgoing.add(parts);
  }

  /** Writes what was said in this turn. */
  flush(): void {
    this.#outgoing.writeTo(this.isOpen ? streamOf(this.#ws) : null);
  }

  close(code: number, reason: string): void {
    if (this.#ws.readyState === this.#ws.CLOSED) return;
    this.flush();
    this.#ws.close(code, reason.slice(0, 120));
    setTimeout(() => this.#ws.terminate(), END_WITHIN_MS).unref();
  }
}

/** The stream under a socket of the library. Its own sender writes there too, at once, so the order is that of the calls. */
const streamOf = (ws: WebSocket): NetSocket | null => (ws as unknown as { _socket: NetSocket | null })._socket;

/** The head of a binary message in one unmasked frame (RFC 6455, 5.2). */
function header(length: number): Uint8Array {
  if (length < 126) return Buffer.from([0x82, length]);
  if (length < 65_536) return Buffer.from([0x82, 126, length >> 8, length & 0xff]);
  const head = Buffer.allocUnsafe(10);
  head[0] = 0x82;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

/** Messages as they go over the line, to be sent by several sockets. */
export const framed = (messages: readonly Uint8Array[]): Uint8Array => Buffer.concat(messages.flatMap((message) => [header(message.length), message]));
