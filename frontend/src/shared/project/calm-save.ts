import type { SaveState } from '../live/live.ts';

/** Nothing was typed for this long after the last commit: then the page says that all is saved. */
export const SETTLED_MS = 400;

type Subscribe = (listener: () => void) => () => void;

/**
 * The save state as a page shows it. Whatever is worse is shown at once; *saved* follows *saving* only after a pause, so
 * that the word does not flicker between two keys, and a key in the middle of a sentence draws nothing of the page anew.
 */
export class CalmSave {
  readonly #read: () => SaveState;
  readonly #sources: readonly Subscribe[];
  readonly #listeners = new Set<() => void>();
  #stops: (() => void)[] = [];
  #shown: SaveState;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(read: () => SaveState, sources: readonly Subscribe[]) {
    this.#read = read;
    this.#sources = sources;
    this.#shown = read();
  }

  /** The same object until something else is to be shown. */
  readonly state = (): SaveState => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#stops = this.#sources.map((subscribe) => subscribe(() => this.#look()));
      this.#look();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      for (const stop of this.#stops.splice(0)) stop();
    };
  };

  #look(): void {
    const now = this.#read();
    clearTimeout(this.#timer);
    if (now.kind === 'saved' && this.#shown.kind === 'saving') this.#timer = setTimeout(() => this.#show(this.#read()), SETTLED_MS);
    else this.#show(now);
  }

  #show(now: SaveState): void {
    // How many changes are on their way is not shown.
    if (now.kind === 'saving' && this.#shown.kind === 'saving') return;
    this.#shown = now;
    for (const listener of this.#listeners) listener();
  }
}
