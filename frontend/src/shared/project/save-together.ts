import type { ConnectionState, LiveDocument, SaveState } from '../live/live.ts';

export interface WaitingHere {
  /** Changes of the outline. */
  outline: number;
  /** Changes of every scene of the work on this device, open or left behind. */
  scenes: number;
}

/** What may be said about everything one wrote here: as bad as the worst part, and only `saved` when all of it is. */
export function saveTogether(states: readonly SaveState[], here: WaitingHere, connection: ConnectionState): SaveState {
  const closed = states.find((state) => state.kind === 'closed');
  if (closed) return closed;
  const readOnly = states.find((state) => state.kind === 'read-only' && state.unsent > 0) ?? (states.length > 0 && states.every((state) => state.kind === 'read-only') ? states[0] : undefined);
  if (readOnly) return readOnly;
  const open = states.reduce((sum, state) => sum + (state.kind === 'saving' || state.kind === 'offline' ? state.waiting : 0), 0);
  const waiting = here.outline + Math.max(open, here.scenes);
  if (connection === 'offline' || states.some((state) => state.kind === 'offline')) return { kind: 'offline', waiting };
  if (waiting > 0) return { kind: 'saving', waiting };
  if (states.some((state) => state.kind === 'opening')) return { kind: 'opening' };
  const latest = states.reduce<Date | null>((at, state) => (state.kind === 'saved' && state.at && (!at || state.at > at) ? state.at : at), null);
  return { kind: 'saved', at: latest };
}

/** How much would be lost if this device lost it: changes that the server has not confirmed. */
export function unsentOf(state: SaveState): number {
  switch (state.kind) {
    case 'saving':
    case 'offline':
      return state.waiting;
    case 'read-only':
    case 'closed':
      return state.unsent;
    case 'opening':
    case 'saved':
      return 0;
  }
}

const isOnItsWay = (state: SaveState): boolean => (state.kind === 'saving' || state.kind === 'offline') && state.waiting > 0;

/** The scenes that are open in this tab, for everything that speaks of all of them: save state, leave guard, copies. */
export class OpenScenes {
  readonly #open = new Map<LiveDocument, () => void>();
  readonly #listeners = new Set<() => void>();
  #states: readonly SaveState[] = [];

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** The same array until one of them changes. */
  readonly states = (): readonly SaveState[] => this.#states;

  /** Everything opened here that was never confirmed, as plain lines; null when there is nothing. */
  unsentText(): string | null {
    const texts = [...this.#open.keys()].map((document) => document.unsentText()).filter((text) => text !== null);
    return texts.length > 0 ? texts.join('\n\n') : null;
  }

  /** Whether this scene is open here. */
  has(documentId: string): boolean {
    return [...this.#open.keys()].some((document) => document.documentId === documentId);
  }

  /**
   * Counts a scene in while it is open. The answer leaves it: at once when nothing of it waits, else when the server has
   * it all, because a writer who goes on to the next scene has not taken anything back.
   */
  add(document: LiveDocument): () => void {
    const stop = document.subscribe(() => this.#changed());
    this.#open.set(document, stop);
    this.#changed();
    return () => {
      if (!isOnItsWay(document.getSave())) return this.#leave(document, stop);
      const left = document.subscribe(() => {
        if (isOnItsWay(document.getSave())) return;
        left();
        this.#leave(document, stop);
      });
    };
  }

  #leave(document: LiveDocument, stop: () => void): void {
    stop();
    // Opened again in the meantime, it is counted by whoever opened it.
    if (this.#open.get(document) === stop) this.#open.delete(document);
    document.release();
    this.#changed();
  }

  #changed(): void {
    const states = [...this.#open.keys()].map((document) => document.getSave());
    if (states.length === this.#states.length && states.every((state, index) => state === this.#states[index])) return;
    this.#states = states;
    for (const listener of this.#listeners) listener();
  }
}
