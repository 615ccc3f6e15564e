import { readBatch } from '../batch.ts';
import { Presence, type PresenceChange } from '../presence.ts';
import type { Bus, BusWord, Listener } from './bus.ts';
import type { Connection, FrameToNode, NodeEnd } from './connection.ts';
import type { Database } from './database.ts';
import type { NewRow } from './new-row.ts';
import { type Home, OpenRoom } from './open-room.ts';
import type { Standing, Surroundings } from './surroundings.ts';
import { Violation } from './violation.ts';
import { WallClock } from './wall-clock.ts';

/** How long a state of presence lives without a renewal, how often it is renewed, and how large it may be. */
export const PRESENCE = { expiresAfterMs: 4_000, renewedEveryMs: 1_000, stateBytesMax: 60 };

/** How often the log is looked at in any case, and while the bus is away. */
const POLL_MS = { usual: 1_500, busAway: 250 };

/** One process of the edge: any tab may come to it. It dies and comes back under a new name and with an empty memory. */
export class ServerNode implements NodeEnd, Listener {
  readonly #surroundings: Surroundings;
  readonly #database: Database;
  readonly #standingOf: (person: string) => Standing;
  readonly #name: string;
  readonly wall: WallClock;
  bus!: Bus;
  isUp = false;
  id = '';
  #life = 0;
  #seq = 0;
  #room: OpenRoom | null = null;
  /** Who waits for the document to be loaded. */
  #opening: { connection: Connection; frame: Extract<FrameToNode, { type: 'open' }> }[] | null = null;
  readonly #connections = new Map<number, Connection>();
  presence = new Presence(PRESENCE);
  /** Which session showed a client here first, counted by hand (PR1). */
  readonly #shownBy = new Map<number, number>();

  constructor(surroundings: Surroundings, database: Database, standingOf: (person: string) => Standing, name: string) {
    this.#surroundings = surroundings;
    this.#database = database;
    this.#standingOf = standingOf;
    this.#name = name;
    this.wall = new WallClock(surroundings.timeline, surroundings.chance);
  }

  get room(): OpenRoom | null {
    return this.#room;
  }

  get isSettled(): boolean {
    return this.#opening === null && (this.#room?.isSettled ?? true);
  }

  start(): void {
    if (this.isUp) return;
    this.isUp = true;
    this.#life += 1;
    this.id = `${this.#name}${this.#life}`;
    this.#seq = 0;
    this.#every(
      () => (this.bus.isAway ? POLL_MS.busAway : POLL_MS.usual),
      () => {
        this.#room?.hear({ type: 'doubted' });
        this.#room?.refresh();
      },
    );
    this.#every(
      () => PRESENCE.renewedEveryMs,
      () => this.#renewPresence(),
    );
  }

  /** kill -9: memory and sockets are gone, and a commit under way happens or does not. */
  crash(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.#life += 1;
    this.#room = null;
    this.#opening = null;
    for (const connection of this.#connections.values()) connection.closeByNode();
    this.#connections.clear();
    this.#shownBy.clear();
    this.presence = new Presence(PRESENCE);
    this.#surroundings.trace(this.id, 'crashes');
  }

  /** Core's word that something changed, by event or by looking. */
  standingChanged(person: string): void {
    if (!this.isUp) return;
    const standing = this.#standingOf(person);
    if (standing !== 'out') return this.#room?.setRights(person, standing === 'writer');
    for (const connection of this.#connections.values()) if (connection.person === person) this.#close(connection, 'not-allowed');
  }

  // ── tabs ──

  hear(frame: FrameToNode, connection: Connection): void {
    if (!this.isUp) return connection.closeByNode();
    const { session } = connection;
    switch (frame.type) {
      case 'open':
        this.#connections.set(session, connection);
        this.#open(connection, frame);
        break;
      case 'push':
        if (this.#connections.has(session)) this.#room?.push(session, frame.number, frame.kind, frame.update);
        break;
      case 'presence':
        if (this.#connections.has(session)) this.#say(session, frame);
        break;
      case 'alive':
        break;
    }
    this.presence.renew(session, this.#surroundings.timeline.nowMs);
  }

  lost(connection: Connection): void {
    if (this.#connections.get(connection.session) !== connection) return;
    this.#connections.delete(connection.session);
    this.#room?.leave(connection.session);
    this.#tell(this.presence.leave(connection.session));
    if (this.presence.everyone().some(({ session }) => session === connection.session)) throw new Violation('PR3: someone left and is still shown');
    // Let go now and then, so that documents are loaded again in the same life of the node.
    if (this.#room?.isIdle && this.#surroundings.chance.is(0.5)) this.#room = null;
  }

  #close(connection: Connection, reason: 'old-epoch' | 'not-allowed' | 'come-back'): void {
    connection.sendToTab({ type: 'closed', reason });
    connection.closeByNode();
    this.lost(connection);
  }

  #open(connection: Connection, frame: Extract<FrameToNode, { type: 'open' }>): void {
    const standing = this.#standingOf(connection.person);
    if (standing === 'out') return this.#close(connection, 'not-allowed');
    const room = this.#room;
    if (!room) {
      if (this.#opening) this.#opening.push({ connection, frame });
      else this.#load([{ connection, frame }]);
      return;
    }
    if (frame.epoch !== 0 && frame.epoch < room.epoch) return this.#close(connection, 'old-epoch');
    // CU6: this room is the stale one. Everyone leaves, whoever asked included, and comes back to a room loaded anew.
    if (frame.epoch > room.epoch) return room.end('old-epoch');
    room.join(connection, standing !== 'reader', frame.stateVector);
  }

  #load(opening: { connection: Connection; frame: Extract<FrameToNode, { type: 'open' }> }[]): void {
    this.#opening = opening;
    const life = this.#life;
    this.#database.load((stored) => {
      if (life !== this.#life) return;
      this.#room = new OpenRoom(this.#surroundings, this.#database, this.#home(), stored);
      // The bus may have spoken between the reading and now (CU6).
      this.#room.hear({ type: 'doubted' });
      const waiting = this.#opening ?? [];
      this.#opening = null;
      for (const { connection, frame } of waiting) if (this.#connections.has(connection.session)) this.#open(connection, frame);
    });
  }

  #home(): Home {
    const life = this.#life;
    return {
      id: this.id,
      isAlive: () => life === this.#life,
      wallMs: () => this.wall.nowMs(),
      nextSeq: () => {
        // Now and then a number is given to a row that the database never takes.
        this.#seq += this.#surroundings.areFaultsOn() && this.#surroundings.chance.is(0.03) ? 2 : 1;
        return this.#seq;
      },
      publish: ({ row, epoch, bytes, credited }: NewRow) => {
        const word: BusWord = this.#surroundings.chance.is(0.2) ? { type: 'hint', epoch, row } : { type: 'row', epoch, row, updates: readBatch(bytes), credited };
        this.bus.say(this, word);
      },
      ended: () => {
        this.#room = null;
        for (const connection of this.#connections.values()) {
          connection.closeByNode();
          this.#tell(this.presence.leave(connection.session));
        }
        this.#connections.clear();
      },
    };
  }

  // ── other nodes ──

  hearBus(word: BusWord): void {
    if (!this.isUp) return;
    switch (word.type) {
      case 'row':
        if (word.epoch === this.#room?.epoch) this.#room.hear({ type: 'heard', row: word.row, updates: word.updates, credited: word.credited });
        break;
      case 'hint':
        if (word.epoch === this.#room?.epoch) this.#room.hear({ type: 'hinted', row: word.row });
        break;
      case 'look':
        this.#room?.refresh();
        break;
      case 'presence':
        this.#show(word.session, word);
        break;
      case 'alive':
        for (const session of word.sessions) this.presence.renew(session, this.#surroundings.timeline.nowMs);
        break;
    }
  }

  busIsBack(): void {
    if (this.isUp) this.#room?.hear({ type: 'doubted' });
  }

  // ── who is there ──

  #say(session: number, said: { client: number; clock: number; state: string | null }): void {
    const change = this.#show(session, said);
    if (change) this.bus.say(this, { type: 'presence', session, client: change.client, clock: change.clock, state: change.state });
  }

  #show(session: number, { client, clock, state }: { client: number; clock: number; state: string | null }): PresenceChange | null {
    const before = this.presence.everyone().find((shown) => shown.client === client);
    const change = this.presence.say(session, client, clock, state, this.#surroundings.timeline.nowMs);
    if (!change) return null;
    if ((change.state?.length ?? 0) > PRESENCE.stateBytesMax) throw new Violation('PR5: a state that is too large is shown');
    if (before && change.clock < before.clock) throw new Violation('PR2: an older state is shown over a newer one');
    const owner = this.#shownBy.get(client);
    if (owner !== undefined && owner !== session) throw new Violation(`PR1: client ${client} flickers between sessions ${owner} and ${session}`);
    if (change.state === null) this.#shownBy.delete(client);
    else this.#shownBy.set(client, session);
    return change;
  }

  #tell(gone: readonly PresenceChange[]): void {
    for (const { client, session, clock } of gone) {
      this.#shownBy.delete(client);
      this.bus.say(this, { type: 'presence', session, client, clock, state: null });
    }
  }

  #renewPresence(): void {
    const { nowMs } = this.#surroundings.timeline;
    // Everyone expires their own view; nobody speaks for the sessions of others.
    for (const { client } of this.presence.expire(nowMs)) this.#shownBy.delete(client);
    const own = this.presence.everyone().filter(({ session }) => this.#connections.has(session));
    for (const { session, client, clock, state } of own) this.bus.say(this, { type: 'presence', session, client, clock, state });
    this.bus.say(this, { type: 'alive', sessions: own.map(({ session }) => session) });
  }

  #every(ms: () => number, act: () => void): void {
    const life = this.#life;
    const again = () =>
      this.#surroundings.timeline.after(ms(), () => {
        if (life !== this.#life) return;
        act();
        again();
      });
    again();
  }
}
