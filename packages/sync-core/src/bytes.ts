/**
 * Reading and writing of bytes as lib0 and Yjs lay them out: variable-length unsigned integers of 7 bits a byte, lowest
 * first; strings and byte arrays with their length in front. Written by hand because the relay reads every header of
 * every update (ADR 0008) and must allocate nothing on the way.
 */

/** The bytes do not mean what they should. The one error of this package's readers. */
export class Malformed extends Error {
  constructor(what: string) {
    super(`malformed: ${what}`);
    this.name = 'Malformed';
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const utf8Writer = new TextEncoder();

export class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new Malformed('ends early');
    return this.bytes[this.at++]!;
  }

  /** An unsigned integer up to 2^53 − 1. */
  uint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Malformed('number too large');
      if (byte < 0x80) return value;
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER) throw new Malformed('number too long');
    }
  }

  /** A view on the next bytes, their length in front. Not a copy. */
  byteArray(): Uint8Array {
    return this.take(this.uint());
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new Malformed('ends early');
    const view = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return view;
  }

  string(): string {
    try {
      return utf8.decode(this.byteArray());
    } catch (error) {
      if (error instanceof Malformed) throw error;
      throw new Malformed('not UTF-8');
    }
  }

  skip(length: number): void {
    if (length > this.bytes.length - this.at) throw new Malformed('ends early');
    this.at += length;
  }

  /** Skips a string, checking that it is UTF-8, and answers its length in UTF-16 units, which is how Yjs counts. */
  skipString(): number {
    const length = this.uint();
    if (length > this.bytes.length - this.at) throw new Malformed('ends early');
    const { bytes } = this;
    const end = this.at + length;
    let units = 0;
    let at = this.at;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte < 0x80) {
        at += 1;
        units += 1;
        continue;
      }
      const size = byte >= 0xc2 && byte <= 0xdf ? 2 : byte >= 0xe0 && byte <= 0xef ? 3 : byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
      if (size === 0 || at + size > end) throw new Malformed('not UTF-8');
      const second = bytes[at + 1]!;
      // Overlong forms, surrogates and code points above U+10FFFF show in the second byte.
      const low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
      const high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
      if (second < low || second > high) throw new Malformed('not UTF-8');
      for (let next = 2; next < size; next += 1) if ((bytes[at + next]! & 0xc0) !== 0x80) throw new Malformed('not UTF-8');
      at += size;
      units += size === 4 ? 2 : 1;
    }
    this.at = end;
    return units;
  }
}

/** Writes an unsigned integer and answers the place after it. */
export function writeUintAt(bytes: Uint8Array, at: number, value: number): number {
  let place = at;
  let rest = value;
  while (rest >= 0x80) {
    bytes[place++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[place++] = rest;
  return place;
}

/** How many bytes an unsigned integer takes. */
export function uintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

export class Writer {
  #bytes = new Uint8Array(64);
  #length = 0;

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  byte(value: number): this {
    this.#room(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  uint(value: number): this {
    this.#room(8);
    this.#length = writeUintAt(this.#bytes, this.#length, value);
    return this;
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  byteArray(bytes: Uint8Array): this {
    return this.uint(bytes.length).raw(bytes);
  }

  string(value: string): this {
    return this.byteArray(utf8Writer.encode(value));
  }

  /** What was written, as an array of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
