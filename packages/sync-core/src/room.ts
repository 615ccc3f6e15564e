import { Malformed } from './bytes.ts';
import { IdRanges, type Range } from './id-ranges.ts';
import type { DocumentLimits } from './limits.ts';
import { Coverage, readUpdate, type UpdateSummary } from './update.ts';

/**
 * A room is where the sessions of one document meet on one node. It decides everything and does nothing: inputs come in,
 * effects go out, and the host performs them in their order. It holds no document, only how far the document reaches
 * (clocks and deletions), the tail of updates since the snapshot, and the sessions. The rules are numbered as in SPEC.md.
 *
 * RM1 A session hears of nothing before it has joined, and of everything after.
 * RM2 Bytes that are no update end that session and touch nothing else.
 * RM3 What would stay pending is neither stored nor relayed nor acknowledged; the session is asked for the whole, and
 *     asked again only when the document has grown.
 * RM4 A session that may not write stores nothing and is told so, unless what it sends is known already.
 * RM5 What is new is handed to the store, and then to the other sessions of this node.
 * RM6 An update is acknowledged after everything it rests on is committed: its own position or, when it brings nothing
 *     new, the position of whatever brought it.
 * RM7 Acknowledgements are cumulative for each session and never run ahead of a message that waits for the whole.
 * RM8 Every new clock is credited to the person who delivered it. A client id belongs to the person whose own ordinary
 *     edit first brought it; a clock that someone else delivered is credited again when its owner shows it.
 * RM9 An update that is too large, or that would make the document too large, is refused by name and kept nowhere.
 * RM10 A committed update from elsewhere (another node, core) reaches every session and is never stored again.
 */
export class Room {
  readonly #coverage: Coverage;
  readonly #owners: Map<number, string>;
  readonly #unconfirmed: IdRanges;
  readonly #limits: DocumentLimits;
  readonly #sessions = new Map<number, Session>();
  /** Those whose changes wait for their commit. */
  readonly #waiting = new Map<number, Session>();
  #tail: TailEntry[] = [];
  /** Entries of the tail that wait for their row, oldest first. */
  #uncommitted: TailEntry[] = [];
  #bytes: number;
  #position = 0;
  #committed = 0;
  #isFolded: (row: LogRow) => boolean = () => false;

  constructor({ coverage, bytes, owners = new Map(), unconfirmed = new IdRanges(), tail = [], limits }: RoomState) {
    this.#coverage = coverage;
    this.#bytes = bytes;
    this.#owners = owners;
    this.#unconfirmed = unconfirmed;
    this.#tail = tail.map(({ update, row }) => ({ update, row, position: 0 }));
    this.#limits = limits;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Whether everything handed to the store has been committed. */
  get isSettled(): boolean {
    return this.#committed === this.#position;
  }

  /** Bytes of snapshot and tail. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How far the document reaches, committed or not: what a client must have to be up to date. */
  stateVector(): Uint8Array {
    return this.#coverage.known.encode();
  }

  /** The next clock of a client, committed or not. */
  knows(client: number): number {
    return this.#coverage.known.get(client);
  }

  /** The updates since the snapshot, oldest first. With the snapshot they are the whole document. */
  tail(): Uint8Array[] {
    return this.#tail.map(({ update }) => update);
  }

  step(input: RoomInput): RoomEffect[] {
    switch (input.type) {
      case 'joined':
        this.#sessions.set(input.session, { userId: input.userId, canWrite: input.canWrite, whole: 'had', acked: 0, waiting: [] });
        return [];
      case 'left':
        this.#sessions.delete(input.session);
        this.#waiting.delete(input.session);
        return [];
      case 'rights-changed':
        return this.#changeRights(input);
      case 'pushed':
        return this.#push(input);
      case 'committed':
        return this.#commit(input);
      case 'arrived':
        return this.#arrive(input);
      case 'compacted':
        this.#isFolded = input.covers;
        this.#letGo(input.snapshotBytes);
        this.#coverage.settle(
          input.deleteSet,
          this.#tail.map(({ update }) => readUpdate(update)),
        );
        return [];
      default:
        return input satisfies never;
    }
  }

  #changeRights({ session, canWrite }: Extract<RoomInput, { type: 'rights-changed' }>): RoomEffect[] {
    const found = this.#sessions.get(session);
    if (!found) return [];
    found.canWrite = canWrite;
    if (!canWrite || found.whole !== 'refused') return [];
    // What was refused meanwhile is asked for as a whole: an acknowledgement of anything later would run over it (RM7).
    found.whole = 'asked';
    return [{ type: 'ask-whole', session, stateVector: this.stateVector() }];
  }

  #push({ session, number, kind, update }: Extract<RoomInput, { type: 'pushed' }>): RoomEffect[] {
    const from = this.#sessions.get(session);
    if (!from) return [];

    let summary: UpdateSummary;
    try {
      summary = readUpdate(update);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.step({ type: 'left', session }); // RM2
      return [{ type: 'expel', session, reason: 'malformed' }];
    }

    if (!this.#coverage.isNews(summary)) {
      const credits = this.#confirmations(from.userId, kind, summary);
      if (credits.credits.length > 0 || credits.owners.length > 0) {
        this.#position += 1;
        return [{ type: 'store', position: this.#position, update: null, ...credits }, ...this.#acknowledge(session, from, number, kind)];
      }
      return this.#acknowledge(session, from, number, kind);
    }
    if (!from.canWrite) return this.#refuse(session, from, number, 'not-allowed'); // RM4
    if (update.length > this.#limits.updateBytesMax) return this.#refuse(session, from, number, 'update-too-large'); // RM9
    if (this.#bytes + update.length > this.#limits.documentBytesMax) return this.#refuse(session, from, number, 'document-full');
    if (!this.#coverage.integrates(summary)) return this.#turnAway(session, from, kind); // RM3
    if (from.whole !== 'had' && kind === 'edit') {
      // Asked for the whole already, which will hold this edit too. Taking it now would let a cumulative
      // acknowledgement run over the edits before it that were turned away (RM7).
      return [];
    }

    const credited = this.#credit(from.userId, kind, summary);
    this.#coverage.add(summary);
    this.#position += 1;
    this.#bytes += update.length;
    const entry = { update, row: null, position: this.#position };
    this.#tail.push(entry);
    this.#uncommitted.push(entry);
    return [{ type: 'store', position: this.#position, update, ...credited }, { type: 'relay', update, except: session }, ...this.#acknowledge(session, from, number, kind), ...this.#askAgain()];
  }

  #refuse(session: number, from: Session, number: number, reason: RefusalReason): RoomEffect[] {
    from.whole = 'refused';
    return [{ type: 'refuse', session, number, reason }];
  }

  /** RM3: once for each gap; a client whose whole does not suffice is not asked in a circle. */
  #turnAway(session: number, from: Session, kind: PushKind): RoomEffect[] {
    if (from.whole === 'had') {
      from.whole = 'asked';
      return [{ type: 'ask-whole', session, stateVector: this.stateVector() }];
    }
    if (kind === 'resync') from.whole = 'lacking';
    return [];
  }

  /** The document has grown: what a session lacked may be there now. */
  #askAgain(): RoomEffect[] {
    const effects: RoomEffect[] = [];
    for (const [session, from] of this.#sessions) {
      if (from.whole !== 'lacking') continue;
      from.whole = 'asked';
      effects.push({ type: 'ask-whole', session, stateVector: this.stateVector() });
    }
    return effects;
  }

  /** RM8 for clocks that are new. */
  #credit(userId: string, kind: PushKind, summary: UpdateSummary): Credited {
    const fresh = this.#coverage.newClocks(summary);
    const owners = this.#takeOwnership(userId, kind, summary.brings);
    for (const range of fresh) if (this.#owners.get(range.client) !== userId) this.#unconfirmed.add(range);
    const confirmed = this.#confirm(userId, summary.brings);
    return { credits: [...fresh, ...confirmed].map((range) => ({ ...range, by: userId })), owners };
  }

  /** RM8 for clocks that are known: only what their owner had not shown yet. */
  #confirmations(userId: string, kind: PushKind, summary: UpdateSummary): Credited {
    const owners = this.#takeOwnership(userId, kind, summary.brings);
    return { credits: this.#confirm(userId, summary.brings).map((range) => ({ ...range, by: userId })), owners };
  }

  #takeOwnership(userId: string, kind: PushKind, brings: readonly Range[]): { client: number; by: string }[] {
    if (kind !== 'edit') return [];
    const taken: { client: number; by: string }[] = [];
    for (const { client } of brings) {
      if (this.#owners.has(client)) continue;
      this.#owners.set(client, userId);
      taken.push({ client, by: userId });
    }
    return taken;
  }

  #confirm(userId: string, brings: readonly Range[]): Range[] {
    const confirmed: Range[] = [];
    for (const range of brings) {
      if (this.#owners.get(range.client) !== userId) continue;
      for (const part of this.#unconfirmed.within(range)) {
        this.#unconfirmed.remove(part);
        confirmed.push(part);
      }
    }
    return confirmed;
  }

  /** RM6, RM7: now if all is committed, else when the position is. */
  #acknowledge(session: number, from: Session, number: number, kind: PushKind): RoomEffect[] {
    if (number === UNFINISHED) return [];
    if (from.whole !== 'had') {
      if (kind === 'edit' || from.whole === 'refused') return [{ type: 'known', session, number }];
      from.whole = 'had';
    }
    from.waiting.push({ number, position: this.#position });
    this.#waiting.set(session, from);
    return this.#confirmWaiting(session, from);
  }

  #confirmWaiting(session: number, from: Session): RoomEffect[] {
    let reached = from.acked;
    while (from.waiting.length > 0 && from.waiting[0]!.position <= this.#committed) reached = from.waiting.shift()!.number;
    if (from.waiting.length === 0) this.#waiting.delete(session);
    if (reached === from.acked) return [];
    from.acked = reached;
    return [{ type: 'ack', session, upTo: reached }];
  }

  #commit({ rows }: Extract<RoomInput, { type: 'committed' }>): RoomEffect[] {
    for (const { position, row } of rows) {
      this.#committed = Math.max(this.#committed, position);
      // One row holds a batch. An entry without its row would stay in the tail after the snapshot has it.
      while (this.#uncommitted.length > 0 && this.#uncommitted[0]!.position <= position) this.#uncommitted.shift()!.row = row;
      // The row may have been folded before its own answer came.
      if (this.#isFolded(row)) this.#letGo(this.#bytes - this.#tailBytes());
    }
    return [...this.#waiting].flatMap(([session, from]) => this.#confirmWaiting(session, from));
  }

  /** Lets the tail go as far as the snapshot holds it. */
  #letGo(snapshotBytes: number): void {
    this.#tail = this.#tail.filter(({ row }) => row === null || !this.#isFolded(row));
    this.#bytes = snapshotBytes + this.#tailBytes();
  }

  #tailBytes(): number {
    return this.#tail.reduce((sum, { update }) => sum + update.length, 0);
  }

  #arrive({ update, row, credited }: Extract<RoomInput, { type: 'arrived' }>): RoomEffect[] {
    const summary = readUpdate(update);
    if (credited) this.#takeCredits(credited, this.#coverage.newClocks(summary));
    // What brought it before is in the tail or the snapshot: a second copy would be sent to every joiner.
    if (!this.#coverage.isNews(summary)) return [];
    this.#tail.push({ update, row, position: this.#position });
    this.#coverage.add(summary);
    this.#bytes += update.length;
    return [{ type: 'relay', update, except: null }, ...this.#askAgain()]; // RM10
  }

  /** RM8 for what was credited elsewhere. A clock that was known here already keeps its standing, unless its owner showed it there. */
  #takeCredits({ credits, owners }: Credited, fresh: readonly Range[]): void {
    for (const { client, by } of owners) if (!this.#owners.has(client)) this.#owners.set(client, by);
    for (const range of fresh) this.#unconfirmed.add(range);
    for (const credit of credits) if (this.#owners.get(credit.client) === credit.by) this.#unconfirmed.remove(credit);
  }
}

/** The number of a part of a whole that more parts follow: it is acknowledged with the last of them (RM7). */
export const UNFINISHED = 0;

/** An `edit` is a person's own change as it happens; a `resync` is whatever the client had that the server lacked. */
export type PushKind = 'edit' | 'resync';

/** Where a committed update stands in the log. */
export interface LogRow {
  node: string;
  seq: number;
}

interface TailEntry {
  update: Uint8Array;
  row: LogRow | null;
  position: number;
}

interface Session {
  readonly userId: string;
  canWrite: boolean;
  /**
   * Whether the session was asked for everything it has; until that comes nothing of it may be acknowledged. `lacking`:
   * even the whole refers to something unknown, and is asked for again when the document has grown. `refused`: something
   * of it was refused, and is asked for when the right comes back.
   */
  whole: 'had' | 'asked' | 'lacking' | 'refused';
  acked: number;
  waiting: { number: number; position: number }[];
}

export interface RoomState {
  coverage: Coverage;
  /** Bytes of snapshot and tail. */
  bytes: number;
  /** Which person a client id belongs to. */
  owners?: Map<number, string>;
  /** Clocks that were delivered by someone other than their owner. */
  unconfirmed?: IdRanges;
  /** Committed updates since the snapshot. */
  tail?: { update: Uint8Array; row: LogRow }[];
  limits: DocumentLimits;
}

/** Who delivered which clocks. */
export interface Credit extends Range {
  by: string;
}

export interface Credited {
  credits: Credit[];
  /** Client ids that now belong to someone. */
  owners: { client: number; by: string }[];
}

export type RoomInput =
  | { type: 'joined'; session: number; userId: string; canWrite: boolean }
  | { type: 'left'; session: number }
  | { type: 'rights-changed'; session: number; canWrite: boolean }
  /** `number` rises with every push of a session, but for unfinished parts of a whole. */
  | { type: 'pushed'; session: number; number: number; kind: PushKind; update: Uint8Array }
  /** Everything up to and including these positions is committed, each in the first row that reaches it. In rising order. */
  | { type: 'committed'; rows: { position: number; row: LogRow }[] }
  /** `credited`: what the row says of whose words it brings, the same with each of its updates. */
  | { type: 'arrived'; update: Uint8Array; row: LogRow; credited?: Credited }
  /** `deleteSet`: of the new snapshot, as the update writes it. */
  | { type: 'compacted'; covers: (row: LogRow) => boolean; snapshotBytes: number; deleteSet: Uint8Array };

export type RefusalReason = 'not-allowed' | 'update-too-large' | 'document-full';

export type RoomEffect =
  /** Append to the log; answer with `committed` for the position. `update` is null when only credits are new. */
  | ({ type: 'store'; position: number; update: Uint8Array | null } & Credited)
  | { type: 'relay'; update: Uint8Array; except: number | null }
  | { type: 'ack'; session: number; upTo: number }
  /** This one brings nothing new, but an acknowledgement would run over others: for wires that count message by message. */
  | { type: 'known'; session: number; number: number }
  | { type: 'refuse'; session: number; number: number; reason: RefusalReason }
  | { type: 'ask-whole'; session: number; stateVector: Uint8Array }
  | { type: 'expel'; session: number; reason: 'malformed' };
