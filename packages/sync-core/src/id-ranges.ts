import type { Reader } from './bytes.ts';
import { Writer } from './bytes.ts';

/** Clocks of one client, `to` exclusive. */
export interface Range {
  client: number;
  from: number;
  to: number;
}

/** How far each client's clock is known: the next clock expected. */
export class StateVector {
  readonly #next = new Map<number, number>();

  static of(entries: Iterable<readonly [number, number]>): StateVector {
    const vector = new StateVector();
    for (const [client, next] of entries) vector.raise(client, next);
    return vector;
  }

  /** @throws Malformed */
  static read(reader: Reader): StateVector {
    const vector = new StateVector();
    for (let left = reader.uint(); left > 0; left -= 1) vector.raise(reader.uint(), reader.uint());
    return vector;
  }

  get(client: number): number {
    return this.#next.get(client) ?? 0;
  }

  raise(client: number, next: number): void {
    if (next > this.get(client)) this.#next.set(client, next);
  }

  /** Whether everything `other` knows is known here. */
  covers(other: StateVector): boolean {
    for (const [client, next] of other.#next) if (this.get(client) < next) return false;
    return true;
  }

  copy(): StateVector {
    return StateVector.of(this.#next);
  }

  get size(): number {
    return this.#next.size;
  }

  [Symbol.iterator](): IterableIterator<[number, number]> {
    return this.#next.entries();
  }

  /** As Yjs encodes a state vector. */
  encode(): Uint8Array {
    const writer = new Writer().uint(this.#next.size);
    for (const [client, next] of this.#next) writer.uint(client).uint(next);
    return writer.finish();
  }
}

/** A set of clocks, as sorted, disjoint, non-touching ranges for each client. */
export class IdRanges {
  /** client → from, to, from, to … */
  readonly #ranges = new Map<number, number[]>();

  static of(ranges: Iterable<Range>): IdRanges {
    const set = new IdRanges();
    for (const range of ranges) set.add(range);
    return set;
  }

  get isEmpty(): boolean {
    return this.#ranges.size === 0;
  }

  add({ client, from, to }: Range): void {
    if (to <= from) return;
    const list = this.#ranges.get(client);
    if (!list) {
      this.#ranges.set(client, [from, to]);
      return;
    }
    const last = list.length - 1;
    if (from > list[last]!) {
      list.push(from, to);
      return;
    }
    // The first range that reaches `from`, and the first that begins after `to`: all between melt into one.
    let begin = search(list, from);
    if (begin > 0 && list[begin - 1]! >= from) begin -= 2;
    let end = begin;
    let low = from;
    let high = to;
    while (end < list.length && list[end]! <= to) {
      low = Math.min(low, list[end]!);
      high = Math.max(high, list[end + 1]!);
      end += 2;
    }
    list.splice(begin, end - begin, low, high);
  }

  remove({ client, from, to }: Range): void {
    const list = this.#ranges.get(client);
    if (!list || to <= from) return;
    const kept: number[] = [];
    for (let at = 0; at < list.length; at += 2) {
      const [low, high] = [list[at]!, list[at + 1]!];
      if (low < from) kept.push(low, Math.min(high, from));
      if (high > to) kept.push(Math.max(low, to), high);
    }
    const clean = kept.filter((_, at) => kept[at - (at % 2)]! < kept[at - (at % 2) + 1]!);
    if (clean.length === 0) this.#ranges.delete(client);
    else this.#ranges.set(client, clean);
  }

  covers({ client, from, to }: Range): boolean {
    if (to <= from) return true;
    const list = this.#ranges.get(client);
    if (!list) return false;
    const at = search(list, from + 1) - 2;
    return at >= 0 && list[at]! <= from && list[at + 1]! >= to;
  }

  /** The parts of `range` that are in the set. */
  within({ client, from, to }: Range): Range[] {
    const found: Range[] = [];
    const list = this.#ranges.get(client) ?? [];
    for (let at = 0; at < list.length; at += 2) {
      const low = Math.max(from, list[at]!);
      const high = Math.min(to, list[at + 1]!);
      if (low < high) found.push({ client, from: low, to: high });
    }
    return found;
  }

  *[Symbol.iterator](): IterableIterator<Range> {
    for (const [client, list] of this.#ranges) for (let at = 0; at < list.length; at += 2) yield { client, from: list[at]!, to: list[at + 1]! };
  }
}

/** Index of the first range whose `from` is at least `clock`. */
function search(list: readonly number[], clock: number): number {
  let low = 0;
  let high = list.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle * 2]! < clock) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}
