/** Full jitter between half a second and a ceiling that doubles up to half a minute: a storm never comes back as one. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(30_000, 1_000 * 2 ** Math.min(attempt, 5));
  return 500 + random * (ceiling - 500);
}
