import type { CommittedRow } from '../cursor.ts';
import type { Surroundings } from './surroundings.ts';

export type BusWord =
  | ({ type: 'row'; epoch: number } & CommittedRow)
  /** A pointer only, as NOTIFY carries. */
  | { type: 'hint'; epoch: number; row: CommittedRow['row'] }
  /** The compactor made a snapshot, or history was replaced: look. */
  | { type: 'look' }
  | { type: 'presence'; session: number; client: number; clock: number; state: string | null }
  /** These sessions of some node are alive. */
  | { type: 'alive'; sessions: readonly number[] };

export interface Listener {
  hearBus(word: BusWord): void;
  /** The bus was away and is back: whatever was said meanwhile is not coming. */
  busIsBack(): void;
}

/** What carries word between nodes. It loses, delays, repeats and disorders, is away for a while, and forgets all it holds. */
export class Bus {
  readonly #surroundings: Surroundings;
  readonly #listeners: readonly Listener[];
  #awayUntilMs = 0;
  /** What was under way when the bus was emptied never comes. */
  #filling = 0;

  constructor(surroundings: Surroundings, listeners: readonly Listener[]) {
    this.#surroundings = surroundings;
    this.#listeners = listeners;
  }

  get isAway(): boolean {
    return this.#surroundings.timeline.nowMs < this.#awayUntilMs;
  }

  say(from: Listener | null, word: BusWord): void {
    const { chance, areFaultsOn } = this.#surroundings;
    if (this.isAway) return;
    for (const listener of this.#listeners) {
      if (listener === from) continue;
      if (areFaultsOn() && chance.is(0.08)) continue;
      const copies = areFaultsOn() && chance.is(0.05) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) this.#deliver(listener, word);
    }
  }

  #deliver(listener: Listener, word: BusWord): void {
    const { chance, timeline, areFaultsOn } = this.#surroundings;
    const filling = this.#filling;
    timeline.after(areFaultsOn() && chance.is(0.1) ? chance.between(100, 1_500) : chance.between(1, 20), () => {
      if (filling === this.#filling && !this.isAway) listener.hearBus(word);
    });
  }

  empty(): void {
    this.#filling += 1;
  }

  goAway(ms: number): void {
    this.empty();
    this.#awayUntilMs = this.#surroundings.timeline.nowMs + ms;
    this.#surroundings.timeline.after(ms, () => this.#comeBack());
  }

  heal(): void {
    this.#awayUntilMs = 0;
    this.#comeBack();
  }

  #comeBack(): void {
    if (!this.isAway) for (const listener of this.#listeners) listener.busIsBack();
  }
}
