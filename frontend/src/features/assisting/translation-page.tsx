'use client';

import { ASSIST_NEEDS, type AssistTask, type DocumentId, GlossaryTerm, type KeptSegment, type Node, routes } from '@cowrite/contract';
import { sentenceHash, translatedText, translationRows, type TranslationRow } from '@cowrite/manuscript';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { pathTextOf, rowOf } from '../../shared/project/display.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { Choice } from '../../shared/ui/choice.tsx';
import { downloadText } from '../../shared/ui/download-text.ts';
import { useNotify, useSay } from '../../shared/ui/notices.tsx';
import { SelectField } from '../../shared/ui/select-field.tsx';
import { EmptyState, FailedState, Skeleton } from '../../shared/ui/state.tsx';
import { useAssistRun } from './assist-run.ts';
import { glossaryOf } from './glossary.ts';
import { KeepTranslation } from './keep-translation.tsx';
import { jointOf, type LanguageOffered, LANGUAGES } from './languages.ts';
import { Rows, rowsOf } from './rows-view.tsx';
import { RunFoot } from './run-view.tsx';
import { TermsSheet } from './terms-sheet.tsx';
import { type Proposal, RowView } from './translation-row.tsx';
import { translationWords } from './translation-words.ts';
import { useSceneText } from './use-scene-text.ts';
import { useTerms, useTranslation } from './use-translation.ts';
import { words } from './words.ts';

type Row = TranslationRow<KeptSegment>;
/** As much as is asked about at once (`TextSpan`). */
const SPAN_UNITS_MAX = 20_000;
const LANGUAGE_KEY = 'cowrite.translation-language';

function keptLanguage(): LanguageOffered {
  try {
    const kept = localStorage.getItem(LANGUAGE_KEY);
    return LANGUAGES.find(({ value }) => value === kept)?.value ?? 'en';
  } catch {
    // A browser that keeps nothing begins with the first.
    return 'en';
  }
}

/** A scene beside its translation: the open document at the left, what was kept at the right, and what of it no longer fits. */
export function TranslationPage({ scene }: { scene: Node }) {
  const t = useWords(translationWords);
  const say = useWords(words);
  const locale = useLocale();
  const { projectId, view } = useProject();
  const [language, setLanguage] = useState<LanguageOffered>(keptLanguage);
  const [isGlossaryOpen, setGlossaryOpen] = useState(false);
  const choose = (next: LanguageOffered) => {
    setLanguage(next);
    try {
      localStorage.setItem(LANGUAGE_KEY, next);
    } catch {
      // It is then asked for again.
    }
  };
  return (
    <div className="h-full overflow-y-auto" data-scroller>
      <div className="mx-auto w-full max-w-5xl px-4 pt-6 pb-24 md:px-8 md:pt-10">
        <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h1 className="m-0 font-serif text-xl font-semibold">{t.title}</h1>
            <p className="m-0 mt-1 text-sm text-ink-2">{pathTextOf(rowOf(view, scene), view, locale)}</p>
          </div>
          <div className="flex flex-wrap items-end gap-2">
            <SelectField label={say.language} labelHidden value={language} options={LANGUAGES.map(({ value, name }) => ({ value, name: say[name] }))} onChoose={choose} />
            <Button onClick={() => setGlossaryOpen(true)}>{t.glossary}</Button>
            <Button onClick={() => goTo(projectId, { kind: 'scene', nodeId: scene.id })}>{t.toScene}</Button>
          </div>
        </header>
        {scene.documentId !== null && <SceneTranslation key={language} documentId={scene.documentId} language={language} title={pathTextOf(rowOf(view, scene), view, locale)} />}
      </div>
      <TermsSheet open={isGlossaryOpen} onClose={() => setGlossaryOpen(false)} language={language} />
    </div>
  );
}

function SceneTranslation({ documentId, language, title }: { documentId: DocumentId; language: LanguageOffered; title: string }) {
  const t = useWords(translationWords);
  const locale = useLocale();
  const { connection } = useProject();
  const text = useSceneText(documentId);
  const translation = useTranslation(documentId, language);
  if (translation.data === undefined && translation.isError) {
    return connection === 'online' ? <FailedState text={problemText(translation.error, locale)} retryName={t.retry} onRetry={() => void translation.refetch()} /> : <EmptyState title={t.offlineNothing} />;
  }
  if (text === null || translation.data === undefined) return <Skeleton lines={8} className="mt-8" />;
  if (text.trim() === '' && translation.data.segments.length === 0) return <EmptyState title={t.noText} text={t.noTextText} />;
  return <Beside documentId={documentId} language={language} title={title} text={text} segments={translation.data.segments} />;
}

/** What is being translated: some sentences that follow each other, or one in its row. */
interface About {
  task: Extract<AssistTask, { feature: 'translate' }>;
  /** The row, or null for several. */
  key: string | null;
}

function Beside({ documentId, language, title, text, segments }: { documentId: DocumentId; language: LanguageOffered; title: string; text: string; segments: readonly KeptSegment[] }) {
  const t = useWords(translationWords);
  const locale = useLocale();
  const notify = useNotify();
  const sayAloud = useSay();
  const queries = useQueryClient();
  const { projectId, may, ai, connection } = useProject();
  const terms = useTerms();
  const [isOnlyOpen, setOnlyOpen] = useState(false);
  const [about, setAbout] = useState<About | null>(null);
  const { run, start, stop, decide, clear } = useAssistRun(projectId);
  const list = useRef<HTMLOListElement>(null);
  const rows = useMemo(() => keyed(translationRows(text, segments)), [text, segments]);
  const count = (state: Row['state']): number => rows.filter(({ row }) => row.state === state).length;
  const [stale, fresh, orphaned] = [count('stale'), count('new'), count('orphaned')];
  const canChange = may('story.write') && connection === 'online';
  const canAsk = canChange && ai?.mode === 'on' && may(ASSIST_NEEDS.translate);

  // Another person's edit turns a translation stale while one looks at it: that is said, and not only seen.
  const staleBefore = useRef(stale);
  useEffect(() => {
    if (stale > staleBefore.current) sayAloud(t.becameStale(stale));
    staleBefore.current = stale;
  }, [stale, sayAloud, t]);
  useJumps(list);

  const reread = useCallback(async () => {
    await queries.invalidateQueries({ queryKey: ['translation', projectId, documentId, language] });
  }, [queries, projectId, documentId, language]);
  const act = async (doing: () => Promise<unknown>): Promise<boolean> => {
    try {
      await doing();
      return true;
    } catch (failure) {
      notify({ text: problemText(failure, locale), kind: 'bad' });
      return false;
    } finally {
      await reread();
    }
  };
  const translate = (from: number, to: number, key: string | null) => {
    const glossary = glossaryOf(language, { typed: [], ofWork: terms.data?.items ?? [] });
    const task: About['task'] = { feature: 'translate', span: { documentId, from, to, quote: text.slice(from, to) }, language, ...(glossary.length > 0 ? { glossary } : {}) };
    setAbout({ task, key });
    start({ task });
  };
  const letGo = () => {
    if (run?.assist) decide('dismissed');
    else clear();
    setAbout(null);
  };
  const at = { projectId, documentId, language };
  const changed = (isDone: boolean): boolean => {
    if (isDone) notify({ text: t.changed });
    return isDone;
  };
  /** Keeps a text for the sentence of a row, in the place of what it has. */
  const keep = (row: Exclude<Row, { state: 'orphaned' }>, target: string, model: Proposal['model']) =>
    act(() => call(routes.translations.keep, { ...at, segments: [{ source: row.sentence.text, target, ...neighboursOf(row, rows), ...(row.kept ? { replaces: row.kept.id } : {}) }], model, handmade: 'replace' }));
  const acts = {
    translate: (row: Row, key: string) => {
      if (row.sentence) translate(row.sentence.from, row.sentence.to, key);
    },
    accept: async (row: Row, { text: target, model }: Proposal) => {
      if (row.state !== 'orphaned' && changed(await keep(row, target, model))) {
        decide('accepted');
        setAbout(null);
      }
    },
    write: async (row: Row, target: string): Promise<boolean> => {
      if (row.state === 'new') return changed(await keep(row, target, null));
      const { id: segmentId, rev } = row.kept;
      return changed(await act(() => call(routes.translations.change, { ...at, segmentId, target, rev, ...(row.state === 'stale' ? { source: row.sentence.text } : {}) })));
    },
    remove: async (row: Row) => {
      if (row.kept && (await act(() => call(routes.translations.remove, { ...at, segmentId: row.kept.id })))) notify({ text: t.removed });
    },
    letGo,
    stop,
  };
  const proposal = proposalOf(run);
  const untranslated = firstNew(rows);
  const asking = canAsk && untranslated && about === null && (
    <Button look={segments.length === 0 ? 'primary' : 'outline'} onClick={() => translate(untranslated.from, untranslated.to, null)}>
      {t.translateAll(countText(untranslated.count, locale))}
    </Button>
  );
  const shown = isOnlyOpen ? rows.filter(({ row }) => row.state !== 'current') : rows;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(translatedText(text, segments, { joint: jointOf(language) }));
      notify({ text: t.copied });
    } catch {
      notify({ text: t.notCopied, kind: 'bad' });
    }
  };

  return (
    <>
      <div className="sticky top-0 z-10 -mx-4 mt-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line bg-paper px-4 py-2 md:-mx-8 md:px-8">
        <p className="m-0 text-sm">
          {countOf(rows, { t, locale })}
          {segments.length > 0 && stale + fresh + orphaned === 0 && <span className="text-ink-2"> · {t.allFits}</span>}
        </p>
        {segments.length > 0 && (
          <div className="flex flex-wrap items-center gap-1">
            <Choice kind="checkbox" label={t.onlyOpen} checked={isOnlyOpen} onChange={setOnlyOpen} />
            <Button look="quiet" className="px-3" onClick={() => void copy()}>
              {t.copy}
            </Button>
            <Button look="quiet" className="px-3" onClick={() => downloadText(`${title} (${language})`, translatedText(text, segments, { joint: jointOf(language) }))}>
              {t.download}
            </Button>
          </div>
        )}
      </div>
      {connection !== 'online' ? <p className="m-0 mt-3 rounded bg-warn-soft px-3 py-2 text-sm">{t.offline}</p> : !may('story.write') && segments.length > 0 && <p className="m-0 mt-3 text-sm text-ink-2">{t.readOnly}</p>}
      {segments.length === 0 && run === null && (
        <EmptyState title={t.none} text={may('story.write') ? t.noneText : t.noneReadOnly}>
          {asking}
        </EmptyState>
      )}
      {segments.length > 0 && asking && <div className="mt-4">{asking}</div>}
      {run && about?.key === null && (
        <section aria-label={t.proposal} aria-busy={run.state === 'asking' || run.state === 'running'} className="mt-4 flex flex-col gap-3 rounded-lg border border-line p-3 md:p-4">
          {(run.state === 'asking' || run.state === 'running') && (
            <div className="flex items-center justify-between gap-3">
              <p className="m-0 text-sm text-ink-2">{t.translating}…</p>
              <Button
                onClick={() => {
                  stop();
                  if (run.state === 'asking') setAbout(null);
                }}
              >
                {t.stop}
              </Button>
            </div>
          )}
          {/* The newest proposal is decided on before what is below it. */}
          {run.state !== 'asking' && run.state !== 'running' && <KeepTranslation task={about.task} run={run} onKept={() => (decide('accepted'), setAbout(null))} />}
          <Rows feature="translate" run={run} onDismiss={letGo} />
          <RunFoot run={run} onAgain={() => start({ task: about.task })} onGoOn={run.id === null ? null : () => start({ goOn: run.id! })} />
          {run.state !== 'asking' && run.state !== 'running' && rowsOf(run).length === 0 && (
            <div>
              <Button look="quiet" onClick={letGo}>
                {t.dismiss}
              </Button>
            </div>
          )}
        </section>
      )}
      {shown.length === 0 ? (
        <EmptyState title={t.nothingOpen} />
      ) : (
        segments.length > 0 && (
          <>
            {stale + orphaned > 0 && <p className="m-0 mt-3 hidden text-xs text-ink-2 md:block">{t.keys}</p>}
            <div aria-hidden className="mt-3 hidden grid-cols-2 gap-6 px-3 text-xs text-ink-2 md:grid">
              <span>{t.source}</span>
              <span>{t.target}</span>
            </div>
            <ol ref={list} aria-label={t.title} className="m-0 mt-1 flex list-none flex-col p-0">
              {shown.map(({ key, number, row }, place) => (
                <RowView
                  key={key}
                  row={row}
                  rowKey={key}
                  number={number}
                  language={language}
                  isMadeByShown={madeOf(row) !== madeOf(shown[place - 1]?.row)}
                  canChange={canChange}
                  canAsk={canAsk && about === null}
                  run={about?.key === key ? run : null}
                  proposal={about?.key === key ? proposal : null}
                  onAgain={() => about && start({ task: about.task })}
                  acts={acts}
                />
              ))}
            </ol>
          </>
        )
      )}
    </>
  );
}

/** Rows with a name of their own that outlives an edit somewhere else, and the number of their sentence from 1. */
function keyed(rows: readonly Row[]): { key: string; number: number | null; row: Row }[] {
  const times = new Map<string, number>();
  let number = 0;
  return rows.map((row) => {
    if (row.sentence) number++;
    const name = row.state === 'new' ? `new ${sentenceHash(row.sentence.text)}` : row.kept.id;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return { key: `${name} ${time}`, number: row.sentence ? number : null, row };
  });
}

/** Who made what a row has, so that it is said once for all that follow each other. */
const madeOf = (row: Row | undefined): string => (row?.kept ? [row.kept.changedBy ?? row.kept.madeBy, row.kept.changedAt ?? '', row.kept.model?.model ?? ''].join(' ') : '');

function neighboursOf(row: Row, rows: readonly { row: Row }[]): { before: string | null; after: string | null } {
  const sentences = rows.flatMap(({ row: each }) => each.sentence ?? []);
  const at = sentences.findIndex((sentence) => sentence === row.sentence);
  const hash = (place: number): string | null => (sentences[place] ? sentenceHash(sentences[place].text) : null);
  return { before: hash(at - 1), after: hash(at + 1) };
}

/** The first sentences in a row that have no translation, as many as are asked about at once. */
function firstNew(rows: readonly { row: Row }[]): { from: number; to: number; count: number } | null {
  const sentences = rows.filter(({ row }) => row.state !== 'orphaned').map(({ row }) => row);
  const first = sentences.findIndex(({ state }) => state === 'new');
  if (first < 0) return null;
  const from = sentences[first]!.sentence!.from;
  let last = first;
  while (sentences[last + 1]?.state === 'new' && sentences[last + 1]!.sentence!.to - from <= SPAN_UNITS_MAX) last++;
  return { from, to: sentences[last]!.sentence!.to, count: last - first + 1 };
}

/** What a run proposes for one sentence; null while it comes, or when nothing came. */
function proposalOf(run: ReturnType<typeof useAssistRun>['run']): Proposal | null {
  if (!run?.assist || run.state !== 'done') return null;
  const rows = rowsOf(run);
  const text = rows
    .map((row) => row['text'])
    .filter((each) => typeof each === 'string')
    .join(' ')
    .trim();
  return text === '' ? null : { text, missed: rows.flatMap((row) => GlossaryTerm.array().safeParse(row['missed']).data ?? []), model: { provider: run.assist.provider, model: run.assist.model, assistId: run.assist.id } };
}

function countOf(rows: readonly { row: Row }[], { t, locale }: { t: (typeof translationWords)['ko']; locale: 'ko' | 'en' }): React.ReactNode {
  const count = (state: Row['state']) => rows.filter(({ row }) => row.state === state).length;
  const said = [
    { text: t.sentences(countText(rows.filter(({ row }) => row.sentence !== null).length, locale)), isOpen: false },
    ...(count('stale') > 0 ? [{ text: t.staleCount(countText(count('stale'), locale)), isOpen: true }] : []),
    ...(count('new') > 0 ? [{ text: t.newCount(countText(count('new'), locale)), isOpen: false }] : []),
    ...(count('orphaned') > 0 ? [{ text: t.orphanedCount(countText(count('orphaned'), locale)), isOpen: true }] : []),
  ];
  return said.map(({ text, isOpen }, at) => (
    <span key={text}>
      {at > 0 && ' · '}
      <span className={isOpen ? 'font-medium text-warn' : 'text-ink-2'}>{text}</span>
    </span>
  ));
}

/** J and K go to the next and the one before that needs a look, where nobody types. */
function useJumps(list: React.RefObject<HTMLOListElement | null>): void {
  useEffect(() => {
    const go = (event: KeyboardEvent) => {
      const within = event.target instanceof HTMLElement ? event.target : null;
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || (event.code !== 'KeyJ' && event.code !== 'KeyK') || within?.closest('input, textarea, select, [contenteditable=true], [role=dialog], [role=tree]')) return;
      const open = [...(list.current?.querySelectorAll<HTMLElement>('[data-needs-look=true]') ?? [])];
      if (open.length === 0) return;
      event.preventDefault();
      const here = within?.closest('li') ?? null;
      const at = here === null ? -1 : open.findIndex((each) => each === here);
      const next = event.code === 'KeyJ' ? (at + 1) % open.length : (at <= 0 ? open.length : at) - 1;
      open[next]!.focus();
      open[next]!.scrollIntoView({ block: 'center' });
    };
    addEventListener('keydown', go);
    return () => removeEventListener('keydown', go);
  }, [list]);
}
