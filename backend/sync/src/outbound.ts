import type { Listener } from './listener.ts';
import { Slice } from './slice.ts';
import type { Turn } from './turn.ts';

/** The room whose changes wait here. */
interface Source {
  readonly turn: Turn;
  sliceMs(canWrite: boolean): number;
  /** Those who hear of a change, with their sessions. */
  listeners(canWrite: boolean): Iterable<[session: number, listener: Listener]>;
}

/**
 * What waits to be handed to one kind of listener: at most once in a slice. What comes after a rest is handed out at the end
 * of the turn, what follows it gathers until the slice is over.
 */
export class Outbound {
  readonly #room: Source;
  readonly #canWrite: boolean;
  #waiting: { update: Uint8Array; except: number | null }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #handedOutMs = -Infinity;

  constructor(room: Source, canWrite: boolean) {
    this.#room = room;
    this.#canWrite = canWrite;
  }

  add(relay: { update: Uint8Array; except: number | null }): void {
    this.#waiting.push(relay);
    if (this.#waiting.length > 1) return;
    const waitMs = this.#handedOutMs + this.#room.sliceMs(this.#canWrite) - performance.now();
    if (waitMs <= 0) this.#room.turn.room(this);
    else this.#timer = setTimeout(() => this.flush(), waitMs);
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#handedOutMs = performance.now();
    const whole = new Slice(waiting.map(({ update }) => update));
    const authors = new Set(waiting.map(({ except }) => except));
    for (const [session, listener] of this.#room.listeners(this.#canWrite)) {
      if (!authors.has(session)) listener.updates(whole);
      else {
        const others = waiting.filter(({ except }) => except !== session);
        if (others.length > 0) listener.updates(new Slice(others.map(({ update }) => update)));
      }
    }
  }
}
