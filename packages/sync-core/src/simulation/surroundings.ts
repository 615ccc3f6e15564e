import type { Auditor } from './auditor.ts';
import type { Chance } from './chance.ts';
import type { Timeline } from './timeline.ts';

/** What everyone in the world shares. */
export interface Surroundings {
  chance: Chance;
  timeline: Timeline;
  auditor: Auditor;
  /** Notes a moment for whoever replays the seed. */
  trace: (...moment: readonly (string | number)[]) => void;
  /** Whether things may still go wrong by themselves: answers lost, hints dropped, slow links. */
  areFaultsOn: () => boolean;
}

/** What core says of a person in this work. */
export type Standing = 'writer' | 'reader' | 'out';
