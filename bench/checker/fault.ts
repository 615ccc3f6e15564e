import type { Furnishing, House, Scene } from './house.ts';

/** What a fault promises beyond LOST 0 DUP 0 GHOST 0, and what was measured of it. */
export interface Kept {
  holds: boolean;
  /** The promise and its figure, for the line of the run. */
  figure: string;
}

/** A fault that is under way. */
interface Struck {
  /** Ends it. Whatever was killed runs again afterwards. */
  heal(): Promise<void>;
  /** Asked after everything was saved: was its own promise kept? `drainedMs`: from the healing until what waited then was acknowledged. */
  kept(after: { drainedMs: number }): Promise<Kept>;
}

/** One line of the fault menu. */
export interface Fault {
  id: string;
  /** What happens, in a sentence. */
  says: string;
  /** What waited at the healing must be acknowledged within this. */
  progressWithinMs: number;
  /** What differs from a house as delivered; such a fault gets one of its own. */
  house?: Furnishing;
  /** Injects it under writers that type all the while, and resolves when it has lasted long enough. */
  strike(scene: Scene, house: House): Promise<Struck>;
}

export const promise = (holds: boolean, figure: string): Kept => ({ holds, figure });

/** The value that 99 or 95 of 100 are not above. */
export function percentile(values: readonly number[], of: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil((sorted.length * of) / 100) - 1)] ?? 0;
}

export const ms = (value: number): string => `${Math.round(value)} ms`;
