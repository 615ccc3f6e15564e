/** How much may be asked for; null is without limit. Money in millionths of the house's currency. */
export interface Limits {
  personTokensDay: number | null;
  projectTokensDay: number | null;
  projectCostMonth: number | null;
  runningPerPerson: number;
}

/** Days and months are Korea's, where the writers are; it has had no summer time since 1988. */
const KOREA_MS = 9 * 3_600_000;
const dateOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The day and the month that `at` lies in, each by its first day, and when the next begins. */
export function periodsAt(at: Date): { day: string; month: string; nextDay: Date; nextMonth: Date } {
  const local = new Date(at.getTime() + KOREA_MS);
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  return {
    day: dateOf(new Date(Date.UTC(year, month, day))),
    month: dateOf(new Date(Date.UTC(year, month, 1))),
    nextDay: new Date(Date.UTC(year, month, day + 1) - KOREA_MS),
    nextMonth: new Date(Date.UTC(year, month + 1, 1) - KOREA_MS),
  };
}

/** An instant as both languages read it. */
export const inKorea = (at: Date): string => `${new Date(at.getTime() + KOREA_MS).toISOString().slice(0, 16).replace('T', ' ')} (UTC+9)`;
