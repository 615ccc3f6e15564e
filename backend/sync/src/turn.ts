/** Something that gathers what it has to say during a turn of the event loop and says it at the end. */
export interface Flushing {
  flush(): void;
}

/**
 * The end of a turn of the event loop, when everything that was readable has been read: rooms hand out what came in, then
 * each socket writes once. A delivery costs what its system call costs, however much is in it.
 */
export class Turn {
  readonly #rooms = new Set<Flushing>();
  readonly #sockets = new Set<Flushing>();
  #waiting: (() => void)[] = [];
  #isComing = false;

  room(room: Flushing): void {
    this.#rooms.add(room);
    this.#come();
  }

  socket(socket: Flushing): void {
    this.#sockets.add(socket);
    this.#come();
  }

  /** Fulfilled when this turn is over: whoever waits for a word has it by then, and what takes longer may begin. */
  over(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#come();
    });
  }

  #come(): void {
    if (this.#isComing) return;
    this.#isComing = true;
    setImmediate(() => this.#end());
  }

  #end(): void {
    for (const waiting of [this.#rooms, this.#sockets]) {
      for (const each of waiting) {
        waiting.delete(each);
        each.flush();
      }
    }
    this.#isComing = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    if (this.#rooms.size + this.#sockets.size > 0) this.#come();
  }
}
