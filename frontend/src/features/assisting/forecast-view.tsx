'use client';

import { AssistResult, type AssistTask, FORECAST_EPISODES_MAX, FORECAST_READERS, type ForecastEpisode, type Node, Problem, type SimulatedReader, type SimulatedShare } from '@cowrite/contract';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Locale } from '../../shared/i18n/locale.ts';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { calledOf, calledText, chapterOf, type OutlineView, pathTextOf } from '../../shared/project/display.ts';
import { useOpenScene, useSelected } from '../../shared/project/open-scene.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { Choice } from '../../shared/ui/choice.tsx';
import { useNotify, useSay } from '../../shared/ui/notices.tsx';
import { SelectField } from '../../shared/ui/select-field.tsx';
import { EmptyState } from '../../shared/ui/state.tsx';
import { type Asked, type Run, useAssistRun } from './assist-run.ts';
import { ForecastChart } from './forecast-chart.tsx';
import { differenceText, episodesOf, forecastText, percent, shareText, verdict } from './forecast-figures.ts';
import { forecastWords } from './forecast-words.ts';
import { PacketSheet } from './packet-sheet.tsx';
import { CitationLink, RunFoot } from './run-view.tsx';
import { TextArea } from './text-area.tsx';

type OfReaders = 'forecast' | 'endings';

/** So many episodes are chosen at first, the last of them the one that is open. */
const AT_FIRST = 10;

/** What is published in one go: chapters, and scenes that stand in none. */
const episodesIn = (view: OutlineView): readonly Node[] => view.tree.readingOrder().filter((node) => node.kind === 'chapter' || (node.kind === 'scene' && chapterOf(view, node).id === node.id));

/** The last that was asked for in this tab, to be found again after the panel was closed. */
const keptUnder = (projectId: string, feature: OfReaders): string => `cowrite-readers:${projectId}:${feature}`;

/** Readers whom a model plays, who read episodes one after the other or one episode with two endings. Everything here is simulated, and says so. */
export function Forecast({ feature }: { feature: OfReaders }) {
  const t = useWords(forecastWords);
  const say = useSay();
  const { projectId, view } = useProject();
  const episodes = useMemo(() => episodesIn(view), [view]);
  const { run, start, follow, stop, decide, clear } = useAssistRun(projectId);
  const [looking, setLooking] = useState<AssistTask | null>(null);
  /** What was asked for here; null where what is seen was asked for before. */
  const [last, setLast] = useState<AssistTask | null>(null);
  const result = useRef<HTMLDivElement>(null);
  const queries = useQueryClient();
  const kept = keptUnder(projectId, feature);
  useEffect(() => {
    const id = sessionStorage.getItem(kept);
    if (id !== null) follow(id);
  }, [kept, follow]);
  const state = run?.state;
  const id = run?.id ?? null;
  // What this tab remembers may be somebody else’s who was signed in here, or of yesterday.
  const isGone = last === null && run?.failure instanceof Problem && run.failure.code === 'not-found';
  const isForgotten = last === null && run?.assist != null && run.assist.result === null && run.state !== 'failed';
  useEffect(() => {
    if (!isGone && !isForgotten) return;
    sessionStorage.removeItem(kept);
    clear();
  }, [isGone, isForgotten, kept, clear]);
  useEffect(() => {
    if (id !== null) sessionStorage.setItem(kept, id);
  }, [kept, id]);
  useEffect(() => {
    if (!state || state === 'asking' || state === 'running') return;
    if (last !== null) result.current?.focus();
    void queries.invalidateQueries({ queryKey: ['ai', 'allowance', projectId] });
  }, [state, last, queries, projectId]);
  const go = (task: AssistTask, what: Asked = { task }) => {
    setLast(task);
    setLooking(null);
    say(t.go);
    start(what);
  };
  const forget = () => {
    sessionStorage.removeItem(kept);
    decide('dismissed');
  };
  if (episodes.length === 0) return <EmptyState title={t.noEpisodes} text={t.noEpisodesText} />;
  const isComing = state === 'asking' || state === 'running';
  // What went wrong stands above what came, which may be long.
  const isInTrouble = state === 'failed' || state === 'cut';
  const foot = run && <RunFoot run={run} onAgain={last && (() => go(last))} />;
  const asking = { isComing, onGo: (task: AssistTask) => go(task), onLook: setLooking, onStop: stop };
  return (
    <div className="flex flex-col gap-5">
      {feature === 'forecast' ? <AskForecast episodes={episodes} {...asking} /> : <AskEndings episodes={episodes} {...asking} />}
      {run && (
        <div ref={result} tabIndex={-1} aria-busy={isComing} className="flex flex-col gap-4 border-t border-line pt-4 outline-none">
          {isComing && <Progress run={run} />}
          {isInTrouble && foot}
          {feature === 'forecast' ? <Episodes run={run} onDismiss={forget} /> : <TwoEndings run={run} onDismiss={forget} />}
          {!isInTrouble && foot}
        </div>
      )}
      {looking && <PacketSheet task={looking} onClose={() => setLooking(null)} onSend={(packetId) => go(looking, { packetId })} />}
    </div>
  );
}

interface Asking {
  episodes: readonly Node[];
  isComing: boolean;
  onGo: (task: AssistTask) => void;
  onLook: (task: AssistTask) => void;
  onStop: () => void;
}

const useNames = () => {
  const locale = useLocale();
  const { view } = useProject();
  return (node: Node): string => calledText(calledOf(node, view, locale)) || pathTextOf(node, view, locale);
};

/** The episode that is open, or the first. */
function useHere(episodes: readonly Node[]): Node {
  const { view } = useProject();
  const scene = useOpenScene();
  const node = scene && view.tree.get(scene.nodeId);
  return (node && episodes.find(({ id }) => id === chapterOf(view, node).id)) || episodes[0]!;
}

function AskForecast({ episodes, ...asking }: Asking) {
  const t = useWords(forecastWords);
  const locale = useLocale();
  const nameOf = useNames();
  const here = useHere(episodes);
  const [chosen, setChosen] = useState<{ from?: string; to?: string }>({});
  const [readers, setReaders] = useState('');
  const placeOf = (id: string | undefined): number => episodes.findIndex((episode) => episode.id === id);
  const to = placeOf(chosen.to) < 0 ? placeOf(here.id) : placeOf(chosen.to);
  const from = placeOf(chosen.from) < 0 ? Math.max(0, to - AT_FIRST + 1) : placeOf(chosen.from);
  const count = to - from + 1;
  const problem = count < 1 ? t.backwards : count > FORECAST_EPISODES_MAX ? t.tooMany(countText(count, locale), FORECAST_EPISODES_MAX) : null;
  const options = episodes.map((episode) => ({ value: episode.id as string, name: nameOf(episode) }));
  const wish = readers.normalize('NFC').trim();
  const task: AssistTask | null = problem === null ? { feature: 'forecast', fromId: episodes[from]!.id, toId: episodes[to]!.id, ...(wish === '' ? {} : { readers: wish }) } : null;
  return (
    <div className="flex flex-col gap-3">
      <p className="m-0 text-sm text-ink-2">{t.forecastHint(FORECAST_READERS)}</p>
      <div className="grid grid-cols-2 gap-3">
        <SelectField className="min-w-0" label={t.from} value={episodes[from]!.id as string} options={options} onChoose={(value) => setChosen({ ...chosen, from: value })} />
        <SelectField className="min-w-0" label={t.to} value={episodes[to]!.id as string} options={options} onChoose={(value) => setChosen({ ...chosen, to: value, from: episodes[from]!.id })} />
      </div>
      {problem && (
        <p role="alert" className="m-0 text-sm text-bad">
          {problem}
        </p>
      )}
      <TextArea label={t.readers} hint={t.readersHint} rows={2} maxLength={2_000} value={readers} onChange={(event) => setReaders(event.target.value)} />
      <Buttons task={task} {...asking} />
    </div>
  );
}

function AskEndings({ episodes, ...asking }: Asking) {
  const t = useWords(forecastWords);
  const locale = useLocale();
  const nameOf = useNames();
  const group = useId();
  const { view } = useProject();
  const here = useHere(episodes);
  const scene = useOpenScene();
  const isSelected = useSelected((text) => text.trim() !== '');
  const [chosen, setChosen] = useState<string | null>(null);
  const [begins, setBegins] = useState<'last' | 'selected'>('last');
  const [kind, setKind] = useState<'text' | 'scene'>('text');
  const [text, setText] = useState('');
  const [sceneId, setSceneId] = useState<string | null>(null);
  const [readers, setReaders] = useState('');
  const episode = episodes.find(({ id }) => id === chosen) ?? here;
  const scenes = view.scenes.filter((each) => chapterOf(view, each).id !== episode.id);
  const other = scenes.find(({ id }) => id === sceneId) ?? scenes[0];
  const node = scene && view.tree.get(scene.nodeId);
  const maySelect = isSelected && node != null && chapterOf(view, node).id === episode.id;
  const pasted = text.normalize('NFC').trim();
  const wish = readers.normalize('NFC').trim();
  const canAsk = kind === 'text' ? pasted !== '' : other !== undefined;
  const asked = (): AssistTask | null => {
    const span = begins === 'selected' && maySelect ? scene!.hold().span() : null;
    if (!canAsk) return null;
    return { feature: 'endings', nodeId: episode.id, ...(span === null ? {} : { begins: span }), other: kind === 'text' ? { text: pasted } : { nodeId: other!.id }, ...(wish === '' ? {} : { readers: wish }) };
  };
  return (
    <div className="flex flex-col gap-3">
      <p className="m-0 text-sm text-ink-2">{t.endingsHint(FORECAST_READERS)}</p>
      <SelectField label={t.episode} value={episode.id as string} options={episodes.map((each) => ({ value: each.id as string, name: nameOf(each) }))} onChoose={setChosen} />
      <SelectField label={t.begins} value={maySelect ? begins : 'last'} options={[{ value: 'last', name: t.beginsLast }, ...(maySelect ? [{ value: 'selected' as const, name: t.beginsSelected }] : [])]} onChoose={setBegins} />
      <fieldset className="m-0 flex flex-col border-0 p-0">
        <legend className="mb-1 p-0 text-sm font-medium">{t.otherFrom}</legend>
        <Choice kind="radio" name={group} label={t.otherPasted} checked={kind === 'text'} onChange={() => setKind('text')} />
        {scenes.length > 0 && <Choice kind="radio" name={group} label={t.otherScene} checked={kind === 'scene'} onChange={() => setKind('scene')} />}
      </fieldset>
      {kind === 'text' ? (
        <TextArea label={t.otherText} rows={5} maxLength={20_000} value={text} onChange={(event) => setText(event.target.value)} />
      ) : (
        other && <SelectField label={t.otherWhich} value={other.id as string} options={scenes.map((each) => ({ value: each.id as string, name: pathTextOf(each, view, locale) }))} onChoose={setSceneId} />
      )}
      <TextArea label={t.readers} hint={t.readersHint} rows={2} maxLength={2_000} value={readers} onChange={(event) => setReaders(event.target.value)} />
      <Buttons task={asked} canAsk={canAsk} {...asking} />
    </div>
  );
}

function Buttons({ task, canAsk = task !== null, isComing, onGo, onLook, onStop }: Omit<Asking, 'episodes'> & { task: AssistTask | null | (() => AssistTask | null); canAsk?: boolean }) {
  const t = useWords(forecastWords);
  const given = (then: (task: AssistTask) => void) => () => {
    const asked = typeof task === 'function' ? task() : task;
    if (asked !== null) then(asked);
  };
  return (
    <div className="flex flex-wrap gap-2">
      {isComing ? (
        <Button onClick={onStop}>{t.stop}</Button>
      ) : (
        <Button look="primary" disabled={!canAsk} onClick={given(onGo)}>
          {t.go}
        </Button>
      )}
      <Button look="quiet" disabled={!canAsk || isComing} onClick={given(onLook)}>
        {t.look}
      </Button>
    </div>
  );
}

function Progress({ run }: { run: Run }) {
  const t = useWords(forecastWords);
  const { done, of } = run.progress ?? { done: 0, of: 1 };
  return (
    <div>
      <div role="progressbar" aria-label={t.progressName} aria-valuemin={0} aria-valuemax={of} aria-valuenow={done} aria-valuetext={t.progress(done, of)} className="h-1.5 overflow-hidden rounded-full bg-sunken">
        <div className="h-full bg-accent transition-[width] duration-300 motion-reduce:transition-none" style={{ width: `${Math.round((done / of) * 100)}%` }} />
      </div>
      <p className="m-0 mt-1.5 text-sm tabular-nums">{run.progress ? t.progress(done, of) : `${t.go}…`}</p>
      <p className="m-0 text-xs text-ink-2">{t.background}</p>
    </div>
  );
}

/** What stands above every result: whose voices these are, and that they were compared with nothing. */
function Warning({ readers }: { readers: number }) {
  const t = useWords(forecastWords);
  const locale = useLocale();
  return (
    <p className="m-0 rounded bg-warn-soft px-3 py-2 text-sm">
      <strong className="font-semibold">{t.simulation(countText(readers, locale))}</strong> · {t.warning(countText(readers, locale))} {t.notCompared}.
    </p>
  );
}

/** The numbers of readers as they are said together: `12`, or `10–12` where some of what they said could not be read. */
function together(shares: readonly SimulatedShare[], locale: Locale): string {
  const [least, most] = [Math.min(...shares.map(({ n }) => n)), Math.max(...shares.map(({ n }) => n))];
  return least === most ? countText(most, locale) : `${countText(least, locale)}–${countText(most, locale)}`;
}

function Episodes({ run, onDismiss }: { run: Run; onDismiss: () => void }) {
  const t = useWords(forecastWords);
  const locale = useLocale();
  const notify = useNotify();
  const { view } = useProject();
  const nodeName = useNames();
  const { episodes, of, readers } = episodesOf(run);
  if (episodes.length === 0) return null;
  const nameOf = (episode: ForecastEpisode): string => {
    const node = view.tree.get(episode.nodeId);
    return (node && nodeName(node)) || episode.title;
  };
  const simulation = (n: string) => t.simulation(n);
  const reused = episodes.filter((episode) => episode.reused).length;
  const unread = episodes.reduce((sum, episode) => sum + episode.unread, 0);
  const isOver = run.state !== 'running' && run.state !== 'asking';
  const copy = async () => {
    await navigator.clipboard.writeText([`${t.warning(String(FORECAST_READERS))} ${t.notCompared}.`, forecastText(episodes, { nameOf, simulation, none: t.none })].join('\n'));
    notify({ text: t.copied });
  };
  return (
    <section aria-label={t.chart(countText(episodes.length, locale))} className="flex flex-col gap-4">
      <Warning readers={FORECAST_READERS} />
      <ForecastChart
        episodes={episodes}
        nameOf={nameOf}
        simulation={simulation(
          together(
            episodes.map(({ share }) => share),
            locale,
          ),
        )}
      />
      <table className="w-full border-collapse text-sm tabular-nums">
        <caption className="sr-only">{t.chart(countText(episodes.length, locale))}</caption>
        <thead>
          <tr className="border-b border-line text-left text-xs text-ink-2">
            <th scope="col" className="py-1.5 pr-2 font-medium">
              {t.episodeColumn}
            </th>
            <th scope="col" className="py-1.5 pr-2 font-medium whitespace-nowrap">
              {t.share} · {t.interval}
            </th>
            <th scope="col" className="py-1.5 text-right font-medium">
              {t.simulatedColumn}
            </th>
          </tr>
        </thead>
        <tbody>
          {episodes.map((episode) => {
            const said = shareText(episode.share);
            return (
              <tr key={episode.nodeId} className="border-b border-line align-top last:border-b-0">
                <th scope="row" className="py-1.5 pr-2 text-left font-normal break-keep">
                  {nameOf(episode)}
                  {episode.reused && <span className="block text-xs whitespace-nowrap text-ink-2">{t.reusedShort}</span>}
                </th>
                <td className="py-1.5 pr-2">
                  {said === null ? (
                    t.none
                  ) : (
                    <>
                      <span className="whitespace-nowrap">{said.share}</span>
                      <span className="block text-xs whitespace-nowrap text-ink-2">{said.interval}</span>
                    </>
                  )}
                </td>
                <td className="py-1.5 text-right text-xs whitespace-nowrap text-ink-2">{simulation(countText(episode.share.n, locale))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {isOver && of !== null && episodes.length < of && <Note>{run.state === 'stopped' ? t.stopped(episodes.length, of) : t.some(episodes.length, of)}</Note>}
      {reused > 0 && <Note>{t.reusedCount(reused, episodes.length)}</Note>}
      {unread > 0 && <Note>{t.unread(unread)}</Note>}
      <div className="flex flex-col">
        {episodes.map((episode) => (
          <details key={episode.nodeId} className="border-b border-line last:border-b-0">
            <summary className="min-h-11 cursor-pointer py-2.5 text-sm">
              {t.reasons(nameOf(episode))} <span className="text-ink-2">({simulation(countText(episode.share.n, locale))})</span>
            </summary>
            <ul className="m-0 mb-3 flex list-none flex-col gap-3 p-0">
              {episode.said.map((said) => (
                <li key={said.reader}>
                  <p className="m-0 text-xs text-ink-2">{readerName(readers, said.reader)}</p>
                  <Said said={said} />
                </li>
              ))}
            </ul>
          </details>
        ))}
      </div>
      {isOver && <Foot onCopy={copy} onDismiss={onDismiss} />}
    </section>
  );
}

const readerName = (readers: readonly string[], reader: number): string => `${reader}. ${readers[reader - 1] ?? ''}`;

function Said({ said }: { said: SimulatedReader }) {
  const t = useWords(forecastWords);
  return (
    <>
      <p className="m-0 text-sm">
        <strong className="font-medium">{said.readOn ? t.readsOn : t.leaves}</strong> · {said.why}
        {said.place && <CitationLink number={said.reader} span={said.place.span} />}
      </p>
      {said.expects && <p className="m-0 text-sm text-ink-2">{t.expects(said.expects)}</p>}
    </>
  );
}

const Note = ({ children }: { children: ReactNode }) => <p className="m-0 text-sm text-ink-2">{children}</p>;

function Foot({ onCopy, onDismiss }: { onCopy: () => Promise<void>; onDismiss: () => void }) {
  const t = useWords(forecastWords);
  return (
    <div className="flex gap-2">
      <Button onClick={() => void onCopy()}>{t.copy}</Button>
      <Button look="quiet" onClick={onDismiss}>
        {t.dismiss}
      </Button>
    </div>
  );
}

function TwoEndings({ run, onDismiss }: { run: Run; onDismiss: () => void }) {
  const t = useWords(forecastWords);
  const locale = useLocale();
  const notify = useNotify();
  const parsed = AssistResult.safeParse(run.assist?.result);
  if (!parsed.success || parsed.data.kind !== 'endings') return null;
  const { now, other, difference, said, readers, seed, reused, unread } = parsed.data;
  const change = differenceText(difference);
  const simulation = t.simulation(countText(difference.n, locale));
  const rows = [
    { name: t.now, share: now },
    { name: t.other, share: other },
  ];
  const copy = async () => {
    const lines = rows.map(({ name, share }) => [name, shareText(share)?.share ?? t.none, shareText(share)?.interval ?? '', simulation].join('\t'));
    await navigator.clipboard.writeText(
      [`${t.warning(String(FORECAST_READERS))} ${t.notCompared}.`, ...lines, [t.difference, ...(change === null ? [t.none] : [t.points(change.difference), t.points(change.interval)]), simulation].join('\t')].join('\n'),
    );
    notify({ text: t.copied });
  };
  return (
    <section aria-label={t.difference} className="flex flex-col gap-4">
      <Warning readers={FORECAST_READERS} />
      <dl className="m-0 flex flex-col gap-3">
        {rows.map(({ name, share }) => (
          <div key={name}>
            <dt className="flex flex-wrap justify-between gap-x-3 text-sm">
              <span className="font-medium">{name}</span>
              <span className="text-xs text-ink-2">{simulation}</span>
            </dt>
            <dd className="m-0 mt-1">
              <Bar share={share} />
              <span className="text-sm tabular-nums">
                {shareText(share)?.share ?? t.none} <span className="text-xs text-ink-2">({shareText(share)?.interval})</span>
              </span>
            </dd>
          </div>
        ))}
        <div className="border-t border-line pt-3">
          <dt className="flex flex-wrap justify-between gap-x-3 text-sm">
            <span className="font-medium">{t.difference}</span>
            <span className="text-xs text-ink-2">{simulation}</span>
          </dt>
          <dd className="m-0 mt-1 tabular-nums">
            {change === null ? (
              t.none
            ) : (
              <>
                <span className="text-lg font-semibold">{t.points(change.difference)}</span> <span className="text-sm text-ink-2">{`${t.interval} ${t.points(change.interval)}`}</span>
              </>
            )}
            <p className="m-0 mt-1 text-sm">{t[verdict(difference)]}</p>
          </dd>
        </div>
      </dl>
      {reused && <Note>{t.reused}</Note>}
      {unread > 0 && <Note>{t.unread(unread)}</Note>}
      <details>
        <summary className="min-h-11 cursor-pointer py-2.5 text-sm">
          {t.sideBySide} <span className="text-ink-2">({simulation})</span>
        </summary>
        <ul className="m-0 flex list-none flex-col gap-3 p-0">
          {said.map((pair) => (
            <li key={pair.reader} className="rounded-lg border border-line bg-surface p-3">
              <p className="m-0 text-xs text-ink-2">
                {readerName(readers, pair.reader)} · {pair.first === 'now' ? t.firstNow : t.firstOther}
              </p>
              <div className="mt-2 grid grid-cols-2 gap-3">
                {(['now', 'other'] as const).map((which) => (
                  <div key={which} className="min-w-0">
                    <h4 className="m-0 text-xs font-medium text-ink-2">{t[which]}</h4>
                    <Said said={pair[which]} />
                  </div>
                ))}
              </div>
            </li>
          ))}
        </ul>
        <p className="m-0 mt-2 text-xs text-ink-2">{t.seed(seed)}</p>
      </details>
      <Foot onCopy={copy} onDismiss={onDismiss} />
    </section>
  );
}

/** One share as a bar with its interval; what it says stands beside it in words. */
function Bar({ share: { share, low, high } }: { share: SimulatedShare }) {
  if (share === null || low === null || high === null) return null;
  return (
    <span aria-hidden className="relative mb-1 block h-4 rounded-sm bg-sunken">
      <span className="absolute inset-y-0 left-0 rounded-sm border border-accent bg-accent-soft" style={{ width: percent(share) }} />
      <span className="absolute top-1/2 h-px bg-ink" style={{ left: percent(low), width: percent(high - low) }} />
      <span className="absolute top-1 bottom-1 w-px bg-ink" style={{ left: percent(low) }} />
      <span className="absolute top-1 bottom-1 w-px bg-ink" style={{ left: percent(high) }} />
    </span>
  );
}
