import { Malformed, Reader, Writer } from './bytes.ts';
import { IdRanges, type Range, StateVector } from './id-ranges.ts';

/**
 * What a Yjs update (encoding v1) says about itself, read without building a document: which clocks it brings, what it
 * refers to, what it deletes. The layout is Yjs 13's and stays so in 14: per client a run of structs,
 * then a delete set. Every content is walked to its end, so that what passes here is at least well formed.
 */
export interface UpdateSummary {
  /** Clocks brought, in the order written; Skip structs leave holes, contiguous structs are one range. */
  readonly brings: readonly Range[];
  /** For each client the highest clock + 1 that an origin or a parent refers to. */
  readonly refersTo: StateVector;
  readonly deletes: readonly Range[];
  /**
   * What hangs on another client of the same update, in the order written: a struct's client and clock, the other's client
   * and the clock it must have reached. Four numbers each. Empty when only one client is in it, as in what people type.
   */
  readonly crossings: readonly number[];
  /** Where the delete set begins in the bytes. */
  readonly deleteSetAt: number;
  readonly structCount: number;
}

/** Deeper than any manuscript and shallower than any stack (X40). */
const NESTING_MAX = 200;

/** The bits of a struct's first byte. */
export const CONTENT_MASK = 0b0001_1111;
export const PARENT_KEY = 0b0010_0000;
export const RIGHT_ORIGIN = 0b0100_0000;
export const ORIGIN = 0b1000_0000;

/**
 * Reads the header of an update.
 *
 * @throws Malformed when the bytes are not a whole update of version 1.
 */
export function readUpdate(bytes: Uint8Array): UpdateSummary {
  const reader = new Reader(bytes);
  const brings: Range[] = [];
  const refersTo = new StateVector();
  const crossings: number[] = [];
  let structCount = 0;

  const clientCount = reader.uint();
  const seen = clientCount > 1 ? new Set<number>() : null;
  /** Reads the id of a struct that this one hangs on. One's own must be older: Yjs crashes on a struct that hangs on itself. */
  const refer = (client: number, clock: number) => {
    const otherClient = reader.uint();
    const otherClock = reader.uint();
    if (otherClient === client && otherClock >= clock) throw new Malformed('hangs on itself');
    const reached = advance(otherClock, 1);
    refersTo.raise(otherClient, reached);
    if (clientCount > 1 && otherClient !== client) crossings.push(client, clock, otherClient, reached);
  };
  for (let clients = clientCount; clients > 0; clients -= 1) {
    const structs = reader.uint();
    const client = reader.uint();
    // Of two runs Yjs takes the last and forgets the first.
    if (seen?.has(client)) throw new Malformed('a client twice');
    seen?.add(client);
    let clock = reader.uint();
    structCount += structs;
    let open: Range | null = null;
    for (let left = structs; left > 0; left -= 1) {
      const info = reader.byte();
      const content = info & CONTENT_MASK;
      let length: number;
      // Yjs itself reads these in two ways.
      if ((content === 0 || content === 10) && info !== content) throw new Malformed('a hole with neighbours');
      if (content === 10) {
        length = reader.uint();
        clock = advance(clock, length);
        open = null;
        continue;
      }
      if (content === 0) length = reader.uint();
      else {
        if (info & ORIGIN) refer(client, clock);
        if (info & RIGHT_ORIGIN) refer(client, clock);
        if (!(info & (ORIGIN | RIGHT_ORIGIN))) {
          const parentIsKey = reader.uint();
          if (parentIsKey === 1) reader.skipString();
          else if (parentIsKey === 0) refer(client, clock);
          else throw new Malformed('parent');
          if (info & PARENT_KEY) reader.skipString();
        }
        length = skipContent(reader, content);
      }
      if (length === 0) throw new Malformed('empty struct');
      const to = advance(clock, length);
      if (open) open.to = to;
      else {
        open = { client, from: clock, to };
        brings.push(open);
      }
      clock = to;
    }
  }

  const deleteSetAt = reader.at;
  return { brings, refersTo, deletes: readDeletes(reader), crossings, deleteSetAt, structCount };
}

/** A delete set, to the end of the bytes. */
function readDeletes(reader: Reader): Range[] {
  const deletes: Range[] = [];
  for (let clients = reader.uint(); clients > 0; clients -= 1) {
    const client = reader.uint();
    for (let left = reader.uint(); left > 0; left -= 1) {
      const from = reader.uint();
      const length = reader.uint();
      // Yjs falls over one that it has to keep for later.
      if (length === 0) throw new Malformed('empty deletion');
      deletes.push({ client, from, to: advance(from, length) });
    }
  }
  if (!reader.done) throw new Malformed('bytes after the end');
  return deletes;
}

function advance(clock: number, length: number): number {
  const next = clock + length;
  if (next > Number.MAX_SAFE_INTEGER) throw new Malformed('clock too large');
  return next;
}

/** Walks over a struct's content and answers its length in clocks. */
export function skipContent(reader: Reader, content: number): number {
  switch (content) {
    case 1: // deleted
      return reader.uint();
    case 2: {
      // JSON: that many strings
      const length = reader.uint();
      for (let left = length; left > 0; left -= 1) reader.skipString();
      return length;
    }
    case 3: // binary
      reader.skip(reader.uint());
      return 1;
    case 4: // text
      return reader.skipString();
    case 5: // embed
      checkJson(reader.string());
      return 1;
    case 6: // format: key, value
      reader.skipString();
      checkJson(reader.string());
      return 1;
    case 7: {
      // shared type; XML elements and hooks carry their name
      const type = reader.uint();
      if (type > 6) throw new Malformed('type');
      if (type === 3 || type === 5) reader.skipString();
      return 1;
    }
    case 8: {
      // values
      const length = reader.uint();
      for (let left = length; left > 0; left -= 1) skipAny(reader, 0);
      return length;
    }
    case 9: // subdocument: guid, options
      reader.skipString();
      skipAny(reader, 0);
      return 1;
    default:
      throw new Malformed('content');
  }
}

function checkJson(text: string): void {
  // `undefined` is written so by Yjs itself.
  if (text === 'undefined') return;
  try {
    JSON.parse(text);
  } catch {
    throw new Malformed('JSON');
  }
}

/** Walks over one value of lib0's `any` encoding. */
function skipAny(reader: Reader, depth: number): void {
  if (depth > NESTING_MAX) throw new Malformed('nested too deeply');
  const kind = reader.byte();
  switch (kind) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return;
    case 125: {
      // signed integer: 6 bits in the first byte, then 7 a byte
      let byte = reader.byte();
      for (let read = 1; byte & 0x80; read += 1) {
        if (read > 8) throw new Malformed('number too long');
        byte = reader.byte();
      }
      return;
    }
    case 124:
      return reader.skip(4);
    case 123:
    case 122:
      return reader.skip(8);
    case 119:
      reader.skipString();
      return;
    case 118:
      for (let left = reader.uint(); left > 0; left -= 1) {
        reader.skipString();
        skipAny(reader, depth + 1);
      }
      return;
    case 117:
      for (let left = reader.uint(); left > 0; left -= 1) skipAny(reader, depth + 1);
      return;
    case 116:
      return reader.skip(reader.uint());
    default:
      throw new Malformed('value');
  }
}

/**
 * Whether an update can be integrated wholly where `known` says the next clock of each client: no run begins after what is
 * known, and all it refers to or deletes is known or comes with it. If not, Yjs would keep it pending, and what is pending
 * must never be acknowledged (I8).
 */
export function integrates(summary: UpdateSummary, known: (client: number) => number): boolean {
  const reach = new Map<number, number>();
  const knows = (client: number) => reach.get(client) ?? known(client);
  for (const { client, from, to } of summary.brings) {
    if (from > knows(client)) return false;
    if (to > knows(client)) reach.set(client, to);
  }
  for (const [client, next] of summary.refersTo) if (next > knows(client)) return false;
  for (const { client, to } of summary.deletes) if (to > knows(client)) return false;
  return summary.crossings.length === 0 || hasABeginning(summary.crossings, known);
}

/**
 * Whether what hangs on each other can be laid down one after another. Bytes made by hand can hang in a circle, of which
 * nothing is ever first: it would stay pending with everyone who has it, and the log could not be folded any more.
 */
function hasABeginning(crossings: readonly number[], known: (client: number) => number): boolean {
  const count = crossings.length / 4;
  const clientOf = (crossing: number) => crossings[crossing * 4]!;
  const clockOf = (crossing: number) => crossings[crossing * 4 + 1]!;
  /** The crossings of a client stand together: where they begin and end. */
  const lines = new Map<number, { from: number; to: number }>();
  for (let at = 0; at < count; at += 1) {
    const line = lines.get(clientOf(at));
    if (line) line.to = at + 1;
    else lines.set(clientOf(at), { from: at, to: at + 1 });
  }
  /** The last crossing of the other client that has to be laid down before this one, or none. */
  const before = (crossing: number): number | null => {
    const [other, needed] = [crossings[crossing * 4 + 2]!, crossings[crossing * 4 + 3]!];
    const line = lines.get(other);
    if (!line || needed <= known(other)) return null;
    let [low, high] = [line.from, line.to];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (clockOf(middle) < needed) low = middle + 1;
      else high = middle;
    }
    return low > line.from ? low - 1 : null;
  };

  const waits = new Uint8Array(count);
  const waiting = new Map<number, number[]>();
  const ready: number[] = [];
  for (let at = 0; at < count; at += 1) {
    if (at > 0 && clientOf(at - 1) === clientOf(at)) waits[at]! += 1;
    const first = before(at);
    if (first !== null) {
      waits[at]! += 1;
      const list = waiting.get(first);
      if (list) list.push(at);
      else waiting.set(first, [at]);
    }
    if (waits[at] === 0) ready.push(at);
  }
  let laid = 0;
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    laid += 1;
    const freed = waiting.get(at) ?? [];
    if (at + 1 < count && clientOf(at + 1) === clientOf(at)) freed.push(at + 1);
    for (const next of freed) {
      waits[next]! -= 1;
      if (waits[next] === 0) ready.push(next);
    }
  }
  return laid === count;
}

/**
 * What a document holds: how far each clock is known, and which clocks are deleted. The deletions of a snapshot stay as the
 * snapshot wrote them, a few bytes a range, until somebody sends one: a document that is open and quiet keeps no more.
 */
export class Coverage {
  readonly known: StateVector;
  #deleted: IdRanges;
  #settled: Uint8Array | null;

  /** `settled`: the delete set of a snapshot, as the update writes it. */
  constructor(known = new StateVector(), deleted = new IdRanges(), settled: Uint8Array | null = null) {
    this.known = known;
    this.#deleted = deleted;
    this.#settled = settled;
  }

  /** Of whole updates laid one on another. Each must be integrable on the ones before it. */
  static of(updates: Iterable<Uint8Array>): Coverage {
    const coverage = new Coverage();
    for (const update of updates) coverage.add(readUpdate(update));
    return coverage;
  }

  /** Whether the update can be integrated wholly on what is held. */
  integrates(summary: UpdateSummary): boolean {
    return integrates(summary, (client) => this.known.get(client));
  }

  /** The clocks of the update that are not known yet. */
  newClocks(summary: UpdateSummary): Range[] {
    const fresh: Range[] = [];
    for (const { client, from, to } of summary.brings) {
      const known = this.known.get(client);
      if (to > known) fresh.push({ client, from: Math.max(from, known), to });
    }
    return fresh;
  }

  /** Whether the update changes anything: brings a clock or deletes one that is not deleted yet. */
  isNews(summary: UpdateSummary): boolean {
    return summary.brings.some(({ client, to }) => to > this.known.get(client)) || summary.deletes.some((range) => !this.#isDeleted(range));
  }

  #isDeleted(range: Range): boolean {
    if (this.#deleted.covers(range)) return true;
    if (!this.#settled) return false;
    for (const settled of readDeletes(new Reader(this.#settled))) this.#deleted.add(settled);
    this.#settled = null;
    return this.#deleted.covers(range);
  }

  add(summary: UpdateSummary): void {
    for (const { client, to } of summary.brings) this.known.raise(client, to);
    for (const range of summary.deletes) this.#deleted.add(range);
  }

  /** A newer snapshot holds every deletion but those of `later`. */
  settle(deletions: Uint8Array, later: Iterable<UpdateSummary>): void {
    this.#settled = deletions;
    this.#deleted = IdRanges.of([...later].flatMap(({ deletes }) => deletes));
  }
}

/** Only the deletions of an update, as an update: for a returning client that has every clock already. */
export const deletionsOf = (update: Uint8Array): Uint8Array => updateOfDeletions(deleteSetOf(update));

/** The delete set of an update, in bytes of its own. */
export const deleteSetOf = (update: Uint8Array): Uint8Array => new Uint8Array(update.subarray(readUpdate(update).deleteSetAt));

/** An update that deletes and brings nothing. */
export const updateOfDeletions = (deleteSet: Uint8Array): Uint8Array => new Writer().byte(0).raw(deleteSet).finish();

/** The update that changes nothing. */
export const EMPTY_UPDATE: Uint8Array = Uint8Array.of(0, 0);
