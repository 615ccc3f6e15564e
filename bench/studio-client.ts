import { type PersonState, type RefusalReason, type ReplicaInput, readServerFrame, readUpdate, Replica, type ServerFrame, uuidBytes, writeClientFrame } from '@cowrite/sync-core';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { BROKEN, type Carrier, type CarrierKind, type Ears } from '../frontend/src/shared/live/carrier.ts';
import { SnapshotFetch } from '../frontend/src/shared/live/snapshot-fetch.ts';
import { openStream } from '../frontend/src/shared/live/stream-carrier.ts';

const REMOTE = Symbol('remote');

/**
 * The studio's client without a browser: the same Replica and frames, a Y.Doc, a socket that comes back, and an outbox in
 * memory that outlives sockets (not the process). What the checker and the benches write with.
 */
export class StudioClient {
  readonly doc: Y.Doc = new Y.Doc();
  readonly #replica = new Replica();
  #url: string;
  readonly #documentId: string;
  readonly #ticket: () => Promise<string>;
  readonly #waiters = new Set<() => void>();
  readonly #kind: CarrierKind;
  #carrier: Carrier | null = null;
  #stopped = false;
  #retryMs = 20;
  #epoch = 0;
  /** Called with every cumulative acknowledgement's moment; the checker reads the clock there. */
  onAck: (upTo: number) => void = () => undefined;
  onRemote: () => void = () => undefined;
  /** Who else is there, by client id. */
  readonly people = new Map<number, PersonState>();
  #caret: string | null = null;
  #caretClock = 0;
  readonly events: unknown[] = [];
  readonly refusals: string[] = [];
  readonly closes: number[] = [];
  /** How often the server took a fresh ticket on an open socket. */
  renewals = 0;
  /** How many snapshots came over HTTP. */
  fetched = 0;
  #canFetch: boolean;
  readonly #snapshot = new SnapshotFetch<ServerFrame>({
    get: async (path, signal) => {
      const answer = await fetch(this.#url + path, { signal });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    },
    arrived: (update) => {
      this.fetched += 1;
      this.#step({ type: 'received', update });
    },
    hear: (frame) => this.#hear(frame),
    failed: () => {
      this.#canFetch = false;
      this.#push({ type: 'close', channel: 1 });
      this.#open();
    },
  });

  constructor({ syncUrl, documentId, ticket, clientId, over = 'socket', canFetch = false }: { syncUrl: string; documentId: string; ticket: () => Promise<string>; clientId?: number; over?: CarrierKind; canFetch?: boolean }) {
    this.#url = syncUrl;
    this.#kind = over;
    this.#canFetch = canFetch;
    this.#documentId = documentId;
    this.#ticket = ticket;
    if (clientId !== undefined) this.doc.clientID = clientId;
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === REMOTE) this.onRemote();
      else this.#step({ type: 'edited', update });
    });
    void this.#connect();
  }

  get waiting(): number {
    return this.#replica.waiting;
  }

  get canWrite(): boolean {
    return this.#replica.canWrite;
  }

  get isUp(): boolean {
    return this.#replica.isUp;
  }

  /** Number of the last local edit. */
  get lastNumber(): number {
    return this.#replica.nextNumber - 1;
  }

  /** Resolves when `condition` holds; it is looked at whenever anything happened here. */
  until(condition: () => boolean, what: string, timeoutMs = 30_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiters.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(look);
        reject(new Error(`${what} did not happen within ${timeoutMs} ms (waiting ${this.waiting}, up ${this.isUp}, closed with ${this.closes.join(' ')})`));
      }, timeoutMs);
      this.#waiters.add(look);
      look();
    });
  }

  saved(timeoutMs?: number): Promise<void> {
    return this.until(() => this.isUp && this.waiting === 0, 'everything saved', timeoutMs);
  }

  stop(): void {
    this.#stopped = true;
    this.cut();
  }

  /** Cuts the carrier as a dead network would; it comes back by itself. */
  cut(): void {
    this.#carrier?.drop();
  }

  /** Cuts the socket, and resolves when it is back. */
  async comesBack(timeoutMs?: number): Promise<void> {
    const before = this.closes.length;
    this.cut();
    await this.until(() => this.closes.length > before && this.isUp, 'coming back', timeoutMs);
  }

  /** Shows a caret, now and after every reconnect. */
  showCaret(state: string): void {
    this.#caret = state;
    this.#sayCaret();
  }

  #sayCaret(): void {
    if (this.#caret !== null && this.isUp) this.#push({ type: 'presence', channel: 1, client: this.doc.clientID, clock: (this.#caretClock += 1), state: this.#caret });
  }

  /** Goes on at another node. */
  moveTo(syncUrl: string): void {
    this.#url = syncUrl;
    this.cut();
  }

  /** Comes back after a close that forbade it: someone signed in again. */
  comeBack(): void {
    if (!this.isUp) void this.#connect();
  }

  send(bytes: Uint8Array): void {
    this.#carrier?.send(bytes);
  }

  async #connect(): Promise<void> {
    let ticket: string;
    try {
      ticket = await this.#ticket();
    } catch {
      return this.#again();
    }
    if (this.#stopped) return;
    const hello = writeClientFrame({ type: 'hello', version: 1, ticket, lastSeq: 0 });
    const ears = {
      // In one breath with the hello; a stream is known to other nodes once it is welcome.
      opened: () => {
        if (this.#kind === 'socket') this.#open();
      },
      message: (frame: Uint8Array) => this.#receive(readServerFrame(frame)),
      closed: (code: number) => {
        if (this.#carrier !== carrier) return;
        this.#carrier = null;
        this.closes.push(code);
        this.#snapshot.end();
        this.#step({ type: 'disconnected' });
        this.people.clear();
        this.#look();
        if (!(code >= 4400 && code < 4500)) this.#again();
      },
    };
    const carrier: Carrier = this.#kind === 'socket' ? openSocket(this.#url, hello, ears) : cuttable(openStream(this.#url, hello, ears), ears);
    this.#carrier = carrier;
  }

  #again(): void {
    if (this.#stopped) return;
    // Short waits with jitter: a checker wants many reconnects, not polite ones.
    setTimeout(() => void this.#connect(), this.#retryMs * (0.5 + Math.random()));
    this.#retryMs = Math.min(this.#retryMs * 1.5, 500);
  }

  #open(): void {
    this.#step({ type: 'opening' });
    this.#push({
      type: 'open',
      channel: 1,
      documentId: uuidBytes(this.#documentId),
      epoch: this.#epoch,
      stateVector: this.doc.store.pendingStructs ? Uint8Array.of(0) : Y.encodeStateVector(this.doc),
      ...(this.#canFetch ? { canFetch: true } : {}),
    });
  }

  #receive(frame: ServerFrame): void {
    // A word about no channel is not held up by one.
    if (!('channel' in frame) || !this.#snapshot.holds(frame)) this.#hear(frame);
  }

  #hear(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.#retryMs = 20;
        if (this.#kind === 'stream') this.#open();
        break;
      case 'opened':
        this.#epoch = frame.epoch;
        this.#step({ type: 'opened', canWrite: frame.canWrite });
        break;
      case 'snapshot':
        this.#snapshot.begin(frame.path);
        break;
      case 'content':
        this.#step({ type: 'received', update: frame.update });
        break;
      case 'updates':
        for (const update of frame.updates) this.#step({ type: 'received', update });
        break;
      case 'ready':
        this.#step({ type: 'ready', stateVector: frame.stateVector });
        this.#sayCaret();
        break;
      case 'ack':
        this.onAck(frame.upTo);
        this.#step({ type: 'acked', upTo: frame.upTo });
        break;
      case 'refused':
        this.refusals.push(frame.reason satisfies string as RefusalReason);
        this.#step({ type: 'refused' });
        break;
      case 'whole':
        this.#step({ type: 'whole-wanted', stateVector: frame.stateVector });
        break;
      case 'rights':
        this.#step({ type: 'rights', canWrite: frame.canWrite });
        break;
      case 'event':
        this.events.push(JSON.parse(frame.json));
        break;
      case 'ping':
        this.#push({ type: 'pong' });
        break;
      case 'closed':
        this.closes.push(frame.code);
        this.#step({ type: 'disconnected' });
        this.cut();
        break;
      case 'people':
        for (const person of frame.people) {
          if (person.client === this.doc.clientID) continue;
          if (person.state === '') this.people.delete(person.client);
          else this.people.set(person.client, person);
        }
        break;
      case 'hint':
      case 'reread':
        break;
      case 'renew-wanted':
        void this.#ticket().then((ticket) => this.#push({ type: 'renew', ticket }));
        break;
      case 'renewed':
        this.renewals += 1;
        break;
    }
    this.#look();
  }

  #push(frame: Parameters<typeof writeClientFrame>[0]): void {
    this.#carrier?.send(writeClientFrame(frame));
  }

  #step(input: ReplicaInput): void {
    for (const effect of this.#replica.step(input)) {
      switch (effect.type) {
        case 'persist':
          this.#step({ type: 'persisted', number: effect.number });
          break;
        case 'push':
          this.#push({ type: 'push', channel: 1, number: effect.number, kind: effect.kind, update: effect.update });
          break;
        case 'apply':
          Y.applyUpdate(this.doc, effect.update, REMOTE);
          break;
        case 'compare':
          if (!this.doc.store.pendingStructs && effect.server.isNews(readUpdate(Y.encodeStateAsUpdate(this.doc)))) this.#step({ type: 'whole', update: Y.encodeStateAsUpdate(this.doc, effect.stateVector) });
          break;
        case 'whole':
          this.#step({ type: 'whole', update: Y.encodeStateAsUpdate(this.doc, effect.stateVector) });
          break;
        case 'forget':
        case 'changed':
          break;
      }
    }
    this.#look();
  }

  #look(): void {
    for (const look of this.#waiters) look();
  }
}

/** A socket of Node's, which is told when it is cut. */
function openSocket(syncUrl: string, hello: Uint8Array, ears: Ears): Carrier {
  const socket = new WebSocket(`${syncUrl.replace(/^http/, 'ws')}/v1`, { perMessageDeflate: false });
  socket.on('open', () => {
    socket.send(hello);
    ears.opened();
  });
  socket.on('message', (data: Buffer) => ears.message(data));
  socket.on('error', () => socket.terminate());
  socket.on('close', (code: number) => ears.closed(code));
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    drop: () => socket.terminate(),
  };
}

/** The studio gives a stream up without a word; here that is what a network does, and is told as such. */
const cuttable = (stream: Carrier, ears: Ears): Carrier => ({
  send: (frame) => stream.send(frame),
  drop: () => {
    stream.drop();
    ears.closed(BROKEN);
  },
});
