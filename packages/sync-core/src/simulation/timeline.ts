/** The world's monotonic time, in milliseconds, and what is to happen. Nothing in the world has another clock to wait by. */
export class Timeline {
  nowMs = 0;
  happened = 0;
  #order = 0;
  /** A binary heap, the next event first; of two at one moment, the one asked for earlier. */
  readonly #heap: Planned[] = [];

  after(ms: number, event: () => void): void {
    this.at(this.nowMs + ms, event);
  }

  at(atMs: number, event: () => void): void {
    const planned = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, event };
    let at = this.#heap.push(planned) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(planned, this.#heap[above]!)) break;
      this.#heap[at] = this.#heap[above]!;
      at = above;
    }
    this.#heap[at] = planned;
  }

  /** Lets everything happen that is due within `ms`. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.#heap.length > 0 && this.#heap[0]!.atMs <= untilMs) {
      const next = this.#take();
      this.nowMs = next.atMs;
      this.happened += 1;
      next.event();
    }
    this.nowMs = untilMs;
  }

  #take(): Planned {
    const first = this.#heap[0]!;
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= this.#heap.length) break;
      if (below + 1 < this.#heap.length && isBefore(this.#heap[below + 1]!, this.#heap[below]!)) below += 1;
      if (!isBefore(this.#heap[below]!, last)) break;
      this.#heap[at] = this.#heap[below]!;
      at = below;
    }
    this.#heap[at] = last;
    return first;
  }
}

interface Planned {
  atMs: number;
  order: number;
  event: () => void;
}

const isBefore = (one: Planned, other: Planned): boolean => one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
