import type { Target, TargetName } from './targets.ts';

/** How much of everything; `--quick` halves and more. */
interface Scale {
  seconds: number;
  quick: boolean;
}

export type Result = Record<string, number>;

/** The median of one figure of one target in this run, or undefined when it was not measured. */
export type Lookup = (target: TargetName, figure: string) => number | undefined;

export interface Goal {
  text: string;
  /** Null when what it is compared with was not measured. */
  isMet(of: Lookup): boolean | null;
}

export interface Figure {
  key: string;
  label: string;
  /** Digits after the point. */
  digits: number;
  goals?: Goal[];
}

export interface Scenario {
  name: string;
  title: string;
  targets: readonly TargetName[];
  figures: readonly Figure[];
  /** Rounds beyond this many bring nothing new. */
  roundsMax?: number;
  /** @returns figures, or a sentence why there are none */
  run(target: Target, scale: Scale): Promise<Result | string>;
}

export const EVERYONE: readonly TargetName[] = ['cowrite', 'hocuspocus', 'y-websocket'];

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Cowrite's figure is at most this. */
export const atMost = (figure: string, limit: number, unit: string): Goal => ({
  text: `≤ ${limit} ${unit}`,
  isMet(of) {
    const ours = of('cowrite', figure);
    return ours === undefined ? null : ours <= limit;
  },
});

/** Cowrite's figure is at most this part of a peer's in the same run. */
export const ofPeer = (figure: string, part: number, peer: TargetName, text: string): Goal => ({
  text,
  isMet(of) {
    const [ours, theirs] = [of('cowrite', figure), of(peer, figure)];
    return ours === undefined || theirs === undefined ? null : ours <= theirs * part;
  },
});
