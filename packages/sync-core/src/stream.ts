import { readBatch, writeBatch } from './batch.ts';
import { Malformed, Reader, uintLength, writeUintAt, Writer } from './bytes.ts';

/**
 * The studio's wire without a WebSocket (docs/api/sync.md, Streams): an answer over HTTP that never ends brings what the
 * server says, and requests carry what the client says. The frames are the same.
 */

/** What a stream says beside the server's frames: HTTP has neither a handshake of ours nor close codes. */
export type StreamWord =
  /** The first message. Requests go to this id, which is a secret. */
  | { type: 'begun'; streamId: string }
  /** The last one, with what would be a socket's close code and reason. */
  | { type: 'ended'; code: number; reason: string };

const WORD = { begun: 128, ended: 129 } as const;

export function writeStreamWord(word: StreamWord): Uint8Array {
  const writer = new Writer().byte(WORD[word.type]);
  return (word.type === 'begun' ? writer.string(word.streamId) : writer.uint(word.code).string(word.reason)).finish();
}

/**
 * A word of the stream itself, or null when the message is a frame.
 *
 * @throws Malformed
 */
export function readStreamWord(message: Uint8Array): StreamWord | null {
  const reader = new Reader(message);
  const type = reader.byte();
  if (type !== WORD.begun && type !== WORD.ended) return null;
  const word: StreamWord = type === WORD.begun ? { type: 'begun', streamId: reader.string() } : { type: 'ended', code: reader.uint(), reason: reader.string() };
  if (!reader.done) throw new Malformed('bytes after the end');
  return word;
}

/** What stands before a message of so many bytes. */
export function messageHead(length: number): Uint8Array {
  const head = new Uint8Array(uintLength(length));
  writeUintAt(head, 0, length);
  return head;
}

/** One request: frames in their order. Its number makes a second arrival of it harmless. */
export interface StreamRequest {
  number: number;
  frames: readonly Uint8Array[];
}

export const writeStreamRequest = ({ number, frames }: StreamRequest): Uint8Array => new Writer().uint(number).raw(writeBatch(frames)).finish();

/** @throws Malformed also when there is no frame in it. */
export function readStreamRequest(bytes: Uint8Array): StreamRequest {
  const reader = new Reader(bytes);
  const number = reader.uint();
  const frames = readBatch(bytes.subarray(reader.at));
  if (frames.length === 0) throw new Malformed('no frame');
  return { number, frames };
}

/** A message beyond the largest document is none: whatever sits between has garbled the stream. */
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

/** Puts the messages of a stream together from the pieces in which they arrive. */
export class StreamReader {
  #length = 0;
  #scale = 1;
  #message: Uint8Array | null = null;
  #filled = 0;

  /**
   * The messages that are whole with this piece.
   *
   * @throws Malformed
   */
  take(piece: Uint8Array): Uint8Array[] {
    const whole: Uint8Array[] = [];
    let at = 0;
    while (at < piece.length) {
      if (!this.#message) {
        const byte = piece[at++]!;
        this.#length += (byte & 0x7f) * this.#scale;
        this.#scale *= 128;
        if (this.#length > MESSAGE_BYTES_MAX || this.#scale > MESSAGE_BYTES_MAX * 128) throw new Malformed('message too long');
        if (byte >= 0x80) continue;
        if (this.#length === 0) throw new Malformed('empty message');
        this.#message = new Uint8Array(this.#length);
        this.#filled = 0;
        continue;
      }
      const part = piece.subarray(at, at + this.#message.length - this.#filled);
      this.#message.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#message.length) continue;
      whole.push(this.#message);
      this.#message = null;
      this.#length = 0;
      this.#scale = 1;
    }
    return whole;
  }
}
