import { Reader, readServerFrame, uuidBytes, Writer, writeClientFrame } from '@cowrite/sync-core';

/** What a client hears, whatever the wire calls it. */
export interface Heard {
  /** Updates, part of the join or relayed later. */
  update(update: Uint8Array): void;
  /** The wire says that the client has everything now. */
  synced(): void;
  /** So many of the pushed updates are confirmed, counted from the first one of this socket. */
  acked(upTo: number): void;
  /** Carets of so many others came in one message. */
  people(count: number): void;
  /** A frame that must be answered. */
  answer(frame: Uint8Array): void;
}

/** One language, as thin as a client of it can be: no document, no awareness, only the bytes. */
export interface Wire {
  /** Whether a pushed update is confirmed to its writer. */
  readonly acknowledges: boolean;
  /** What to send to join a document of which one has nothing. */
  open(document: string, credential: string): Uint8Array[];
  push(document: string, number: number, update: Uint8Array): Uint8Array;
  presence(document: string, client: number, clock: number, state: string): Uint8Array;
  /** A reader for the frames of one socket. @throws Error when the server refuses something. */
  listen(document: string, heard: Heard): (frame: Uint8Array) => void;
}

const EMPTY_STATE_VECTOR = Uint8Array.of(0);
const SYNC = { step1: 0, step2: 1, update: 2 } as const;

function awareness(writer: Writer, client: number, clock: number, state: string): Uint8Array {
  return writer.byteArray(new Writer().uint(1).uint(client).uint(clock).string(state).finish()).finish();
}

function readSync(reader: Reader, heard: Heard): void {
  const type = reader.uint();
  if (type === SYNC.step1) return;
  heard.update(reader.byteArray());
  if (type === SYNC.step2) heard.synced();
}

/** Cowrite's own: one channel, numbered pushes, cumulative acknowledgements after the commit. */
export const studioWire: Wire = {
  acknowledges: true,
  open: (document, ticket) => [
    // No event of the project is wanted: the number is beyond all there will be.
    writeClientFrame({ type: 'hello', version: 1, ticket, lastSeq: 1_000_000_000 }),
    writeClientFrame({ type: 'open', channel: 1, documentId: uuidBytes(document), epoch: 0, stateVector: EMPTY_STATE_VECTOR }),
  ],
  push: (_document, number, update) => writeClientFrame({ type: 'push', channel: 1, number, kind: 'edit', update }),
  presence: (_document, client, clock, state) => writeClientFrame({ type: 'presence', channel: 1, client, clock, state }),
  listen: (_document, heard) => (bytes) => {
    const frame = readServerFrame(bytes);
    switch (frame.type) {
      case 'content':
        return heard.update(frame.update);
      case 'updates':
        for (const update of frame.updates) heard.update(update);
        return;
      case 'ready':
        return heard.synced();
      case 'ack':
        return heard.acked(frame.upTo);
      case 'people':
        return heard.people(frame.people.length);
      case 'ping':
        return heard.answer(writeClientFrame({ type: 'pong' }));
      case 'refused':
      case 'closed':
      case 'whole':
        throw new Error(`the server answered ${frame.type} ${JSON.stringify(frame)}`);
      default:
    }
  },
};

const HOCUSPOCUS = { sync: 0, awareness: 1, auth: 2, syncReply: 4, syncStatus: 8, ping: 9, pong: 10 } as const;

/** The provider's of Hocuspocus 4: every message begins with the document's name; a SyncStatus answers every update. */
export const hocuspocusWire: Wire = {
  acknowledges: true,
  open: (document, token) => [new Writer().string(document).uint(HOCUSPOCUS.auth).uint(0).string(token).finish(), new Writer().string(document).uint(HOCUSPOCUS.sync).uint(SYNC.step1).byteArray(EMPTY_STATE_VECTOR).finish()],
  push: (document, _number, update) => new Writer().string(document).uint(HOCUSPOCUS.sync).uint(SYNC.update).byteArray(update).finish(),
  presence: (document, client, clock, state) => awareness(new Writer().string(document).uint(HOCUSPOCUS.awareness), client, clock, state),
  listen(_document, heard) {
    let confirmed = 0;
    return (bytes) => {
      const reader = new Reader(bytes);
      if (bytes.length === 1) return bytes[0] === HOCUSPOCUS.ping ? heard.answer(Uint8Array.of(HOCUSPOCUS.pong)) : undefined;
      reader.byteArray();
      switch (reader.uint()) {
        case HOCUSPOCUS.sync:
        case HOCUSPOCUS.syncReply:
          return readSync(reader, heard);
        case HOCUSPOCUS.awareness:
          return heard.people(new Reader(reader.byteArray()).uint());
        case HOCUSPOCUS.auth:
          if (reader.uint() === 1) throw new Error('the server refused the token');
          return;
        case HOCUSPOCUS.syncStatus:
          if (reader.uint() !== 1) throw new Error('the server did not take an update');
          confirmed += 1;
          return heard.acked(confirmed);
        default:
      }
    };
  },
};

const Y_WEBSOCKET = { sync: 0, awareness: 1 } as const;

/** That of y-websocket 3: the document is in the address, and nothing is ever confirmed. */
export const yWebsocketWire: Wire = {
  acknowledges: false,
  open: () => [new Writer().uint(Y_WEBSOCKET.sync).uint(SYNC.step1).byteArray(EMPTY_STATE_VECTOR).finish()],
  push: (_document, _number, update) => new Writer().uint(Y_WEBSOCKET.sync).uint(SYNC.update).byteArray(update).finish(),
  presence: (_document, client, clock, state) => awareness(new Writer().uint(Y_WEBSOCKET.awareness), client, clock, state),
  listen: (_document, heard) => (bytes) => {
    const reader = new Reader(bytes);
    const type = reader.uint();
    if (type === Y_WEBSOCKET.sync) readSync(reader, heard);
    else if (type === Y_WEBSOCKET.awareness) heard.people(new Reader(reader.byteArray()).uint());
  },
};

/** No protocol at all: what one sends is sent to the others. The floor says hello with an empty message. */
export const floorWire: Wire = {
  acknowledges: false,
  open: () => [],
  push: (_document, _number, update) => update,
  presence: (_document, _client, _clock, state) => new Writer().string(state).finish(),
  listen: (_document, heard) => (bytes) => (bytes.length === 0 ? heard.synced() : heard.update(bytes)),
};
