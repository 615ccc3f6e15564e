import { CLOSE, type DocumentId, LiveHint, mayReturn, Problem, ProjectEvent, type ProjectId, type UserId } from '@cowrite/contract';
import { Malformed, readServerFrame, type ServerFrame, writeClientFrame } from '@cowrite/sync-core';
import { backoffMs } from './backoff.ts';
import type { Carrier, CarrierKind } from './carrier.ts';
import { CarrierChoice, type KeptChoice } from './carrier-choice.ts';
import { type Disk, openDisk } from './disk.ts';
import { type Channel, ReplicaHost } from './document.ts';
import type { ConnectionState, LiveOptions, LiveProject } from './live.ts';
import { openSocket } from './socket-carrier.ts';
import { openStream } from './stream-carrier.ts';

/** A carrier that says nothing for this long is dead: the server speaks every 20 s (settled.md §2). */
const SILENCE_MS = 45_000;
/** Some networks swallow the asking for a WebSocket, and a browser waits for minutes. */
const OPEN_WITHIN_MS = 15_000;
/** A short break is not shown as offline: most are over before anyone could read the word. */
const OFFLINE_AFTER_MS = 2_500;

/** What tabs say to each other: a history of a scene is over, or (null) its drafts are others than before. */
interface HistoryWord {
  documentId: DocumentId;
  epoch: number | null;
}

type ClosedReason = 'signed-out' | 'not-allowed' | 'gone' | 'old-epoch' | 'malformed';

/** The tab's connection to one project, renewed for as long as the server will have it. */
export class ProjectSocket implements LiveProject, Channel {
  readonly projectId: ProjectId;
  readonly userId: UserId;
  readonly disk: Promise<Disk | null>;
  readonly #options: LiveOptions;
  readonly #documents = new Map<DocumentId, ReplicaHost>();
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<{ event: (event: ProjectEvent) => void; reread: () => void }>();
  readonly #hintListeners = new Set<(hint: LiveHint) => void>();
  readonly #choice = new CarrierChoice(keptForThisTab);
  #carrier: Carrier | null = null;
  #kind: CarrierKind = 'socket';
  #hasOpened = false;
  #isWelcome = false;
  #state: ConnectionState = 'connecting';
  #attempt = 0;
  #nextChannel = 1;
  #seq: number;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  #silenceTimer: ReturnType<typeof setTimeout> | null = null;
  #offlineTimer: ReturnType<typeof setTimeout> | null = null;
  #isClosed = false;
  /** The tabs of this person in this browser share a disk: they leave a history together. */
  readonly #otherTabs: BroadcastChannel;
  /** Waiting edits of scenes that are not open, from the disk. */
  #elsewhere = new Map<DocumentId, number>();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.projectId = options.projectId;
    this.userId = options.userId;
    this.#seq = options.seq;
    this.disk = openDisk(options.userId).catch(() => null);
    this.#otherTabs = new BroadcastChannel(`cowrite-histories-${options.userId}`);
    this.#otherTabs.onmessage = ({ data: { documentId, epoch } }: MessageEvent<HistoryWord>) => void this.#documents.get(documentId)?.heardOfHistory(epoch);
    addEventListener('online', this.#onOnline);
    addEventListener('offline', this.#onOffline);
    this.#offlineSoon();
    void this.#connect();
  }

  // ── what the pages see ──

  getConnection(): ConnectionState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onEvent(event: (event: ProjectEvent) => void, reread: () => void): () => void {
    const listener = { event, reread };
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onHint(listener: (hint: LiveHint) => void): () => void {
    this.#hintListeners.add(listener);
    return () => this.#hintListeners.delete(listener);
  }

  open(documentId: DocumentId, { isFresh = false }: { isFresh?: boolean } = {}): ReplicaHost {
    const found = this.#documents.get(documentId);
    if (found) {
      found.retain();
      return found;
    }
    const document = new ReplicaHost({ documentId, number: this.#nextChannel++, channel: this, isFresh });
    this.#documents.set(documentId, document);
    if (this.canSend()) void document.connect();
    return document;
  }

  waiting(): number {
    let waiting = 0;
    for (const document of this.#documents.values()) waiting += document.waiting;
    for (const [documentId, count] of this.#elsewhere) if (!this.#documents.has(documentId)) waiting += count;
    return waiting;
  }

  close(): void {
    this.#isClosed = true;
    removeEventListener('online', this.#onOnline);
    removeEventListener('offline', this.#onOffline);
    for (const timer of [this.#retryTimer, this.#silenceTimer, this.#offlineTimer]) if (timer) clearTimeout(timer);
    this.#carrier?.drop();
    this.#otherTabs.close();
  }

  // ── what the documents need ──

  canSend(): boolean {
    return this.#carrier !== null && (this.#kind === 'socket' ? this.#hasOpened : this.#isWelcome);
  }

  send(frame: Parameters<Channel['send']>[0]): void {
    if (this.canSend()) this.#carrier?.send(writeClientFrame(frame));
  }

  async fetchSnapshot(path: string, signal: AbortSignal): Promise<Uint8Array> {
    const answer = await fetch(httpUrlOf(this.#options.wsUrl) + path, { signal });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  tellOtherTabs(documentId: DocumentId, epoch: number | null): void {
    if (!this.#isClosed) this.#otherTabs.postMessage({ documentId, epoch } satisfies HistoryWord);
  }

  over(document: ReplicaHost): void {
    if (this.#documents.get(document.documentId) === document) this.#documents.delete(document.documentId);
  }

  closed(document: ReplicaHost): void {
    // Whoever opened it again has another one.
    if (this.#documents.get(document.documentId) !== document) return;
    this.#documents.delete(document.documentId);
    if (document.waiting > 0) this.#elsewhere.set(document.documentId, document.waiting);
    else this.#elsewhere.delete(document.documentId);
    this.#notify();
  }

  changed(): void {
    this.#notify();
  }

  // ── the carrier ──

  async #connect(): Promise<void> {
    if (this.#isClosed || this.#state === 'closed') return;
    let ticket: string;
    try {
      ticket = await this.#options.ticket();
    } catch (error) {
      // Core said no for good, or cannot be reached; only the first ends the trying.
      const reason = error instanceof Problem ? REFUSED[error.code] : undefined;
      return reason ? this.#end(reason) : this.#retry();
    }
    // Another attempt may have been faster: the network came back while the ticket was on its way.
    if (this.#isClosed || this.#carrier) return;
    const { wsUrl } = this.#options;
    this.#kind = this.#choice.next(Date.now());
    this.#hasOpened = false;
    const hello = writeClientFrame({ type: 'hello', version: 1, ticket, lastSeq: this.#seq });
    const ears = {
      opened: () => {
        this.#hasOpened = true;
        this.#heard();
        // In one breath with the hello: a ticket that is refused takes them along. A stream is known to other nodes once it is welcome.
        if (this.#kind === 'socket') this.#connectDocuments();
      },
      message: (frame: Uint8Array) => {
        this.#heard();
        this.#receive(frame);
      },
      closed: (code: number) => {
        if (!this.#isWelcome && !isOurs(code)) void this.#unwelcomed();
        this.#lost();
        if (!mayReturn(code)) return this.#end(CLOSED[code] ?? 'malformed');
        this.#retry();
      },
    };
    this.#carrier = this.#kind === 'socket' ? openSocket(wsUrl, hello, ears) : openStream(httpUrlOf(wsUrl), hello, ears);
    this.#heard(OPEN_WITHIN_MS);
  }

  #connectDocuments(): void {
    for (const document of this.#documents.values()) void document.connect();
  }

  /** The carrier was refused by nobody of ours. Only where HTTP works does that say something of WebSockets. */
  async #unwelcomed(): Promise<void> {
    if (this.#kind === 'socket') {
      const health = await fetch(`${httpUrlOf(this.#options.wsUrl)}/health`, { cache: 'no-store', signal: AbortSignal.timeout(5_000) }).catch(() => null);
      if (!health?.ok) return;
    }
    this.#choice.failed();
  }

  #receive(bytes: Uint8Array): void {
    let frame: ServerFrame;
    try {
      frame = readServerFrame(bytes);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      // A newer server, or a proxy that garbles: a fresh carrier is the only remedy there is.
      return this.#drop();
    }
    switch (frame.type) {
      case 'welcome':
        this.#isWelcome = true;
        this.#attempt = 0;
        this.#choice.welcomed(Date.now());
        this.#setState('online');
        if (this.#kind === 'stream') this.#connectDocuments();
        void this.#sendElsewhere();
        return;
      case 'event': {
        const event = ProjectEvent.safeParse(JSON.parse(frame.json));
        if (!event.success) return this.#reread(this.#seq);
        this.#seq = event.data.seq;
        for (const listener of this.#eventListeners) listener.event(event.data);
        return;
      }
      case 'hint': {
        const hint = LiveHint.safeParse(JSON.parse(frame.json));
        if (hint.success) for (const listener of this.#hintListeners) listener(hint.data);
        return;
      }
      case 'reread':
        return this.#reread(frame.seq);
      case 'ping':
        return this.send({ type: 'pong' });
      case 'renew-wanted':
        void this.#options
          .ticket()
          .then((ticket) => this.send({ type: 'renew', ticket }))
          .catch(() => undefined);
        return;
      case 'renewed':
        return;
      default:
        for (const document of this.#documents.values()) if (document.number === frame.channel) document.receive(frame);
    }
  }

  #reread(seq: number): void {
    this.#seq = seq;
    for (const listener of this.#eventListeners) listener.reread();
  }

  /** Scenes that were left with something unsent, in this tab or one that died, are opened until all is committed. */
  async #sendElsewhere(): Promise<void> {
    const disk = await this.disk;
    if (!disk) return;
    this.#elsewhere = await disk.waiting(this.projectId).catch(() => new Map<DocumentId, number>());
    for (const documentId of this.#elsewhere.keys()) {
      if (this.#documents.has(documentId)) continue;
      const document = this.open(documentId);
      const look = () => {
        const save = document.getSave();
        // Only the server's word ends this: before it has answered, nothing is known to be saved.
        if (save.kind === 'opening' || save.kind === 'saving' || save.kind === 'offline' || (save.kind === 'saved' && save.at === null)) return;
        stop();
        document.release();
      };
      const stop = document.subscribe(look);
    }
    this.#notify();
  }

  /** The carrier is given up when nothing more is heard of it for so long. */
  #heard(againWithinMs = SILENCE_MS): void {
    if (this.#silenceTimer) clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#drop(), againWithinMs);
  }

  /** Gives the carrier up without waiting for its goodbye, which a dead network never brings. */
  #drop(): void {
    if (!this.#carrier) return;
    if (!this.#hasOpened) void this.#unwelcomed();
    this.#carrier.drop();
    this.#lost();
    this.#retry();
  }

  #lost(): void {
    this.#carrier = null;
    this.#isWelcome = false;
    if (this.#silenceTimer) clearTimeout(this.#silenceTimer);
    if (this.#state === 'online') this.#setState('connecting');
    this.#offlineSoon();
    for (const document of this.#documents.values()) document.disconnect();
  }

  #offlineSoon(): void {
    this.#offlineTimer ??= setTimeout(() => {
      this.#offlineTimer = null;
      if (this.#state === 'connecting') this.#setState('offline');
    }, OFFLINE_AFTER_MS);
  }

  #retry(): void {
    if (this.#isClosed || this.#state === 'closed' || this.#retryTimer) return;
    this.#retryTimer = setTimeout(
      () => {
        this.#retryTimer = null;
        void this.#connect();
      },
      backoffMs(this.#attempt++, Math.random()),
    );
  }

  readonly #onOnline = (): void => {
    this.#attempt = 0;
    this.#choice.networkChanged();
    if (this.#carrier || this.#isClosed) return;
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    void this.#connect();
  };

  readonly #onOffline = (): void => {
    this.#drop();
    if (this.#state !== 'closed') this.#setState('offline');
  };

  #end(reason: ClosedReason): void {
    this.#setState('closed');
    for (const document of this.#documents.values()) document.close(reason);
  }

  #setState(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    if (state === 'online' && this.#offlineTimer) {
      clearTimeout(this.#offlineTimer);
      this.#offlineTimer = null;
    }
    for (const document of this.#documents.values()) document.refresh();
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Streams are on the port of the sockets. */
const httpUrlOf = (wsUrl: string): string => wsUrl.replace(/^ws/, 'http');

/** Whether the server said so, and not whatever lies between. */
const isOurs = (code: number): boolean => (Object.values(CLOSE) as number[]).includes(code);

const STREAM_SINCE = 'cowrite-stream-since';

/** A tab asks once whether its network lets WebSockets through, and not at every reload. */
const keptForThisTab: KeptChoice = {
  read() {
    try {
      return Number(sessionStorage.getItem(STREAM_SINCE)) || null;
    } catch {
      return null; // a browser that keeps nothing asks again
    }
  },
  write(sinceMs) {
    try {
      if (sinceMs === null) sessionStorage.removeItem(STREAM_SINCE);
      else sessionStorage.setItem(STREAM_SINCE, String(sinceMs));
    } catch {
      // as above
    }
  },
};

const CLOSED: Record<number, ClosedReason> = { [CLOSE.signedOut]: 'signed-out', [CLOSE.notAllowed]: 'not-allowed', [CLOSE.gone]: 'gone', [CLOSE.oldEpoch]: 'old-epoch', [CLOSE.malformed]: 'malformed' };
const REFUSED: Partial<Record<string, ClosedReason>> = { 'signed-out': 'signed-out', 'sign-in-expired': 'signed-out', 'wrong-credentials': 'signed-out', forbidden: 'not-allowed', 'not-found': 'gone' };
