import { CLOSE, type CloseCode } from '@cowrite/contract';
import { type Logger, spanInHand, traced } from '@cowrite/service-kit';
import { Malformed, Reader, Writer } from '@cowrite/sync-core';
import { awarenessOf, ForeignSession } from './foreign-session.ts';
import { canWrite, type Grant, type Grants, Refused, type Standing } from '@cowrite/service-kit/grants';
import type { RoomHost } from './room-host.ts';
import { framed, type Socket } from './socket.ts';
import type { Visitor, Visitors } from './visitors.ts';
import { writeUpdate } from './yjs-protocol.ts';

const MESSAGE = { sync: 0, awareness: 1, auth: 2, queryAwareness: 3, stateless: 5, broadcastStateless: 6, close: 7, syncStatus: 8, ping: 9, pong: 10 } as const;
const AUTH = { token: 0, denied: 1, authenticated: 2 } as const;

/** Documents that may be asked for on one socket, and messages that may wait while a token is checked (GHSA-xwhh-v746-pj9m). */
const DOCUMENTS_MAX = 100;
const WAITING_MAX = 1_000;
const WAITING_BYTES_MAX = 5 * 1024 * 1024;

/** Personal tokens say so themselves; anything else is a ticket. */
const PERSONAL_TOKEN = /^cwp_/;

/** A Hocuspocus provider (4.x) on `/hocuspocus`: several documents on one socket, each with a token of its own. */
export class HocuspocusConnection implements Visitor {
  readonly #socket: Socket;
  readonly #host: RoomHost;
  readonly #grantsOf: Grants;
  readonly #visitors: Visitors;
  readonly #logger: Logger;
  /** The request that the socket came by. */
  readonly #cameBy = spanInHand() ?? null;
  /** By routing key: the document's name, or the name, a NUL and the provider's session. */
  readonly #documents = new Map<string, OpenDocument>();
  #admitted: string | null = null;
  #waitingBytes = 0;
  #ended = false;
  /** Called when a first credential was shown and found good. */
  onKnown: () => void = () => undefined;

  constructor({ socket, host, grants, visitors, logger }: { socket: Socket; host: RoomHost; grants: Grants; visitors: Visitors; logger: Logger }) {
    this.#socket = socket;
    this.#host = host;
    this.#grantsOf = grants;
    this.#visitors = visitors;
    this.#logger = logger;
    visitors.add(this);
  }

  get isStranger(): boolean {
    return this.#admitted === null;
  }

  get grants(): readonly Grant[] {
    return [...this.#documents.values()].flatMap(({ grant }) => (grant ? [grant] : []));
  }

  receive(bytes: Uint8Array): void {
    if (this.#ended) return;
    if (bytes.length === 1 && bytes[0] === MESSAGE.ping) return this.#socket.send(Uint8Array.of(MESSAGE.pong));
    if (bytes.length === 1 && bytes[0] === MESSAGE.pong) return;
    try {
      const reader = new Reader(bytes);
      const key = reader.string();
      const type = reader.uint();
      if (type === MESSAGE.auth) return this.#authenticate(key, reader);
      const document = this.#documents.get(key);
      // Nothing is taken before a token was shown; our own first step brings back what was dropped.
      if (!document) return;
      if (document.session) return this.#handle(key, document, type, reader);
      this.#waitingBytes += bytes.length;
      if (document.waiting.length >= WAITING_MAX || this.#waitingBytes > WAITING_BYTES_MAX) return this.close(CLOSE.overloaded, 'too much before the sign-in');
      const copy = new Uint8Array(bytes);
      document.waiting.push(() => {
        const again = new Reader(copy);
        again.string();
        this.#handle(key, document, again.uint(), again);
      });
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.close(CLOSE.malformed, 'not a message');
    }
  }

  #handle(key: string, document: OpenDocument, type: number, reader: Reader): void {
    switch (type) {
      case MESSAGE.sync:
        return document.session!.receiveSync(reader);
      case MESSAGE.awareness:
        return document.session!.receiveAwareness(reader.byteArray());
      case MESSAGE.close:
        document.session!.leave();
        this.#documents.delete(key);
        return;
      case MESSAGE.queryAwareness:
      case MESSAGE.stateless:
      case MESSAGE.broadcastStateless:
      case MESSAGE.ping:
      case MESSAGE.pong:
        return;
      default:
        throw new Malformed('message type');
    }
  }

  #authenticate(key: string, reader: Reader): void {
    if (reader.uint() !== AUTH.token) throw new Malformed('auth message');
    const token = reader.string();
    const found = this.#documents.get(key);
    if (!found && this.#documents.size >= DOCUMENTS_MAX) return this.#deny(key, 'too many documents');
    const document: OpenDocument = found ?? { session: null, grant: null, waiting: [], answered: 0, singly: new Set() };
    this.#documents.set(key, document);
    traced('join', { 'cowrite.wire': 'hocuspocus' }, () => this.#admit(key, document, token), { parent: this.#cameBy }).catch((error: unknown) => {
      if (error instanceof Refused) {
        this.#documents.delete(key);
        document.session?.leave();
        return this.#deny(key, 'permission-denied');
      }
      this.#logger.warn({ err: error }, 'a token could not be checked');
      this.close(CLOSE.overloaded, 'please come back');
    });
  }

  async #admit(key: string, document: OpenDocument, token: string): Promise<void> {
    const documentId = (key.split('\0', 1)[0] ?? '').toLowerCase();
    const grant = PERSONAL_TOKEN.test(token) ? await this.#grantsOf.byToken(token, documentId) : await this.#grantsOf.byTicket(token);
    if (grant.documentId !== documentId) throw new Refused('hidden');
    const place = await this.#grantsOf.place(documentId);
    if (!place || place.trashed || place.projectId !== grant.projectId) throw new Refused('hidden');
    if (this.#ended || this.#documents.get(key) !== document) return;
    if (this.#admitted === null) {
      if (!this.#visitors.admit(grant.who.userId)) return this.close(CLOSE.shedding, 'too many sockets');
      this.#admitted = grant.who.userId;
      this.onKnown();
    }
    if (document.session) {
      // A second token on an open document renews the sign-in behind it.
      if (document.grant!.who.userId !== grant.who.userId) throw new Refused('hidden');
      document.grant = grant;
      document.session.setRights(canWrite(grant.role));
      return;
    }
    const room = await this.#host.open(documentId);
    if (this.#ended || this.#documents.get(key) !== document) return;
    document.grant = grant;
    document.session = new ForeignSession({
      room,
      logger: this.#logger,
      who: grant.who,
      canWrite: canWrite(grant.role),
      envelope: {
        sync: (fill) => this.#send(key, MESSAGE.sync, fill),
        updates: (slice) => this.#sendFramed(slice.as(key, (updates) => framed(updates.map((update) => writeUpdate(new Writer().string(key).uint(MESSAGE.sync), update).finish())))),
        presence: (slice) => this.#sendFramed(slice.as(key, (changes) => framed([new Writer().string(key).uint(MESSAGE.awareness).byteArray(awarenessOf(changes)).finish()]))),
        committed: (upTo) => {
          for (; document.answered < upTo; document.answered += 1) if (!document.singly.delete(document.answered + 1)) this.#status(key, true);
        },
        known: (number) => {
          document.singly.add(number);
          this.#status(key, true);
        },
        refused: (number) => {
          document.singly.add(number);
          this.#status(key, false);
        },
        end: (code, reason) => this.#end(key, code as CloseCode, reason),
        isSlow: () => this.#socket.isSlow,
      },
    });
    this.#send(key, MESSAGE.auth, (writer) => writer.uint(AUTH.authenticated).string(canWrite(grant.role) ? 'read-write' : 'readonly'));
    document.session.greet();
    for (const task of document.waiting.splice(0)) task();
  }

  /** No close code stops this client, so a document that ends is refused in its own words. */
  #end(key: string, code: CloseCode, reason: string): void {
    if (code === CLOSE.malformed) return this.close(code, reason);
    this.#documents.get(key)?.session?.leave();
    this.#documents.delete(key);
    this.#deny(key, reason);
  }

  #deny(key: string, reason: string): void {
    this.#send(key, MESSAGE.auth, (writer) => writer.uint(AUTH.denied).string(reason));
  }

  #status(key: string, committed: boolean): void {
    this.#send(key, MESSAGE.syncStatus, (writer) => writer.byte(committed ? 1 : 0));
  }

  standingChanged(grant: Grant, { role }: Standing): void {
    for (const [key, document] of this.#documents) {
      if (document.grant !== grant) continue;
      if (role === null) {
        this.#end(key, CLOSE.notAllowed, 'permission-denied');
        continue;
      }
      grant.role = role;
      document.session?.setRights(canWrite(role));
      this.#send(key, MESSAGE.auth, (writer) => writer.uint(AUTH.authenticated).string(canWrite(role) ? 'read-write' : 'readonly'));
    }
  }

  /** The server's token request: the provider answers with a second Auth. */
  expiresSoon(grant: Grant): void {
    for (const [key, document] of this.#documents) if (document.grant === grant) this.#send(key, MESSAGE.auth, (writer) => writer.uint(AUTH.token));
  }

  heartbeat(): void {
    this.#socket.look();
    for (const { session } of this.#documents.values()) session?.alive();
    this.#socket.send(Uint8Array.of(MESSAGE.ping));
  }

  #sendFramed(frames: Uint8Array): void {
    if (this.#socket.isStalled) return this.close(CLOSE.overloaded, 'reads too slowly');
    this.#socket.sendFramed(frames);
  }

  #send(key: string, type: number, fill: (writer: Writer) => void): void {
    if (this.#socket.isStalled) return this.close(CLOSE.overloaded, 'reads too slowly');
    const writer = new Writer().string(key).uint(type);
    fill(writer);
    this.#socket.send(writer.finish());
  }

  close(code: CloseCode, reason: string): void {
    this.ended();
    this.#socket.close(code, reason);
  }

  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { session } of this.#documents.values()) session?.leave();
    this.#documents.clear();
    this.#visitors.remove(this);
    if (this.#admitted !== null) this.#visitors.dismiss(this.#admitted);
  }
}

interface OpenDocument {
  session: ForeignSession | null;
  grant: Grant | null;
  /** What came while the token was being checked. */
  waiting: (() => void)[];
  /** The last change that has its SyncStatus. */
  answered: number;
  /** Changes after it that were answered one by one. */
  singly: Set<number>;
}
