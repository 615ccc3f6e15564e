import type { Socket as NetSocket } from 'node:net';
import type { WebSocket } from 'ws';

export interface SocketLimits {
  messagesPerSecond: number;
  bytesPerSecond: number;
  burstBytes: number;
  slowBytes: number;
  stalledBytes: number;
}

/**
 * One WebSocket with its limits: how much may come in, how much may wait to go out, and one coalesced write for all
 * frames of a turn of the event loop: a system call a turn, not one a frame.
 */
export class Socket {
  readonly #ws: WebSocket;
  readonly #limits: SocketLimits;
  readonly #clock: () => number;
  #messages: number;
  #bytes: number;
  #filledMs: number;
  #corked = false;

  constructor(ws: WebSocket, limits: SocketLimits, clock: () => number) {
    this.#ws = ws;
    this.#limits = limits;
    this.#clock = clock;
    // A client that was away sends its outbox at once; ten seconds' worth of messages is a burst, not a flood.
    this.#messages = limits.messagesPerSecond * 10;
    this.#bytes = limits.burstBytes;
    this.#filledMs = clock();
  }

  /** Whether this message is within the rates; a socket beyond them is sent away to come back later. */
  admits(bytes: number): boolean {
    const now = this.#clock();
    const seconds = Math.max(0, now - this.#filledMs) / 1_000;
    this.#filledMs = now;
    const { messagesPerSecond, bytesPerSecond, burstBytes } = this.#limits;
    this.#messages = Math.min(messagesPerSecond * 10, this.#messages + seconds * messagesPerSecond) - 1;
    this.#bytes = Math.min(burstBytes, this.#bytes + seconds * bytesPerSecond) - bytes;
    return this.#messages >= 0 && this.#bytes >= 0;
  }

  /** Whether the other side reads too slowly for presence. */
  get isSlow(): boolean {
    return this.#ws.bufferedAmount > this.#limits.slowBytes;
  }

  /** Whether so much waits that the other side has to begin anew. */
  get isStalled(): boolean {
    return this.#ws.bufferedAmount > this.#limits.stalledBytes;
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  send(frame: Uint8Array): void {
    if (!this.isOpen) return;
    if (!this.#corked) {
      const stream = (this.#ws as unknown as { _socket: NetSocket | null })._socket;
      if (stream) {
        this.#corked = true;
        stream.cork();
        process.nextTick(() => {
          this.#corked = false;
          stream.uncork();
        });
      }
    }
    this.#ws.send(frame, { binary: true });
  }

  /** Closes with a code and a reason of at most 123 bytes. */
  close(code: number, reason: string): void {
    if (this.#ws.readyState === this.#ws.CLOSED) return;
    this.#ws.close(code, reason.slice(0, 120));
    // The other side may be gone without a word; its half-open socket must not stay.
    setTimeout(() => this.#ws.terminate(), 5_000).unref();
  }
}
