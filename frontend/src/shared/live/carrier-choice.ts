import type { CarrierKind } from './carrier.ts';

/** A carrier that worked is given up for the other after so many attempts in a row that were not welcomed. */
const FAILURES_MAX = 2;
/** While a stream works, a socket is tried again at a reconnect this much later: networks change. */
const SOCKET_AGAIN_MS = 10 * 60_000;

/** What outlives a reload of the tab: since when a stream is what works here. */
export interface KeptChoice {
  read(): number | null;
  write(streamSinceMs: number | null): void;
}

/**
 * Which carrier to try next. A socket, until it was refused twice in a row while HTTP worked; then a stream, for as long as
 * it works, with a single look at the socket now and then. So neither a short break nor a blocking network makes a tab flap.
 */
export class CarrierChoice {
  readonly #kept: KeptChoice;
  #works: CarrierKind;
  #next: CarrierKind;
  #failures = 0;
  #streamSinceMs: number;

  constructor(kept: KeptChoice) {
    this.#kept = kept;
    const since = kept.read();
    this.#works = since === null ? 'socket' : 'stream';
    this.#next = this.#works;
    this.#streamSinceMs = since ?? 0;
  }

  next(nowMs: number): CarrierKind {
    if (this.#next === 'stream' && this.#works === 'stream' && nowMs - this.#streamSinceMs >= SOCKET_AGAIN_MS) {
      this.#next = 'socket';
      this.#streamSinceMs = nowMs;
    }
    return this.#next;
  }

  /** The way out of this machine is another one than before. */
  networkChanged(): void {
    this.#streamSinceMs = -Infinity;
    this.#failures = 0;
  }

  welcomed(nowMs: number): void {
    this.#failures = 0;
    if (this.#next === this.#works && this.#works === 'socket') return;
    if (this.#next !== this.#works) this.#streamSinceMs = nowMs;
    this.#works = this.#next;
    this.#kept.write(this.#works === 'stream' ? this.#streamSinceMs : null);
  }

  /** It was not welcomed, and that was nobody's word: not the server's, and not a dead network's. */
  failed(): void {
    this.#failures += 1;
    if (this.#failures < (this.#next === this.#works ? FAILURES_MAX : 1)) return;
    this.#failures = 0;
    this.#next = this.#next === 'socket' ? 'stream' : 'socket';
  }
}
