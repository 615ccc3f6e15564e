/** Calls back after the next frame has been shown. */
type AfterFrame = (then: () => void) => void;

/**
 * Work that is too much for one frame if it comes together: the first runs at once, each other one in a frame of its own.
 * Making a scene's surface takes most of a frame, and a scroll or an answer of the server makes several ready at once.
 */
export class OneAFrame {
  readonly #afterFrame: AfterFrame;
  readonly #waiting = new Set<() => void>();
  #taken = false;

  constructor(afterFrame: AfterFrame) {
    this.#afterFrame = afterFrame;
  }

  /** @returns takes the work back, if it has not run yet. */
  run(work: () => void): () => void {
    if (this.#taken) this.#waiting.add(work);
    else this.#take(work);
    return () => this.#waiting.delete(work);
  }

  #take(work: () => void): void {
    this.#taken = true;
    this.#afterFrame(() => {
      this.#taken = false;
      const [next] = this.#waiting;
      if (!next) return;
      this.#waiting.delete(next);
      this.#take(next);
    });
    work();
  }
}

/** The frames of this page. */
export const pageFrames = new OneAFrame((then) => requestAnimationFrame(() => setTimeout(then)));
