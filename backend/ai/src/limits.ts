import { Problem } from '@cowrite/contract';

/** How much may be asked for; null is without limit. Money in millionths of the house's currency. */
export interface Limits {
  personTokensDay: number | null;
  projectTokensDay: number | null;
  projectCostMonth: number | null;
  runningPerPerson: number;
}

export type Limit = 'personTokensToday' | 'projectTokensToday' | 'projectCostThisMonth' | 'running';

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
const inKorea = (at: Date): string => `${new Date(at.getTime() + KOREA_MS).toISOString().slice(0, 16).replace('T', ' ')} (UTC+9)`;

/** What somebody is told for whom a limit has no room. */
export function noRoom(limit: Limit, at: Date, { limits, currency }: { limits: Limits; currency: string }): Problem {
  const { nextDay, nextMonth } = periodsAt(at);
  switch (limit) {
    case 'running':
      return new Problem('too-many-requests', { seconds: 10 });
    case 'personTokensToday':
      return new Problem('allowance-used', { which: limit, limit: `${limits.personTokensDay} tokens`, resetsAt: inKorea(nextDay) });
    case 'projectTokensToday':
      return new Problem('allowance-used', { which: limit, limit: `${limits.projectTokensDay} tokens`, resetsAt: inKorea(nextDay) });
    case 'projectCostThisMonth':
      return new Problem('allowance-used', { which: limit, limit: `${(limits.projectCostMonth ?? 0) / 1_000_000} ${currency}`, resetsAt: inKorea(nextMonth) });
  }
}
