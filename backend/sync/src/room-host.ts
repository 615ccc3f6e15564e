import type { BusMessage } from './bus.ts';
import { type HostOptions, OpenRoom } from './open-room.ts';

/** All rooms of this node. Loads a document when its first session comes and lets go when the last one has left. */
export class RoomHost {
  readonly options: HostOptions;
  readonly #rooms = new Map<string, Promise<OpenRoom>>();
  /** The last number this node used for each document: kept for the node's life, since a number must never come twice. */
  readonly #seqs = new Map<string, number>();

  constructor(options: HostOptions) {
    this.options = options;
  }

  /** The room of a document, loaded once however many ask. A load that fails is a closed door, never an empty document. */
  open(documentId: string): Promise<OpenRoom> {
    const found = this.#rooms.get(documentId);
    if (found) {
      void found.then((room) => room.stay()).catch(() => undefined); // whoever awaits it hears of the failure
      return found;
    }
    const loading = OpenRoom.load(documentId, this.options, {
      unload: () => this.#rooms.delete(documentId),
      nextSeq: () => {
        const seq = (this.#seqs.get(documentId) ?? 0) + 1;
        this.#seqs.set(documentId, seq);
        return seq;
      },
    });
    this.#rooms.set(documentId, loading);
    loading.catch(() => this.#rooms.delete(documentId));
    return loading;
  }

  /** How many documents are loaded. */
  get count(): number {
    return this.#rooms.size;
  }

  /** The room if it is loaded, for news that no one here waits for otherwise. */
  loaded(documentId: string): Promise<OpenRoom> | undefined {
    return this.#rooms.get(documentId);
  }

  /** A row that this node or another one committed. A document that nobody has open here is no matter. */
  heard(message: Extract<BusMessage, { kind: 'row' }>): void {
    this.#tell(message.documentId, (room) => room.heard(message));
  }

  /** What another node said. */
  hear(from: string, message: Exclude<BusMessage, { kind: 'look' }>): void {
    switch (message.kind) {
      case 'row':
        return this.heard(message);
      case 'people':
        return this.#tell(message.documentId, (room) => room.peopleThere(from, message.people));
      case 'who':
        return this.#tell(message.documentId, (room) => room.sayWho());
      default:
        return message satisfies never;
    }
  }

  #tell(documentId: string, what: (room: OpenRoom) => void): void {
    void this.#rooms
      .get(documentId)
      ?.then(what)
      .catch((error: unknown) => this.options.logger.warn({ err: error, documentId }, 'a room that could not be loaded hears nothing'));
  }

  /** Everyone who was shown there is gone. */
  nodeGone(node: string): void {
    for (const documentId of this.#rooms.keys()) this.#tell(documentId, (room) => room.nodeGone(node));
  }

  /** Says who is here and asks who is elsewhere, for all open documents: carets are in no log, and one that stays where it is says nothing of itself. */
  greet(): void {
    for (const documentId of this.#rooms.keys()) {
      this.#tell(documentId, (room) => room.sayWho());
      this.options.say([{ kind: 'who', documentId }]);
    }
  }

  /** Something may have been missed: how far the log has come is asked for all open documents at once (CU6). */
  async doubt(): Promise<void> {
    const open = [...this.#rooms.keys()];
    for (let at = 0; at < open.length; at += HEADS_AT_ONCE) {
      for (const head of await this.options.log.heads(open.slice(at, at + HEADS_AT_ONCE))) this.#tell(head.documentId, (room) => room.compare(head));
    }
  }

  async tick(): Promise<void> {
    for (const room of this.#rooms.values()) (await room.catch(() => null))?.tick();
  }
}

/** Documents asked about in one question. */
const HEADS_AT_ONCE = 1_000;
