/** What happened in a room within a slice of time. However many hear of it, each wire puts it into bytes once. */
export class Slice<T> {
  readonly items: readonly T[];
  readonly #encoded = new Map<string, Uint8Array>();

  constructor(items: readonly T[]) {
    this.items = items;
  }

  /** The items as the wire of this name writes them. */
  as(wire: string, encode: (items: readonly T[]) => Uint8Array): Uint8Array {
    const known = this.#encoded.get(wire);
    if (known) return known;
    const bytes = encode(this.items);
    this.#encoded.set(wire, bytes);
    return bytes;
  }
}
