/** So long a slow line takes for the largest of scenes; a proxy that swallows answers takes for ever. */
const ARRIVES_WITHIN_MS = 60_000;
const ATTEMPTS = 2;

interface Host<Frame> {
  get(path: string, signal: AbortSignal): Promise<Uint8Array>;
  arrived(snapshot: Uint8Array): void;
  /** What was held, in its order, after the snapshot. */
  hear(frame: Frame): void;
  /** The channel has to be opened anew, without the offer to fetch. */
  failed(): void;
}

/**
 * Fetches the snapshot of a join. What the channel says meanwhile rests on it and is held until it is there, the word
 * `ready` above all: a scene is not loaded before its content is.
 */
export class SnapshotFetch<Frame extends { type: string }> {
  readonly #host: Host<Frame>;
  #held: Frame[] = [];
  #state: 'idle' | 'fetching' | 'failed' = 'idle';
  #abort = new AbortController();

  constructor(host: Host<Frame>) {
    this.#host = host;
  }

  /** Whether a frame has to wait, or belongs to a join that was given up. */
  holds(frame: Frame): boolean {
    if (this.#state === 'idle' || frame.type === 'closed') return false;
    if (this.#state === 'fetching') this.#held.push(frame);
    // Of the join that failed something may still be on its way; the next one begins with this word.
    else if (frame.type === 'opened') {
      this.#state = 'idle';
      return false;
    }
    return true;
  }

  begin(path: string): void {
    this.end();
    this.#state = 'fetching';
    this.#abort = new AbortController();
    void this.#fetch(path, this.#abort.signal);
  }

  /** The channel is closed or its connection lost: nothing that was held matters. */
  end(): void {
    this.#abort.abort();
    this.#held = [];
    this.#state = 'idle';
  }

  async #fetch(path: string, ended: AbortSignal): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const snapshot = await this.#host.get(path, AbortSignal.any([ended, AbortSignal.timeout(ARRIVES_WITHIN_MS)])).catch(() => null);
      if (ended.aborted) return;
      if (!snapshot) continue;
      this.#state = 'idle';
      const held = this.#held.splice(0);
      this.#host.arrived(snapshot);
      for (const frame of held) this.#host.hear(frame);
      return;
    }
    this.#held = [];
    this.#state = 'failed';
    this.#host.failed();
  }
}
