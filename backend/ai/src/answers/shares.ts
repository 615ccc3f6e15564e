import { simulatedLabel, type SimulatedDifference, type SimulatedShare } from '@cowrite/contract';

/** The normal deviate of a two-sided interval of 95 %. */
const Z = 1.959_964;

/** Wilson's score interval of `hits` in `n`, which holds for few as well as for many and never leaves 0 to 1. */
export function wilson(hits: number, n: number): { low: number; high: number } {
  const share = hits / n;
  const middle = share + (Z * Z) / (2 * n);
  const reach = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  const scale = 1 + (Z * Z) / n;
  // At the ends it is exact, where floating point is not.
  return { low: hits === 0 ? 0 : (middle - reach) / scale, high: hits === n ? 1 : (middle + reach) / scale };
}

/** How many of imagined readers would read on, never without how many they are. */
export function shareOf(readOn: readonly boolean[]): SimulatedShare {
  const n = readOn.length;
  const hits = readOn.filter(Boolean).length;
  const of = { simulation: true as const, label: simulatedLabel(n), n, readOn: hits };
  return n === 0 ? { ...of, share: null, low: null, high: null } : { ...of, share: hits / n, ...wilson(hits, n) };
}

/**
 * By how much more of the same readers would read on after the other ending than after this one. Newcombe's interval for paired
 * shares (his tenth method): two intervals of Wilson's, put together by how far the readers say the same of both.
 */
export function differenceOf(pairs: readonly { now: boolean; other: boolean }[]): SimulatedDifference {
  const n = pairs.length;
  const of = { simulation: true as const, label: simulatedLabel(n), n };
  if (n === 0) return { ...of, difference: null, low: null, high: null };
  const count = (now: boolean, other: boolean): number => pairs.filter((pair) => pair.now === now && pair.other === other).length;
  const [both, onlyNow, onlyOther, neither] = [count(true, true), count(true, false), count(false, true), count(false, false)];
  const [one, two] = [(both + onlyOther) / n, (both + onlyNow) / n];
  const [first, second] = [wilson(both + onlyOther, n), wilson(both + onlyNow, n)];
  const margins = Math.sqrt((both + onlyNow) * (onlyOther + neither) * (both + onlyOther) * (onlyNow + neither));
  const agreement = both * neither - onlyNow * onlyOther;
  // His correction for few pairs.
  const alike = margins === 0 ? 0 : (agreement > 0 ? Math.max(agreement - n / 2, 0) : agreement) / margins;
  const reach = (a: number, b: number): number => Math.sqrt(Math.max(0, a * a - 2 * alike * a * b + b * b));
  const difference = one - two;
  return { ...of, difference, low: Math.max(-1, difference - reach(one - first.low, second.high - two)), high: Math.min(1, difference + reach(first.high - one, two - second.low)) };
}
