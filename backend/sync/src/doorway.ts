/** Waits for a place; taken off the list when the one who waits is gone. */
interface Waiting {
  resolve(entered: boolean): void;
  timer: NodeJS.Timeout;
}

/**
 * How many may be on their way in at once. When everyone comes back in the same moment, those who are beyond it wait their
 * turn before anything is done for them, instead of being sent away to come again all together.
 */
export class Doorway {
  readonly #places: number;
  readonly #waitingMax: number;
  readonly #patienceMs: number;
  readonly #waiting = new Set<Waiting>();
  #inside = 0;
  #closed = false;

  constructor({ places, waitingMax, patienceMs }: { places: number; waitingMax: number; patienceMs: number }) {
    this.#places = places;
    this.#waitingMax = waitingMax;
    this.#patienceMs = patienceMs;
  }

  /**
   * Takes a place, or waits for one.
   *
   * @param gone fulfilled when whoever waits is not there any more
   * @returns whether there is a place, which is given back by `leave`; false: too many wait, it took too long, or it is closed.
   */
  async enter(gone?: AbortSignal): Promise<boolean> {
    if (this.#closed || gone?.aborted) return false;
    if (this.#inside < this.#places) {
      this.#inside += 1;
      return true;
    }
    if (this.#waiting.size >= this.#waitingMax) return false;
    return new Promise((resolve) => {
      const giveUp = () => this.#end(waiting, false);
      const waiting: Waiting = {
        resolve: (entered) => {
          gone?.removeEventListener('abort', giveUp);
          resolve(entered);
        },
        timer: setTimeout(giveUp, this.#patienceMs),
      };
      gone?.addEventListener('abort', giveUp);
      this.#waiting.add(waiting);
    });
  }

  get counts(): { inside: number; waiting: number } {
    return { inside: this.#inside, waiting: this.#waiting.size };
  }

  /** Gives a place back, to the one who has waited longest. */
  leave(): void {
    const [next] = this.#waiting;
    if (next) this.#end(next, true);
    else this.#inside -= 1;
  }

  /** Nobody comes in any more. */
  close(): void {
    this.#closed = true;
    for (const waiting of this.#waiting) this.#end(waiting, false);
  }

  #end(waiting: Waiting, entered: boolean): void {
    if (!this.#waiting.delete(waiting)) return;
    clearTimeout(waiting.timer);
    waiting.resolve(entered);
  }
}
