'use client';

import type { ForecastEpisode } from '@cowrite/contract';
import { useWords } from '../../shared/i18n/words.tsx';
import { percent, shareText, shortName } from './forecast-figures.ts';
import { forecastWords } from './forecast-words.ts';

const HEIGHT = 120;
const TOP = 8;
const LEFT = 44;
const BELOW = 20;
/** As wide as the panel, and a phone. */
const COLUMNS_PX = 256;
/** More episodes than this stand in rows one below the other: nothing has to be scrolled sideways. */
const IN_A_ROW = 20;
/** Between so many columns a name stands below. */
const NAMED_EVERY_PX = 34;

interface Charted {
  episodes: readonly ForecastEpisode[];
  nameOf: (episode: ForecastEpisode) => string;
  /** What stands beside every number. */
  simulation: string;
}

/** Bars with their intervals, an episode each. The table below it says the same in words, to everybody. */
export function ForecastChart({ episodes, nameOf, simulation }: Charted) {
  const t = useWords(forecastWords);
  const rows = Array.from({ length: Math.ceil(episodes.length / IN_A_ROW) }, (_, at) => episodes.slice(at * IN_A_ROW, (at + 1) * IN_A_ROW));
  return (
    <figure className="m-0">
      <figcaption className="mb-1.5 flex flex-wrap justify-between gap-x-3 text-xs text-ink-2">
        <span>{t.chart(String(episodes.length))}</span>
        <span className="font-medium text-ink">{simulation}</span>
      </figcaption>
      <div className="flex flex-col gap-1 rounded border border-line bg-surface py-1">
        {rows.map((row, at) => (
          <Row key={row[0]!.nodeId} episodes={row} nameOf={nameOf} simulation={simulation} first={at * IN_A_ROW + 1} columns={Math.min(IN_A_ROW, episodes.length)} />
        ))}
      </div>
    </figure>
  );
}

function Row({ episodes, nameOf, simulation, first, columns }: Charted & { first: number; columns: number }) {
  const t = useWords(forecastWords);
  const slot = Math.min(44, Math.floor(COLUMNS_PX / columns));
  const bar = Math.max(6, Math.round(slot * 0.56));
  const width = LEFT + COLUMNS_PX + 8;
  const y = (share: number): number => TOP + (1 - share) * HEIGHT;
  const every = Math.max(1, Math.ceil(NAMED_EVERY_PX / slot));
  return (
    <svg role="img" aria-label={`${t.chart(String(episodes.length))}. ${simulation}`} width={width} height={TOP + HEIGHT + BELOW} viewBox={`0 0 ${width} ${TOP + HEIGHT + BELOW}`} className="block max-w-full">
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line x1={LEFT} x2={width - 4} y1={y(share)} y2={y(share)} className="stroke-line" strokeDasharray={share === 0 ? undefined : '2 3'} />
          <text x={LEFT - 6} y={y(share) + 4} textAnchor="end" className="fill-ink-2 text-[11px] tabular-nums">
            {percent(share)}
          </text>
        </g>
      ))}
      {episodes.map((episode, at) => {
        const middle = LEFT + slot * at + slot / 2;
        const { share, low, high } = episode.share;
        const said = shareText(episode.share);
        return (
          <g key={episode.nodeId}>
            <title>{`${nameOf(episode)}: ${said === null ? t.none : `${said.share} (${said.interval})`}, ${t.simulation(String(episode.share.n))}`}</title>
            {share !== null && low !== null && high !== null && (
              <>
                <rect x={middle - bar / 2} y={y(share)} width={bar} height={Math.max(1, y(0) - y(share))} rx={2} className="fill-accent-soft stroke-accent" strokeWidth={1} />
                <path d={`M${middle} ${y(high)}V${y(low)}M${middle - 3.5} ${y(high)}h7M${middle - 3.5} ${y(low)}h7`} className="stroke-ink" strokeWidth={1.25} fill="none" />
              </>
            )}
            {at % every === 0 && (
              <text x={middle} y={y(0) + 14} textAnchor="middle" className="fill-ink-2 text-[11px]">
                {shortName(nameOf(episode), first + at)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
