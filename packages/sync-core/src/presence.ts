/**
 * Who is in a document and where (접속 상태): the latest state of each client id, in memory only. The rules:
 *
 * PR1 A client id belongs to the session that showed it first; word of it from another session is dropped, never answered.
 *     A session below nought stands for another node: its people may come here, or go on to a third, with a higher clock.
 * PR2 Only a higher clock replaces a state, as in y-protocols' awareness; a removal may repeat the clock.
 * PR3 When a session leaves, everyone else is told that its clients are gone.
 * PR4 A state that was not renewed for `expiresAfterMs` is gone.
 * PR5 A state larger than `stateBytesMax` is dropped.
 */
export class Presence {
  readonly #clients = new Map<number, Known>();
  readonly #limits: { expiresAfterMs: number; stateBytesMax: number };

  constructor(limits: { expiresAfterMs: number; stateBytesMax: number }) {
    this.#limits = limits;
  }

  /** Takes what a session says of one client. Answers the change to pass on, or null when there is none. */
  say(session: number, client: number, clock: number, state: string | null, nowMs: number): PresenceChange | null {
    if (state !== null && state.length > this.#limits.stateBytesMax) return null;
    const known = this.#clients.get(client);
    if (known && known.session !== session && (known.session > 0 || state === null || clock <= known.clock)) return null;
    if (known && (clock < known.clock || (clock === known.clock && (state !== null || known.state === null)))) return null;
    if (!known && state === null) return null;
    if (state === null) {
      this.#clients.delete(client);
      return { client, clock, state: null, session };
    }
    this.#clients.set(client, { session, clock, state, heardMs: nowMs });
    return { client, clock, state, session };
  }

  /** A session is gone: the changes to tell the others. */
  leave(session: number): PresenceChange[] {
    return this.#remove((known) => known.session === session);
  }

  expire(nowMs: number): PresenceChange[] {
    return this.#remove((known) => nowMs - known.heardMs > this.#limits.expiresAfterMs);
  }

  /** A session is alive: what it showed does not grow old. */
  renew(session: number, nowMs: number): void {
    for (const known of this.#clients.values()) if (known.session === session) known.heardMs = nowMs;
  }

  everyone(): PresenceChange[] {
    return [...this.#clients].map(([client, { session, clock, state }]) => ({ client, clock, state, session }));
  }

  #remove(isGone: (known: Known) => boolean): PresenceChange[] {
    const gone: PresenceChange[] = [];
    for (const [client, known] of this.#clients) {
      if (!isGone(known)) continue;
      this.#clients.delete(client);
      // One above, so that a late copy of the last state does not bring the ghost back.
      gone.push({ client, clock: known.clock + 1, state: null, session: known.session });
    }
    return gone;
  }
}

interface Known {
  session: number;
  clock: number;
  state: string;
  heardMs: number;
}

export interface PresenceChange {
  client: number;
  clock: number;
  /** JSON as the client wrote it, or null when the client is gone. */
  state: string | null;
  /** The session it came from. */
  session: number;
}
