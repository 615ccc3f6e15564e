import { type AssistResult, type BriefItem, FORECAST_READERS, type ForecastEpisode, NodeId } from '@cowrite/contract';
import { LinesReader } from '../answers/lines.ts';
import type { Reader } from '../answers/reader.ts';
import { shareOf } from '../answers/shares.ts';
import { callOf } from './packet.ts';
import { type Act, episodesIn, ofWork, READER_RULES, readerIn, REMEMBERED, summaryAct, type Whole } from './readings.ts';
import { readersOf, readersTold } from './readers.ts';
import { type Telling, wish } from './telling.ts';

/** What the readers of an episode are told, as their answers count it. */
const itemsOf = (items: readonly BriefItem[], nodeId: string): BriefItem[] => [...ofWork(items), ...items.filter((item) => item.episode?.nodeId === nodeId)];

export const forecasting: Telling<'forecast'> = {
  rules: `${READER_RULES}
- 한 줄이 한 사람이고, 한 사람도 빠뜨리지 않는다: {"reader":독자의 번호,"next":이어 읽으면 true, 아니면 false,"why":"까닭 한 문장","expects":"다음 화에 기대하는 것. 없으면 null","item":자료 번호,"quote":"그렇게 정하게 한 대목을 그대로 옮긴 말"}`,
  request: ({ readers }, items) => `본문 자료를 막 다 읽은 독자 ${FORECAST_READERS}명이 다음 화를 이어 읽을지 써 줘.${wish(readers === undefined ? undefined : `이런 독자들 가운데서: ${readers}`)}\n${readersTold(readersOf(items))}`,
  reader: (_task, items) => new ForecastReader(items),
  tokensOut: 2_500,
  tokensIn: 6_000_000,
};

/** Episode by episode: its readers, who remember those before, then what those after it will remember. */
export function forecastActs(request: string, whole: Whole): Act[] {
  const episodes = episodesIn(whole.items);
  const isAsked = ({ items }: (typeof episodes)[number]): boolean => items[0]!.layer === 'text';
  const last = episodes.findLastIndex(isAsked);
  return episodes.flatMap((episode, at): Act[] => {
    const remembers = episodes.slice(Math.max(0, at - REMEMBERED), at).map(({ nodeId }) => nodeId);
    const call = callOf({ ...whole, request, items: itemsOf(whole.items, episode.nodeId) });
    const isRemembered = episodes.slice(at + 1, Math.min(last, at + REMEMBERED) + 1).some(isAsked);
    return [...(isAsked(episode) ? [{ kind: 'reading' as const, key: episode.nodeId, remembers, request, call }] : []), ...(isRemembered ? [summaryAct(whole, episode)] : [])];
  });
}

/** Hears what is said of one episode after the other, and makes of it how many would read on. */
class ForecastReader implements Reader {
  readonly #items: readonly BriefItem[];
  readonly #episodes: ForecastEpisode[] = [];
  #dropped = 0;

  constructor(items: readonly BriefItem[]) {
    this.#items = items;
  }

  push() {
    return [];
  }

  step({ key, said, isReused }: { key: string; said: string; isReused: boolean }) {
    const items = itemsOf(this.#items, key);
    const asked = new Set(Array.from({ length: FORECAST_READERS }, (_, at) => at + 1));
    const title = items.findLast(({ episode }) => episode?.nodeId === key)?.episode?.title ?? '';
    const lines = new LinesReader(
      (value) => {
        const one = readerIn(value, items, asked);
        // Each is asked once.
        if (one !== null) asked.delete(one.reader);
        return one;
      },
      (rows): ForecastEpisode => ({ nodeId: NodeId.parse(key), title, share: shareOf(rows.map(({ readOn }) => readOn)), said: rows.toSorted((a, b) => a.reader - b.reader), reused: isReused, unread: 0 }),
    );
    lines.push(said);
    const { result, dropped } = lines.end();
    const part = { ...result, unread: dropped };
    this.#dropped += dropped;
    this.#episodes.push(part);
    return [{ type: 'part' as const, part }];
  }

  end() {
    const of = episodesIn(this.#items.filter(({ layer }) => layer === 'text')).length;
    const result: AssistResult = { kind: 'forecast', simulation: true, readers: [...readersOf(this.#items)], episodes: this.#episodes, of, compared: 0 };
    return { heard: [], result, dropped: this.#dropped };
  }
}
