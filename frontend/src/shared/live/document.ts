import { CLOSE, type DocumentId, type ProjectId, type UserId } from '@cowrite/contract';
import { sceneLines } from '@cowrite/manuscript';
import { type ClientFrame, Coverage, readUpdate, Replica, type ReplicaInput, type ServerFrame, uuidBytes } from '@cowrite/sync-core';
import * as Y from 'yjs';
import type { Disk, RecoveryDraft } from './disk.ts';
import { draftLines } from './draft-lines.ts';
import type { Access, ConnectionState, DocumentState, LiveDocument, Person, Proposal, SaveState } from './live.ts';
import { SnapshotFetch } from './snapshot-fetch.ts';

/** Origins of changes that are not this tab's writer. */
const REMOTE = Symbol('from the server');
const DISK = Symbol('from this device');

/** Others' changes wait no longer than this for a composition to end (product.md §4.1). */
const HELD_AT_MOST_MS = 1_500;
/** The state on disk may lag the outbox by this much; the outbox never lags. */
const KEEP_STATE_AFTER_MS = 1_000;
/** The others see how a proposal begins, and that it is one. */
const PROPOSAL_UNITS_SHOWN = 200;
const CARET_EVERY_MS = 100;

/** What a document needs of the socket it shares with its siblings. */
export interface Channel {
  readonly projectId: ProjectId;
  readonly userId: UserId;
  /** Null until the disk was opened, and for good when this browser keeps nothing. */
  readonly disk: Promise<Disk | null>;
  send(frame: ClientFrame): void;
  /** The bytes of a snapshot at a path that the server told. */
  fetchSnapshot(path: string, signal: AbortSignal): Promise<Uint8Array>;
  getConnection(): ConnectionState;
  /** Whether what is said now goes somewhere. */
  canSend(): boolean;
  tellOtherTabs(documentId: DocumentId, endedEpoch: number | null): void;
  /** Its history was left: whoever opens the scene from now on gets a fresh document. */
  over(document: ReplicaHost): void;
  /** The last user let go. */
  closed(document: ReplicaHost): void;
  changed(): void;
}

type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;
export type ChannelFrame = FrameOf<'opened' | 'snapshot' | 'content' | 'ready' | 'updates' | 'ack' | 'refused' | 'whole' | 'people' | 'rights' | 'closed'>;

type Closed = Extract<SaveState, { kind: 'closed' }>['reason'];
const CLOSED: Record<number, Closed> = { [CLOSE.signedOut]: 'signed-out', [CLOSE.notAllowed]: 'not-allowed', [CLOSE.gone]: 'gone', [CLOSE.oldEpoch]: 'old-epoch', [CLOSE.malformed]: 'malformed' };

/** One scene in this tab: the Y.Doc, its replica, and the effects the replica asks for. */
export class ReplicaHost implements LiveDocument {
  readonly documentId: DocumentId;
  readonly doc = new Y.Doc();
  readonly fragment = this.doc.getXmlFragment('default');
  readonly number: number;
  readonly #channel: Channel;
  readonly #replica = new Replica();
  readonly #listeners = new Set<() => void>();
  #people: ReadonlyMap<number, Person> = new Map();
  /** The people whom `#state` shows. */
  #shownPeople = this.#people;
  /** Where each numbered edit lies on the disk. */
  readonly #keys = new Map<number, IDBValidKey>();
  /** Made on this device just now: the server may not know it yet. */
  readonly #isFresh: boolean;
  #users = 1;
  #state: DocumentState;
  #save: SaveState;
  #loaded = false;
  #ready: Promise<void>;
  #epoch = 0;
  /** The history was replaced, and this document leaves it. */
  #isLeaving = false;
  #isOver = false;
  #drafts: readonly RecoveryDraft[] = [];
  #trashed = false;
  #closed: Closed | null = null;
  #savedAt: Date | null = null;
  #storageWorks = true;
  #heldTimer: ReturnType<typeof setTimeout> | null = null;
  #keepTimer: ReturnType<typeof setTimeout> | null = null;
  #caretTimer: ReturnType<typeof setTimeout> | null = null;
  #caret: { anchor: Y.RelativePosition; head: Y.RelativePosition } | null = null;
  #proposal: Proposal | null = null;
  #caretClock = 0;
  /** The last state on the disk that this tab has seen. */
  #keptName: string | null = null;
  /** What this tab received since then, on the disk. */
  #received: IDBValidKey[] = [];
  readonly #snapshot = new SnapshotFetch<ChannelFrame>({
    get: (path, signal) => this.#channel.fetchSnapshot(path, signal),
    arrived: (update) => this.#step({ type: 'received', update }),
    hear: (frame) => this.#hear(frame),
    failed: () => this.#openAgain(),
  });

  constructor({ documentId, number, channel, isFresh }: { documentId: DocumentId; number: number; channel: Channel; isFresh: boolean }) {
    this.documentId = documentId;
    this.number = number;
    this.#channel = channel;
    this.#isFresh = isFresh;
    this.#loaded = isFresh;
    this.#save = this.#saveNow();
    this.#state = { access: this.#accessNow(this.#save), people: [], storageWorks: true, drafts: [], isOver: false };
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      this.#keepStateSoon();
      if (origin !== REMOTE && origin !== DISK) this.#step({ type: 'edited', update });
      // A key that was pressed while the history was being left belongs to what is laid by.
      if (this.#isOver) void this.#leaveHistory();
    });
    this.#ready = this.#restore();
  }

  /** First what this device has, so that a reload shows the text at once and an outbox is never forgotten. */
  async #restore(): Promise<void> {
    const disk = await this.#channel.disk;
    if (!disk) {
      this.#storageWorks = false;
      this.#refresh();
      return;
    }
    void this.#readDrafts();
    try {
      const [state, entries] = await Promise.all([disk.state(this.documentId), disk.outbox(this.documentId)]);
      for (const update of state ? [state.update, ...state.received.map((received) => received.update)] : []) Y.applyUpdate(this.doc, update, DISK);
      this.#keptName = state?.name ?? null;
      this.#received = state?.received.map(({ key }) => key) ?? [];
      for (const { update } of entries) Y.applyUpdate(this.doc, update, DISK);
      // What waits is known before anything else is: a scene must not look saved on its way here.
      const first = this.#replica.nextNumber;
      entries.forEach(({ key }, at) => this.#keys.set(first + at, key));
      this.#loaded ||= state !== null || entries.length > 0;
      this.#step({ type: 'restored', entries: entries.map(({ update }, at) => ({ number: first + at, update })) });
      // Edits without a state are of a history too, and must not be sent into another one.
      this.#epoch = state?.epoch ?? Math.max(0, ...entries.map(({ epoch }) => epoch ?? 0));
      if (state) {
        this.#step({ type: 'rights', canWrite: state.canWrite });
      }
    } catch {
      // The disk answered with an error: the server's copy is still there, and the page says that nothing is kept.
      this.#storageWorks = false;
    }
    this.#refresh();
  }

  get waiting(): number {
    return this.#replica.waiting;
  }

  retain(): void {
    this.#users += 1;
  }

  // ── what the pages see ──

  getState(): DocumentState {
    return this.#state;
  }

  getSave(): SaveState {
    return this.#save;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setComposing(composing: boolean): void {
    this.#step({ type: 'composing', composing });
    if (this.#heldTimer) clearTimeout(this.#heldTimer);
    this.#heldTimer = composing
      ? setTimeout(() => {
          this.#step({ type: 'composing', composing: false });
          this.setComposing(true);
        }, HELD_AT_MOST_MS)
      : null;
  }

  setCaret(caret: { anchor: Y.RelativePosition; head: Y.RelativePosition } | null): void {
    this.#caret = caret;
    this.#sayCaretSoon();
  }

  setProposal(proposal: Proposal | null): void {
    if (proposal === null && this.#proposal === null) return;
    this.#proposal = proposal && { ...proposal, text: proposal.text.slice(0, PROPOSAL_UNITS_SHOWN) };
    this.#sayCaretSoon();
  }

  #sayCaretSoon(): void {
    this.#caretTimer ??= setTimeout(() => {
      this.#caretTimer = null;
      this.#sayCaret();
    }, CARET_EVERY_MS);
  }

  unsentText(): string | null {
    return this.#replica.waiting > 0 && !this.#isOver ? sceneLines(this.fragment).join('\n') : null;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    for (const timer of [this.#heldTimer, this.#caretTimer]) if (timer) clearTimeout(timer);
    this.#snapshot.end();
    if (this.#replica.isUp) this.#channel.send({ type: 'close', channel: this.number });
    void this.#keepState();
    this.#channel.closed(this);
  }

  // ── what the socket says ──

  /** Called on every fresh socket. */
  async connect(): Promise<void> {
    await this.#ready;
    if (!this.#channel.canSend() || this.#closed || this.#isLeaving) return;
    this.#step({ type: 'opening' });
    this.#open(true);
  }

  /** Where a large snapshot cannot be fetched, it is sent. */
  #openAgain(): void {
    this.#channel.send({ type: 'close', channel: this.number });
    // Nothing of its history is here: if that was replaced meanwhile, the new one is as good.
    if (!this.#loaded) this.#epoch = 0;
    this.#step({ type: 'opening' });
    this.#open(false);
  }

  #open(canFetch: boolean): void {
    const stateVector = this.#hasPending() ? Uint8Array.of(0) : Y.encodeStateVector(this.doc);
    // Said only by who has nothing: the snapshot is of use to nobody else.
    const asksToFetch = canFetch && stateVector.length === 1;
    this.#channel.send({ type: 'open', channel: this.number, documentId: uuidBytes(this.documentId), epoch: this.#epoch, stateVector, ...(asksToFetch ? { canFetch: true } : {}) });
  }

  disconnect(): void {
    this.#snapshot.end();
    this.#people = new Map();
    this.#step({ type: 'disconnected' });
  }

  /** Another tab left a history, or (null) changed what is laid by. */
  async heardOfHistory(epoch: number | null): Promise<void> {
    if (epoch !== null && epoch === this.#epoch) await this.#leaveHistory();
    else await this.#readDrafts();
  }

  async discardDraft(draft: RecoveryDraft): Promise<void> {
    await (await this.#channel.disk)?.discardDraft(draft);
    this.#channel.tellOtherTabs(this.documentId, null);
    await this.#readDrafts();
  }

  async #readDrafts(): Promise<void> {
    const disk = await this.#channel.disk;
    this.#drafts = (await disk?.drafts(this.documentId).catch(() => null)) ?? this.#drafts;
    this.#refresh();
  }

  /** The server will not have this tab's socket back. */
  close(reason: Closed): void {
    this.#closed = reason;
    this.disconnect();
  }

  receive(frame: ChannelFrame): void {
    if (!this.#snapshot.holds(frame)) this.#hear(frame);
  }

  #hear(frame: ChannelFrame): void {
    switch (frame.type) {
      case 'opened':
        this.#epoch = frame.epoch;
        this.#trashed = false;
        return this.#step({ type: 'opened', canWrite: frame.canWrite });
      case 'snapshot':
        return this.#snapshot.begin(frame.path);
      case 'content':
        return this.#step({ type: 'received', update: frame.update });
      case 'updates':
        for (const update of frame.updates) this.#step({ type: 'received', update });
        return;
      case 'ready':
        this.#loaded = true;
        this.#step({ type: 'ready', stateVector: frame.stateVector });
        if (this.#replica.waiting === 0) this.#savedAt ??= new Date();
        this.#sayCaret();
        return this.#refresh();
      case 'ack':
        this.#step({ type: 'acked', upTo: frame.upTo });
        if (this.#replica.waiting === 0) this.#savedAt = new Date();
        return this.#refresh();
      case 'refused':
        return this.#step({ type: 'refused' });
      case 'whole':
        return this.#step({ type: 'whole-wanted', stateVector: frame.stateVector });
      case 'rights':
        this.#trashed = frame.trashed;
        return this.#step({ type: 'rights', canWrite: frame.canWrite });
      case 'people':
        return this.#meet(frame.people);
      case 'closed':
        return this.#channelClosed(frame.code);
      default:
        return frame satisfies never;
    }
  }

  #channelClosed(code: number): void {
    this.#snapshot.end();
    this.#step({ type: 'disconnected' });
    if (code === CLOSE.oldEpoch) return void this.#leaveHistory();
    // A scene made offline is announced by the outline's own outbox, a moment after the socket is back.
    if ((code === CLOSE.gone && this.#isFresh && !this.#savedAt) || !CLOSED[code]) {
      setTimeout(() => void this.connect(), 1_000);
      return;
    }
    this.#closed = CLOSED[code]!;
    this.#refresh();
  }

  /**
   * History was replaced. What was not sent is laid by on this device, the rest of the old history is forgotten, and the
   * pages are told to open the scene again. A device that keeps nothing offers the text as a copy, as for any other end.
   */
  async #leaveHistory(): Promise<void> {
    const isFirst = !this.#isLeaving;
    this.#isLeaving = true;
    await this.#ready;
    const disk = await this.#channel.disk;
    try {
      if (!disk) throw new Error('nothing is kept here');
      await disk.leaveHistory(
        { documentId: this.documentId, projectId: this.#channel.projectId, epoch: this.#epoch, update: Y.encodeStateAsUpdate(this.doc), unsent: this.#replica.unsent(), at: new Date() },
        { merge: (updates) => Y.mergeUpdates(updates), lines: draftLines },
      );
      await this.#readDrafts();
      this.#isOver = true;
      this.#channel.over(this);
    } catch {
      // Nothing of the text was moved: it is still here, and the page says how it can be kept.
    }
    this.#closed = 'old-epoch';
    this.#refresh();
    if (isFirst && this.#isOver) this.#channel.tellOtherTabs(this.documentId, this.#epoch);
  }

  #meet(people: FrameOf<'people'>['people']): void {
    const met = new Map(this.#people);
    for (const { client, userId, name, colour, state } of people) {
      if (client === this.doc.clientID) continue;
      if (state === '') met.delete(client);
      else met.set(client, { clientId: client, userId: userId as UserId, name, colour, caret: caretOf(state), proposal: proposalOf(state) });
    }
    this.#people = met;
    this.#refresh();
  }

  #sayCaret(): void {
    if (!this.#replica.isUp) return;
    this.#caretClock += 1;
    const cursor = this.#caret && { anchor: Y.relativePositionToJSON(this.#caret.anchor), head: Y.relativePositionToJSON(this.#caret.head) };
    this.#channel.send({
      type: 'presence',
      channel: this.number,
      client: this.doc.clientID,
      clock: this.#caretClock,
      state: JSON.stringify(this.#proposal === null ? { cursor } : { cursor, proposal: { at: Y.relativePositionToJSON(this.#proposal.at), text: this.#proposal.text } }),
    });
  }

  // ── what the replica asks for ──

  #step(input: ReplicaInput): void {
    for (const effect of this.#replica.step(input)) {
      switch (effect.type) {
        case 'persist':
          void this.#persist(effect.number, effect.update);
          break;
        case 'forget':
          this.#forget(effect.upTo);
          break;
        case 'push':
          this.#channel.send({ type: 'push', channel: this.number, number: effect.number, kind: effect.kind, update: effect.update });
          break;
        case 'apply':
          this.#keepReceived(effect.update);
          Y.applyUpdate(this.doc, effect.update, REMOTE);
          break;
        case 'compare':
          this.#compare(effect.server, effect.stateVector);
          break;
        case 'whole':
          this.#step({ type: 'whole', update: Y.encodeStateAsUpdate(this.doc, effect.stateVector) });
          break;
        case 'changed':
          this.#refresh();
          break;
        default:
          effect satisfies never;
      }
    }
  }

  /** Whether this document holds what neither the server nor the outbox has: then the server gets the rest too. */
  #compare(server: Coverage, stateVector: Uint8Array): void {
    if (this.#hasPending()) return;
    if (server.isNews(readUpdate(Y.encodeStateAsUpdate(this.doc)))) this.#step({ type: 'whole', update: Y.encodeStateAsUpdate(this.doc, stateVector) });
  }

  #hasPending(): boolean {
    return this.doc.store.pendingStructs !== null || this.doc.store.pendingDs !== null;
  }

  async #persist(number: number, update: Uint8Array): Promise<void> {
    const disk = await this.#channel.disk;
    try {
      if (disk) this.#keys.set(number, await disk.keep({ projectId: this.#channel.projectId, documentId: this.documentId, epoch: this.#epoch, update }));
    } catch {
      // Quota or private mode: it is sent all the same, and the page warns that a closed tab would lose what waits.
      this.#storageWorks = false;
    }
    this.#step({ type: 'persisted', number });
    this.#channel.changed();
  }

  #forget(upTo: number): void {
    const keys = [...this.#keys].filter(([number]) => number <= upTo);
    for (const [number] of keys) this.#keys.delete(number);
    // A failure here only means that the same edits are sent once more, which changes nothing.
    void this.#channel.disk.then((disk) => disk?.forget(keys.map(([, key]) => key))).catch(() => undefined);
    this.#channel.changed();
  }

  #keepReceived(update: Uint8Array): void {
    this.#channel.disk
      .then(async (disk) => {
        if (disk) this.#received.push(await disk.keepReceived({ documentId: this.documentId, epoch: this.#epoch, update }));
      })
      .catch(() => {
        this.#storageWorks = false;
      });
  }

  #keepStateSoon(): void {
    this.#keepTimer ??= setTimeout(() => void this.#keepState(), KEEP_STATE_AFTER_MS);
  }

  async #keepState(): Promise<void> {
    if (this.#keepTimer) clearTimeout(this.#keepTimer);
    this.#keepTimer = null;
    const disk = await this.#channel.disk;
    if (!disk || !this.#loaded || this.#isLeaving || this.#hasPending()) return;
    // Never a state with an edit that the outbox lacks: a deletion moves no clock, and would be known here alone.
    if (!this.#replica.isOnDisk) return this.#keepStateSoon();
    const received = this.#received.splice(0);
    try {
      const state = { documentId: this.documentId, projectId: this.#channel.projectId, update: Y.encodeStateAsUpdate(this.doc), epoch: this.#epoch, canWrite: this.#replica.canWrite };
      this.#keptName = await disk.keepState(state, { known: this.#keptName, received, merge: (theirs, ours) => Y.mergeUpdates([theirs, ours]) });
    } catch {
      this.#received.push(...received);
      this.#storageWorks = false;
      this.#refresh();
    }
  }

  // ── the state the pages see ──

  /** The socket's state changed. */
  refresh(): void {
    this.#refresh();
  }

  #refresh(): void {
    const save = this.#saveNow();
    const access = this.#accessNow(save);
    const people = this.#people === this.#shownPeople ? this.#state.people : [...this.#people.values()];
    this.#shownPeople = this.#people;
    const state: DocumentState = { access: isSame(access, this.#state.access) ? this.#state.access : access, people, storageWorks: this.#storageWorks, drafts: this.#drafts, isOver: this.#isOver };
    if (!isSame(state, this.#state)) this.#state = state;
    if (!isSame(save, this.#save)) this.#save = save;
    for (const listener of this.#listeners) listener();
  }

  #saveNow(): SaveState {
    // What was laid by waits for nothing any more.
    const waiting = this.#isOver ? 0 : this.#replica.waiting;
    if (this.#closed) return { kind: 'closed', reason: this.#closed, unsent: waiting };
    if (!this.#loaded) return { kind: 'opening' };
    if (!this.#replica.canWrite) return { kind: 'read-only', reason: this.#trashed ? 'trashed' : 'role', unsent: waiting };
    if (this.#channel.getConnection() === 'offline') return { kind: 'offline', waiting };
    return waiting > 0 ? { kind: 'saving', waiting } : { kind: 'saved', at: this.#savedAt };
  }

  #accessNow(save: SaveState): Access {
    return save.kind === 'opening' || save.kind === 'read-only' || save.kind === 'closed' ? save : WRITING;
  }
}

const WRITING: Access = { kind: 'writing' };

/** Whether two plain states say the same. */
function isSame(left: object, right: object): boolean {
  const [one, other] = [Object.entries(left), new Map<string, unknown>(Object.entries(right))];
  return one.length === other.size && one.every(([key, value]) => Object.is(other.get(key), value));
}

/** The caret in an awareness state, whoever wrote it; null when there is none that can be read. */
function caretOf(state: string): Person['caret'] {
  try {
    const { cursor } = JSON.parse(state) as { cursor?: { anchor?: unknown; head?: unknown } | null };
    if (!cursor?.anchor || !cursor.head) return null;
    return { anchor: Y.createRelativePositionFromJSON(cursor.anchor), head: Y.createRelativePositionFromJSON(cursor.head) };
  } catch {
    return null;
  }
}

/** What is proposed to whoever has this awareness state; null when nothing is that can be read. */
function proposalOf(state: string): Proposal | null {
  try {
    const { proposal } = JSON.parse(state) as { proposal?: { at?: unknown; text?: unknown } | null };
    if (!proposal?.at || typeof proposal.text !== 'string') return null;
    return { at: Y.createRelativePositionFromJSON(proposal.at), text: proposal.text.slice(0, PROPOSAL_UNITS_SHOWN) };
  } catch {
    return null;
  }
}
