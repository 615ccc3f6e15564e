import { Reader, Writer } from './bytes.ts';
import type { Range } from './id-ranges.ts';
import { CONTENT_MASK, ORIGIN, PARENT_KEY, readUpdate, RIGHT_ORIGIN, skipContent } from './update.ts';

/** Deletions in one part: some 300 kB at most. */
const DELETIONS_MAX = 20_000;
const GC = 0;
const STRING = 4;
const SKIP = 10;

/** One struct of an update: where it lies in the bytes, and what it hangs on. */
interface Struct {
  client: number;
  clock: number;
  length: number;
  bytes: Uint8Array;
  refers: readonly { client: number; clock: number }[];
}

/**
 * A large update as several that are laid down one after another: a paste of a whole novel, its redo, the outbox of a week
 * without a network. Each can be integrated on the ones before it, and together they are the whole. An update that is not
 * larger than `bytesMax` is its own and only part; a part is larger than that only by what cannot be divided.
 *
 * @throws Malformed when the bytes are no update.
 */
export function splitUpdate(update: Uint8Array, bytesMax: number): Uint8Array[] {
  if (update.length <= bytesMax) return [update];
  const { deletes } = readUpdate(update);
  const parts: Uint8Array[] = [];
  let part = new Part();
  for (const struct of inOrder(structsOf(update, bytesMax))) {
    if (part.size > 0 && part.size + struct.bytes.length > bytesMax) {
      parts.push(part.finish([]));
      part = new Part();
    }
    part.add(struct);
  }
  // Deletions come last: they may be of what this very update brings.
  if (deletes.length <= DELETIONS_MAX) return [...parts, part.finish(deletes)];
  if (part.size > 0) parts.push(part.finish([]));
  for (let at = 0; at < deletes.length; at += DELETIONS_MAX) parts.push(new Part().finish(deletes.slice(at, at + DELETIONS_MAX)));
  return parts;
}

class Part {
  readonly #clients = new Map<number, Struct[]>();
  size = 0;

  add(struct: Struct): void {
    const line = this.#clients.get(struct.client);
    if (line) line.push(struct);
    else this.#clients.set(struct.client, [struct]);
    this.size += struct.bytes.length;
  }

  finish(deletes: readonly Range[]): Uint8Array {
    const writer = new Writer().uint(this.#clients.size);
    for (const [client, structs] of this.#clients) {
      writer.uint(structs.length).uint(client).uint(structs[0]!.clock);
      for (const { bytes } of structs) writer.raw(bytes);
    }
    const clients = new Map<number, Range[]>();
    for (const range of deletes) {
      const ranges = clients.get(range.client);
      if (ranges) ranges.push(range);
      else clients.set(range.client, [range]);
    }
    writer.uint(clients.size);
    for (const [client, ranges] of clients) {
      writer.uint(client).uint(ranges.length);
      for (const { from, to } of ranges) writer.uint(from).uint(to - from);
    }
    return writer.finish();
  }
}

/** All structs as the update lists them, a string that is too long in pieces. */
function* structsOf(update: Uint8Array, bytesMax: number): Generator<Struct> {
  const reader = new Reader(update);
  for (let clients = reader.uint(); clients > 0; clients -= 1) {
    const structs = reader.uint();
    const client = reader.uint();
    let clock = reader.uint();
    for (let left = structs; left > 0; left -= 1) {
      const begin = reader.at;
      const info = reader.byte();
      const content = info & CONTENT_MASK;
      const refers: { client: number; clock: number }[] = [];
      const refer = () => refers.push({ client: reader.uint(), clock: reader.uint() });
      let length: number;
      let rightOrigin: Uint8Array | null = null;
      let contentAt = reader.at;
      if (content === GC || content === SKIP) length = reader.uint();
      else {
        if (info & ORIGIN) refer();
        const rightAt = reader.at;
        if (info & RIGHT_ORIGIN) {
          refer();
          rightOrigin = update.subarray(rightAt, reader.at);
        }
        if (!(info & (ORIGIN | RIGHT_ORIGIN))) {
          if (reader.uint() === 1) reader.skipString();
          else refer();
          if (info & PARENT_KEY) reader.skipString();
        }
        contentAt = reader.at;
        length = skipContent(reader, content);
      }
      const bytes = update.subarray(begin, reader.at);
      if (content === STRING && bytes.length > bytesMax)
        yield* piecesOf({ client, clock, length, bytes, refers }, { info, head: update.subarray(begin, contentAt), text: new Reader(update.subarray(contentAt, reader.at)).byteArray(), rightOrigin, bytesMax });
      else yield { client, clock, length, bytes, refers };
      clock += length;
    }
  }
}

/** A string in pieces, each hanging on the one before it, as Yjs itself divides an item. */
function* piecesOf(struct: Struct, { info, head, text, rightOrigin, bytesMax }: { info: number; head: Uint8Array; text: Uint8Array; rightOrigin: Uint8Array | null; bytesMax: number }): Generator<Struct> {
  const { client } = struct;
  let { clock } = struct;
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + bytesMax);
    // Never in the middle of a character.
    while (end < text.length && (text[end]! & 0xc0) === 0x80) end -= 1;
    const piece = text.subarray(at, end);
    const writer = new Writer();
    const isFirst = at === 0;
    if (isFirst) writer.raw(head);
    else {
      writer
        .byte((info & (CONTENT_MASK | RIGHT_ORIGIN)) | ORIGIN)
        .uint(client)
        .uint(clock - 1);
      if (rightOrigin) writer.raw(rightOrigin);
    }
    const length = unitsOf(piece);
    yield { client, clock, length, bytes: writer.byteArray(piece).finish(), refers: isFirst ? struct.refers : [] };
    clock += length;
    at = end;
  }
}

/** UTF-16 units of UTF-8: every character that begins is one, those beyond U+FFFF are two. */
function unitsOf(utf8: Uint8Array): number {
  let units = 0;
  for (const byte of utf8) units += byte >= 0xf0 ? 2 : (byte & 0xc0) === 0x80 ? 0 : 1;
  return units;
}

/** The structs of every client in their order, each after what it hangs on. */
function* inOrder(structs: Iterable<Struct>): Generator<Struct> {
  const lines = new Map<number, Struct[]>();
  for (const struct of structs) {
    const line = lines.get(struct.client);
    if (line) line.push(struct);
    else lines.set(struct.client, [struct]);
  }
  const next = new Map<number, number>();
  const isThere = ({ client, clock }: { client: number; clock: number }) => {
    const line = lines.get(client);
    const waiting = line?.[next.get(client) ?? 0];
    return waiting === undefined || clock < waiting.clock;
  };
  for (let moved = true; moved;) {
    moved = false;
    for (const [client, line] of lines) {
      let at = next.get(client) ?? 0;
      while (at < line.length && line[at]!.refers.every((id) => id.client === client || isThere(id))) {
        yield line[at]!;
        at += 1;
        next.set(client, at);
        moved = true;
      }
    }
  }
  // What hangs in a circle: nobody integrates it, whole or in parts.
  for (const [client, line] of lines) yield* line.slice(next.get(client) ?? 0);
}
