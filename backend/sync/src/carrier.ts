import type { Writable } from 'node:stream';

export interface CarrierLimits {
  messagesPerSecond: number;
  bytesPerSecond: number;
  burstBytes: number;
  slowBytes: number;
  stalledBytes: number;
}

/** What carries the studio's wire between one client and this node: a WebSocket, or a stream where those are blocked. */
export interface Carrier {
  /** Whether the other side reads too slowly for presence. */
  readonly isSlow: boolean;
  /** Whether so much waits that the other side has to begin anew. */
  readonly isStalled: boolean;
  /** Somebody showed who they are. What the carrier needs for them is there before they are answered. */
  admitted(): Promise<void>;
  /** One message, whose bytes are not changed afterwards. */
  send(message: Uint8Array): void;
  /** One message of two parts; the second is shared with other clients. */
  sendParts(head: Uint8Array, body: Uint8Array): void;
  /** Calls back, once, when all that waits has gone out. */
  whenDrained(done: () => void): void;
  /**
   * A heartbeat: gives up a client that gave no sign of life since the one before the last. Counted in heartbeats and not
   * by a clock: after a process stood still, everyone's silence would be its own.
   */
  look(): void;
  /** Says what waits, then the code and the reason, of at most 123 bytes, and ends. */
  close(code: number, reason: string): void;
}

/** How much one client may say. */
export class Allowance {
  readonly #limits: CarrierLimits;
  readonly #clock: () => number;
  #messages: number;
  #bytes: number;
  #filledMs: number;

  constructor(limits: CarrierLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
    // A client that was away sends its outbox at once; ten seconds' worth of messages is a burst, not a flood.
    this.#messages = limits.messagesPerSecond * 10;
    this.#bytes = limits.burstBytes;
    this.#filledMs = clock();
  }

  /** Whether this message is within the rates; a client beyond them is sent away to come back later. */
  admits(bytes: number): boolean {
    const now = this.#clock();
    const seconds = Math.max(0, now - this.#filledMs) / 1_000;
    this.#filledMs = now;
    const { messagesPerSecond, bytesPerSecond, burstBytes } = this.#limits;
    this.#messages = Math.min(messagesPerSecond * 10, this.#messages + seconds * messagesPerSecond) - 1;
    this.#bytes = Math.min(burstBytes, this.#bytes + seconds * bytesPerSecond) - bytes;
    return this.#messages >= 0 && this.#bytes >= 0;
  }
}

/** What is smaller than this is copied into one write; what is larger goes out as it is. */
const COPIED_BYTES_MAX = 16 * 1024;

/** What is said to one client within a turn of the event loop, for one write at its end. */
export class Outgoing {
  #parts: Uint8Array[] = [];
  bytes = 0;

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** The bytes are not changed afterwards. */
  add(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      this.bytes += part.length;
    }
  }

  /** Writes all of it; null: nobody is there to read it. */
  writeTo(stream: Writable | null): void {
    const [parts, bytes] = [this.#parts, this.bytes];
    this.#parts = [];
    this.bytes = 0;
    if (!stream || parts.length === 0) return;
    if (bytes <= COPIED_BYTES_MAX) {
      stream.write(parts.length === 1 ? asBuffer(parts[0]!) : Buffer.concat(parts, bytes));
      return;
    }
    stream.cork();
    for (const part of parts) stream.write(asBuffer(part));
    stream.uncork();
  }
}

/** The same bytes as what a stream takes without a look. */
const asBuffer = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));

/** How long the other side may take to end after it was told to; it may be gone without a word. */
export const END_WITHIN_MS = 5_000;
