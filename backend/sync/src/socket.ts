import type { Socket as NetSocket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Turn } from './turn.ts';

export interface SocketLimits {
  messagesPerSecond: number;
  bytesPerSecond: number;
  burstBytes: number;
  slowBytes: number;
  stalledBytes: number;
}

/** What is smaller than this is copied into one write; what is larger goes out as it is. */
const COPIED_BYTES_MAX = 16 * 1024;

/**
 * One WebSocket with its limits: how much may come in, how much may wait to go out, and one write for everything that is
 * said in a turn of the event loop. The frames of the protocol are laid out here, so that bytes that many sockets send are
 * shared by all of them and never copied into a message for each.
 */
export class Socket {
  readonly #ws: WebSocket;
  readonly #limits: SocketLimits;
  readonly #clock: () => number;
  readonly #turn: Turn;
  #messages: number;
  #bytes: number;
  #filledMs: number;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** Heartbeats since the other side last gave a sign of life. */
  #unanswered = 0;

  constructor(ws: WebSocket, limits: SocketLimits, clock: () => number, turn: Turn) {
    this.#ws = ws;
    this.#limits = limits;
    this.#clock = clock;
    this.#turn = turn;
    // A client that was away sends its outbox at once; ten seconds' worth of messages is a burst, not a flood.
    this.#messages = limits.messagesPerSecond * 10;
    this.#bytes = limits.burstBytes;
    this.#filledMs = clock();
    ws.on('pong', () => (this.#unanswered = 0));
  }

  /** Whether this message is within the rates; a socket beyond them is sent away to come back later. */
  admits(bytes: number): boolean {
    const now = this.#clock();
    const seconds = Math.max(0, now - this.#filledMs) / 1_000;
    this.#filledMs = now;
    this.#unanswered = 0;
    const { messagesPerSecond, bytesPerSecond, burstBytes } = this.#limits;
    this.#messages = Math.min(messagesPerSecond * 10, this.#messages + seconds * messagesPerSecond) - 1;
    this.#bytes = Math.min(burstBytes, this.#bytes + seconds * bytesPerSecond) - bytes;
    return this.#messages >= 0 && this.#bytes >= 0;
  }

  /**
   * A heartbeat: asks for a sign of life, and gives up a socket that gave none since the one before the last. Counted in
   * heartbeats and not by a clock: after a process stood still, everyone's silence would be its own.
   */
  look(): void {
    if (this.#unanswered >= 2) this.#ws.terminate();
    else if (this.isOpen) this.#ws.ping();
    this.#unanswered += 1;
  }

  /** Whether the other side reads too slowly for presence. */
  get isSlow(): boolean {
    return this.#waitingBytes > this.#limits.slowBytes;
  }

  /** Whether so much waits that the other side has to begin anew. */
  get isStalled(): boolean {
    return this.#waitingBytes > this.#limits.stalledBytes;
  }

  get #waitingBytes(): number {
    return this.#queuedBytes + this.#ws.bufferedAmount;
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  /** Calls back, once, when all that waits has gone out. */
  whenDrained(done: () => void): void {
    streamOf(this.#ws)?.once('drain', done);
  }

  /** One message, whose bytes are not changed afterwards. */
  send(message: Uint8Array): void {
    this.#add(header(message.length), message);
  }

  /** One message of two parts; the second is shared with other sockets. */
  sendParts(head: Uint8Array, body: Uint8Array): void {
    this.#add(header(head.length + body.length), head, body);
  }

  /** Whole messages made by `framed`. */
  sendFramed(frames: Uint8Array): void {
    this.#add(frames);
  }

  #add(...parts: Uint8Array[]): void {
    if (!this.isOpen) return;
    if (this.#queue.length === 0) this.#turn.socket(this);
    for (const part of parts) {
      this.#queue.push(part);
      this.#queuedBytes += part.length;
    }
  }

  /** Writes what was said in this turn. */
  flush(): void {
    const parts = this.#queue;
    const bytes = this.#queuedBytes;
    this.#queue = [];
    this.#queuedBytes = 0;
    const stream = streamOf(this.#ws);
    if (!stream || !this.isOpen || parts.length === 0) return;
    if (bytes <= COPIED_BYTES_MAX) {
      stream.write(parts.length === 1 ? asBuffer(parts[0]!) : Buffer.concat(parts, bytes));
      return;
    }
    stream.cork();
    for (const part of parts) stream.write(asBuffer(part));
    stream.uncork();
  }

  /** Closes with a code and a reason of at most 123 bytes. */
  close(code: number, reason: string): void {
    if (this.#ws.readyState === this.#ws.CLOSED) return;
    this.flush();
    this.#ws.close(code, reason.slice(0, 120));
    // The other side may be gone without a word; its half-open socket must not stay.
    setTimeout(() => this.#ws.terminate(), 5_000).unref();
  }
}

/** The same bytes as what a stream takes without a look. */
const asBuffer = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));

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
