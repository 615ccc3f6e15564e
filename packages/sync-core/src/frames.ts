import { readBatch, writeBatch } from './batch.ts';
import { Malformed, Reader, Writer } from './bytes.ts';

/**
 * The messages of the studio's own wire (`/v1`), specified byte for byte in docs/api/sync.md. One WebSocket message is
 * one frame: a type byte, then the fields in the order written here. Channels let one socket carry every open scene.
 */
export type ClientFrame =
  /** The first frame of a socket. `lastSeq` is the last project event the client has. */
  | { type: 'hello'; version: number; ticket: string; lastSeq: number }
  /**
   * Open a document on a channel. `epoch` is the one the client knows, 0 for none; `stateVector` what it already has.
   * `canFetch`: a large snapshot may be told as an address (`snapshot`) in the place of its bytes.
   */
  | { type: 'open'; channel: number; documentId: Uint8Array; epoch: number; stateVector: Uint8Array; canFetch?: true }
  | { type: 'close'; channel: number }
  | { type: 'push'; channel: number; number: number; kind: 'edit' | 'resync'; update: Uint8Array }
  /** `state` is JSON, empty when the client is gone. */
  | { type: 'presence'; channel: number; client: number; clock: number; state: string }
  | { type: 'renew'; ticket: string }
  | { type: 'pong' };

export interface PersonState {
  client: number;
  clock: number;
  userId: string;
  name: string;
  colour: number;
  /** JSON, empty when gone. */
  state: string;
}

export type ServerFrame =
  | { type: 'welcome'; session: number; heartbeatMs: number }
  | { type: 'opened'; channel: number; epoch: number; canWrite: boolean }
  /** Part of what the client lacks; `ready` follows the last part. */
  | { type: 'content'; channel: number; update: Uint8Array }
  | { type: 'ready'; channel: number; stateVector: Uint8Array }
  /** What the client lacks begins with the snapshot at this path of sync's HTTP address; everything after it rests on it. */
  | { type: 'snapshot'; channel: number; path: string }
  /** What others wrote within a slice of time. */
  | { type: 'updates'; channel: number; updates: readonly Uint8Array[] }
  /** Every push up to this number is committed. */
  | { type: 'ack'; channel: number; upTo: number }
  | { type: 'refused'; channel: number; number: number; reason: string }
  /** The server lacks what a push rests on: answer with a push of kind `resync` against this state vector. */
  | { type: 'whole'; channel: number; stateVector: Uint8Array }
  | { type: 'people'; channel: number; people: PersonState[] }
  | { type: 'rights'; channel: number; canWrite: boolean; trashed: boolean }
  /** The channel is closed; the code is from the contract's table. */
  | { type: 'closed'; channel: number; code: number; reason: string }
  /** A numbered project event, as JSON. */
  | { type: 'event'; json: string }
  /** A live hint, as JSON. */
  | { type: 'hint'; json: string }
  /** Too many events were missed: read the outline again; numbering goes on from `seq`. */
  | { type: 'reread'; seq: number }
  | { type: 'ping' }
  /** The sign-in behind this socket ends soon: send `renew`. */
  | { type: 'renew-wanted' }
  | { type: 'renewed' };

const CLIENT = { hello: 1, open: 2, close: 3, push: 4, presence: 5, renew: 6, pong: 7 } as const;
const SERVER = {
  welcome: 65,
  opened: 66,
  content: 67,
  ready: 68,
  updates: 69,
  ack: 70,
  refused: 71,
  whole: 72,
  people: 73,
  rights: 74,
  closed: 75,
  event: 76,
  hint: 77,
  reread: 78,
  ping: 79,
  'renew-wanted': 80,
  renewed: 81,
  snapshot: 82,
} as const;

/** More people than this in one frame is nobody's room. */
const PEOPLE_MAX = 10_000;

export function writeClientFrame(frame: ClientFrame): Uint8Array {
  const writer = new Writer().byte(CLIENT[frame.type]);
  switch (frame.type) {
    case 'hello':
      return writer.uint(frame.version).string(frame.ticket).uint(frame.lastSeq).finish();
    case 'open':
      writer.uint(frame.channel).raw(frame.documentId).uint(frame.epoch).byteArray(frame.stateVector);
      // Left out where it is not so: a server from before this flag takes no byte more.
      return (frame.canFetch ? writer.byte(1) : writer).finish();
    case 'close':
      return writer.uint(frame.channel).finish();
    case 'push':
      return writer
        .uint(frame.channel)
        .uint(frame.number)
        .byte(frame.kind === 'edit' ? 0 : 1)
        .raw(frame.update)
        .finish();
    case 'presence':
      return writer.uint(frame.channel).uint(frame.client).uint(frame.clock).string(frame.state).finish();
    case 'renew':
      return writer.string(frame.ticket).finish();
    case 'pong':
      return writer.finish();
  }
}

/** @throws Malformed */
export function readClientFrame(bytes: Uint8Array): ClientFrame {
  const reader = new Reader(bytes);
  const frame = clientFields(reader, reader.byte());
  if (!reader.done) throw new Malformed('bytes after the end');
  return frame;
}

function clientFields(reader: Reader, type: number): ClientFrame {
  switch (type) {
    case CLIENT.hello:
      return { type: 'hello', version: reader.uint(), ticket: reader.string(), lastSeq: reader.uint() };
    case CLIENT.open:
      return { type: 'open', channel: reader.uint(), documentId: reader.take(16), epoch: reader.uint(), stateVector: reader.byteArray(), ...(!reader.done && flag(reader) ? { canFetch: true } : {}) };
    case CLIENT.close:
      return { type: 'close', channel: reader.uint() };
    case CLIENT.push: {
      const channel = reader.uint();
      const number = reader.uint();
      const kind = reader.byte();
      if (kind > 1) throw new Malformed('push kind');
      return { type: 'push', channel, number, kind: kind === 0 ? 'edit' : 'resync', update: rest(reader) };
    }
    case CLIENT.presence:
      return { type: 'presence', channel: reader.uint(), client: reader.uint(), clock: reader.uint(), state: reader.string() };
    case CLIENT.renew:
      return { type: 'renew', ticket: reader.string() };
    case CLIENT.pong:
      return { type: 'pong' };
    default:
      throw new Malformed('frame type');
  }
}

export function writeServerFrame(frame: ServerFrame): Uint8Array {
  const writer = new Writer().byte(SERVER[frame.type]);
  switch (frame.type) {
    case 'welcome':
      return writer.uint(frame.session).uint(frame.heartbeatMs).finish();
    case 'opened':
      return writer
        .uint(frame.channel)
        .uint(frame.epoch)
        .byte(frame.canWrite ? 1 : 0)
        .finish();
    case 'content':
      return writer.uint(frame.channel).raw(frame.update).finish();
    case 'updates':
      return writer.uint(frame.channel).raw(writeBatch(frame.updates)).finish();
    case 'ready':
    case 'whole':
      return writer.uint(frame.channel).raw(frame.stateVector).finish();
    case 'snapshot':
      return writer.uint(frame.channel).string(frame.path).finish();
    case 'ack':
      return writer.uint(frame.channel).uint(frame.upTo).finish();
    case 'refused':
      return writer.uint(frame.channel).uint(frame.number).string(frame.reason).finish();
    case 'people':
      return writer.uint(frame.channel).raw(peopleBody(frame.people)).finish();
    case 'rights':
      return writer
        .uint(frame.channel)
        .byte(frame.canWrite ? 1 : 0)
        .byte(frame.trashed ? 1 : 0)
        .finish();
    case 'closed':
      return writer.uint(frame.channel).uint(frame.code).string(frame.reason).finish();
    case 'event':
    case 'hint':
      return writer.string(frame.json).finish();
    case 'reread':
      return writer.uint(frame.seq).finish();
    case 'ping':
    case 'renew-wanted':
    case 'renewed':
      return writer.finish();
  }
}

/** The frames that many sockets send with the same body: what stands before it, which differs by channel. */
export const frameHead = (type: 'content' | 'updates' | 'people', channel: number): Uint8Array => new Writer().byte(SERVER[type]).uint(channel).finish();

/** The body of a `people` frame. That of `updates` is a batch, that of `content` the update itself. */
export function peopleBody(people: readonly PersonState[]): Uint8Array {
  const writer = new Writer().uint(people.length);
  for (const { client, clock, userId, name, colour, state } of people) writer.uint(client).uint(clock).string(userId).string(name).uint(colour).string(state);
  return writer.finish();
}

/** @throws Malformed */
export function readServerFrame(bytes: Uint8Array): ServerFrame {
  const reader = new Reader(bytes);
  const frame = serverFields(reader, reader.byte());
  if (!reader.done) throw new Malformed('bytes after the end');
  return frame;
}

function serverFields(reader: Reader, type: number): ServerFrame {
  switch (type) {
    case SERVER.welcome:
      return { type: 'welcome', session: reader.uint(), heartbeatMs: reader.uint() };
    case SERVER.opened:
      return { type: 'opened', channel: reader.uint(), epoch: reader.uint(), canWrite: flag(reader) };
    case SERVER.content:
      return { type: 'content', channel: reader.uint(), update: rest(reader) };
    case SERVER.updates:
      return { type: 'updates', channel: reader.uint(), updates: readBatch(rest(reader)) };
    case SERVER.ready:
      return { type: 'ready', channel: reader.uint(), stateVector: rest(reader) };
    case SERVER.whole:
      return { type: 'whole', channel: reader.uint(), stateVector: rest(reader) };
    case SERVER.snapshot:
      return { type: 'snapshot', channel: reader.uint(), path: reader.string() };
    case SERVER.ack:
      return { type: 'ack', channel: reader.uint(), upTo: reader.uint() };
    case SERVER.refused:
      return { type: 'refused', channel: reader.uint(), number: reader.uint(), reason: reader.string() };
    case SERVER.people: {
      const channel = reader.uint();
      const count = reader.uint();
      if (count > PEOPLE_MAX) throw new Malformed('too many people');
      const people: PersonState[] = [];
      for (let left = count; left > 0; left -= 1) people.push({ client: reader.uint(), clock: reader.uint(), userId: reader.string(), name: reader.string(), colour: reader.uint(), state: reader.string() });
      return { type: 'people', channel, people };
    }
    case SERVER.rights:
      return { type: 'rights', channel: reader.uint(), canWrite: flag(reader), trashed: flag(reader) };
    case SERVER.closed:
      return { type: 'closed', channel: reader.uint(), code: reader.uint(), reason: reader.string() };
    case SERVER.event:
      return { type: 'event', json: reader.string() };
    case SERVER.hint:
      return { type: 'hint', json: reader.string() };
    case SERVER.reread:
      return { type: 'reread', seq: reader.uint() };
    case SERVER.ping:
      return { type: 'ping' };
    case SERVER['renew-wanted']:
      return { type: 'renew-wanted' };
    case SERVER.renewed:
      return { type: 'renewed' };
    default:
      throw new Malformed('frame type');
  }
}

const rest = (reader: Reader): Uint8Array => reader.take(reader.bytes.length - reader.at);

function flag(reader: Reader): boolean {
  const byte = reader.byte();
  if (byte > 1) throw new Malformed('flag');
  return byte === 1;
}

/** A UUID as 16 bytes. The text must be a UUID: ids are parsed at the edges. */
export function uuidBytes(uuid: string): Uint8Array {
  const hex = uuid.replaceAll('-', '');
  return Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

/** 16 bytes as a lower-case UUID. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
