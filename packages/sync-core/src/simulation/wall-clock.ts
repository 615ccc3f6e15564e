import type { Chance } from './chance.ts';
import type { Timeline } from './timeline.ts';

/** A clock on a wall: wrong from the start and set at any moment, by days and both ways. Nothing may depend on it. */
export class WallClock {
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  #offMs = 0;

  constructor(timeline: Timeline, chance: Chance) {
    this.#timeline = timeline;
    this.#chance = chance;
    this.jump();
  }

  nowMs(): number {
    return this.#timeline.nowMs + this.#offMs;
  }

  /** Someone sets it, or the machine wakes up elsewhere. */
  jump(): void {
    const days = 86_400_000;
    this.#offMs = this.#chance.between(-8 * days, 8 * days);
  }
}
