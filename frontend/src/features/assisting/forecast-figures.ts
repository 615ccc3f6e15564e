import { AssistResult, ForecastEpisode, type SimulatedDifference, type SimulatedShare } from '@cowrite/contract';
import type { Run } from './assist-run.ts';

/** A share in whole percents. */
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** A share as it is said: how many of how many, what that is in percents, and between what it lies; null when nobody could be read. */
export const shareText = ({ n, readOn, share, low, high }: SimulatedShare): { share: string; interval: string } | null =>
  share === null || low === null || high === null ? null : { share: `${readOn}/${n} · ${percent(share)}`, interval: `${percent(low)}–${percent(high)}` };

const signed = (value: number): string => `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(Math.round(value * 100))}`;
/** A difference in percentage points, with its sign. */
export const differenceText = ({ difference, low, high }: SimulatedDifference): { difference: string; interval: string } | null =>
  difference === null || low === null || high === null ? null : { difference: signed(difference), interval: `${signed(low)} ~ ${signed(high)}` };

/** What a difference says: only one whose interval leaves nought out says which is more. */
export const verdict = ({ low, high }: SimulatedDifference): 'better' | 'worse' | 'undecided' => (low !== null && low > 0 ? 'better' : high !== null && high < 0 ? 'worse' : 'undecided');

/** The episodes of a run, as far as they were read, and how many there are to be; of one that was heard twice, the last. */
export function episodesOf(run: Run): { episodes: readonly ForecastEpisode[]; of: number | null; readers: readonly string[] } {
  const result = AssistResult.safeParse(run.assist?.result);
  if (result.success && result.data.kind === 'forecast') return result.data;
  const heard = run.parts.flatMap((part) => ForecastEpisode.safeParse(part).data ?? []);
  return { episodes: [...new Map(heard.map((episode) => [episode.nodeId, episode])).values()], of: null, readers: [] };
}

/** A forecast as a table in text, a line an episode; every line with a number says that it is simulated, and of how many. */
export function forecastText(episodes: readonly ForecastEpisode[], { nameOf, simulation, none }: { nameOf: (episode: ForecastEpisode) => string; simulation: (n: string) => string; none: string }): string {
  return episodes
    .map((episode) => {
      const said = shareText(episode.share);
      return [nameOf(episode), ...(said === null ? [none] : [said.share, said.interval]), simulation(String(episode.share.n))].join('\t');
    })
    .join('\n');
}

/** What an episode is called where there is room for a few letters: `3화`, `프롤로그`, the number of `Ep. 3`, or its place. */
export function shortName(name: string, place: number): string {
  const first = /^\S{1,4}(?=\s|$)/.exec(name)?.[0];
  if (first !== undefined && (/\d/.test(first) || !/\d/.test(name))) return first;
  return /\d{1,4}/.exec(name)?.[0] ?? String(place);
}
