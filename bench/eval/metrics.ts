/** What a part of the evaluation counts. Pure: the same answers, the same figures. */

/** Where in an order the first right one stands, from 1; null when none does. */
export const rankOf = <T>(order: readonly T[], isRight: (each: T) => boolean): number | null => {
  const at = order.findIndex(isRight);
  return at < 0 ? null : at + 1;
};

/** The share of questions whose right passage is among the first `k`. */
export const recallAt = (k: number, ranks: readonly (number | null)[]): number => share(ranks, (rank) => rank !== null && rank <= k);

/** The mean of one over the rank, nothing where it was not found. */
export const meanReciprocalRank = (ranks: readonly (number | null)[]): number => mean(ranks.map((rank) => (rank === null ? 0 : 1 / rank)));

export const mean = (values: readonly number[]): number => (values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length);
export const share = <T>(of: readonly T[], holds: (each: T) => boolean): number => mean(of.map((each) => (holds(each) ? 1 : 0)));

/** The value that so large a part of them does not exceed. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

const syllables = (text: string): string[] => [...text.normalize().toLowerCase()].filter((letter) => /[\p{L}\p{N}]/u.test(letter));

/** How much two texts have of each other, syllable by syllable and whatever their order: harmonic mean of precision and recall, as is usual for Korean. */
export function f1(said: string, expected: string): number {
  const [mine, theirs] = [syllables(said), syllables(expected)];
  const left = new Map<string, number>();
  for (const each of theirs) left.set(each, (left.get(each) ?? 0) + 1);
  let common = 0;
  for (const each of mine) {
    const more = left.get(each) ?? 0;
    if (more === 0) continue;
    left.set(each, more - 1);
    common++;
  }
  return common === 0 ? 0 : (2 * common) / (mine.length + theirs.length);
}

/** Whether a text says a phrase, whatever its spaces and signs. */
export const says = (text: string, phrase: string): boolean => syllables(text).join('').includes(syllables(phrase).join(''));
