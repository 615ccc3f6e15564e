'use client';

import { ASSIST_NEEDS, assists, type AssistTask, Feature, Provider, TRANSCRIBE_NEEDS } from '@cowrite/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { callAi } from '../../shared/api/call-ai.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { chapterOf } from '../../shared/project/display.ts';
import { helpTaken, useHelpWanted } from '../../shared/project/help-wanted.ts';
import { type HeldPlace, useOpenScene, useSelected } from '../../shared/project/open-scene.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button, IconButton } from '../../shared/ui/button.tsx';
import { useNotify, useSay } from '../../shared/ui/notices.tsx';
import { SelectField } from '../../shared/ui/select-field.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { EmptyState, FailedState, Skeleton } from '../../shared/ui/state.tsx';
import { type Asked, useAssistRun } from './assist-run.ts';
import { Dictation } from './dictation.tsx';
import { Forecast } from './forecast-view.tsx';
import { glossaryIn, glossaryOf } from './glossary.ts';
import { KeepTranslation } from './keep-translation.tsx';
import { LANGUAGES, type LanguageOffered } from './languages.ts';
import { numbered } from './numbered.ts';
import { PacketSheet } from './packet-sheet.tsx';
import { type RowsOf, Rows } from './rows-view.tsx';
import { Answer, OneText, Rewriting, RunFoot, Variants } from './run-view.tsx';
import { WorkTerms } from './terms-sheet.tsx';
import { TextArea } from './text-area.tsx';
import { useHouse } from './use-house.ts';
import { useGhost } from './use-ghost.ts';
import { useTerms } from './use-translation.ts';
import { words } from './words.ts';

const OFFERED = Feature.options;
/** What it is asked about: the caret, a selection, a scene or chapter, or words alone. */
const ABOUT = {
  continue: 'caret',
  rewrite: 'selection',
  style: 'selection',
  expand: 'selection',
  shorten: 'selection',
  translate: 'selection',
  storyboard: 'selection',
  script: 'selection',
  ask: 'words',
  summarise: 'node',
  simulate: 'words',
  react: 'node',
  research: 'words',
  forecast: 'episodes',
  endings: 'episodes',
} as const satisfies Record<Feature, 'caret' | 'selection' | 'node' | 'words' | 'episodes'>;
const REWRITES: ReadonlySet<Feature> = new Set(['rewrite', 'style', 'expand', 'shorten']);
const ROWS: ReadonlySet<Feature> = new Set<RowsOf>(['translate', 'storyboard', 'script', 'react', 'research']);
const hasRows = (feature: Feature): feature is RowsOf => ROWS.has(feature);
/** What stands before the caret and is told when text is to be continued. */
const BEFORE_CARET_UNITS = 3_000;
/** What a character is told of the talk; the contract takes forty. */
const SAID_TOLD = 40;

/** Help beside the text. It proposes; what enters the manuscript is put there by the person, by hand. */
export function AssistPanel({ onClose }: { onClose: () => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const project = useProject();
  const { projectId, ai, me, may, connection } = project;
  const house = useHouse(projectId);
  const mine = ai?.members.find(({ userId }) => userId === me)?.agreed ?? [];
  const noticeOf = new Map(house.data?.providers.map(({ provider, notice }) => [provider, notice.version]));
  const agreedTo = (asked: Provider) => mine.some(({ provider, notice }) => provider === asked && noticeOf.get(provider) === notice) && (ai?.allowed.some(({ provider }) => provider === asked) ?? false);
  const hasAgreed = Provider.options.some(agreedTo);
  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-10 items-center justify-between border-b border-line px-4">
        <h2 className="m-0 text-sm font-semibold">{t.panel}</h2>
        <IconButton label={t.close} onClick={onClose}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">
        {house.isPending ? (
          <Skeleton lines={4} />
        ) : house.isError ? (
          connection === 'online' ? (
            <FailedState text={problemText(house.error, locale)} retryName={t.retry} onRetry={() => void house.refetch()} />
          ) : (
            <p className="m-0 text-sm text-ink-2">{t.offline}</p>
          )
        ) : house.data.providers.length === 0 ? (
          <EmptyState title={t.noneSetUp} text={t.noneSetUpText} />
        ) : !hasAgreed ? (
          <EmptyState title={t.needConsent}>
            <Button look="primary" onClick={() => goTo(projectId, { kind: 'ai' })}>
              {t.toConsent}
            </Button>
          </EmptyState>
        ) : (
          <Ask />
        )}
        {hasAgreed && house.data?.transcription && may(TRANSCRIBE_NEEDS) && <Dictation by={house.data.transcription} hasAgreed={agreedTo(house.data.transcription.provider)} />}
      </div>
      {hasAgreed && <Allowance />}
    </div>
  );
}

/** What a run is about, kept while it comes: where in the text, and what stood there. */
interface About {
  task: AssistTask;
  place: HeldPlace | null;
  before: string;
}

function Ask() {
  const t = useWords(words);
  const say = useSay();
  const notify = useNotify();
  const { projectId, may, view, ai } = useProject();
  const scene = useOpenScene();
  const selected = useSelected((text) => text.trim().length);
  const offered = OFFERED.filter((each) => may(ASSIST_NEEDS[each]) && (ABOUT[each] !== 'episodes' || ai?.forecast));
  const [feature, setFeature] = useState<Feature>(offered[0]!);
  const [given, setGiven] = useState({ instruction: '', question: '', character: '', message: '', source: '', glossary: '' });
  const [scope, setScope] = useState<'all' | 'here'>('all');
  const [reach, setReach] = useState<'scene' | 'chapter'>('scene');
  const [language, setLanguage] = useState<LanguageOffered>('en');
  const [said, setSaid] = useState<Extract<AssistTask, { feature: 'simulate' }>['said']>([]);
  const [about, setAbout] = useState<About | null>(null);
  const [looking, setLooking] = useState<About | null>(null);
  const { run, start, stop, decide } = useAssistRun(projectId);
  const result = useRef<HTMLDivElement>(null);
  const goButton = useRef<HTMLButtonElement>(null);
  const wanted = useHelpWanted();
  useEffect(() => {
    if (wanted === null) return;
    setFeature(wanted);
    helpTaken();
    // Once it is drawn, and can be pressed.
    requestAnimationFrame(() => goButton.current?.focus());
  }, [wanted]);
  const queries = useQueryClient();

  const saidIn = (key: keyof typeof given): string => given[key].normalize('NFC').trim();
  const onWords = (key: keyof typeof given) => (event: { target: { value: string } }) => setGiven({ ...given, [key]: event.target.value });
  const of = ABOUT[feature];
  const { terms: typed, wrong } = glossaryIn(given.glossary);
  const glossary = glossaryOf(language, { typed, ofWork: useTerms().data?.items ?? [] });
  const canAsk =
    (feature !== 'translate' || wrong === null) && (of === 'words' ? (feature === 'simulate' ? saidIn('character') !== '' && saidIn('message') !== '' : saidIn('question') !== '') : scene !== null && (of !== 'selection' || selected > 0));

  /** What is asked now, of the text as it is now; null when there is nothing to ask about. */
  const asked = (): About | null => {
    if (!canAsk) return null;
    const asOf = scope === 'here' && scene ? { asOf: scene.nodeId } : {};
    const wish = saidIn('instruction');
    switch (feature) {
      case 'ask':
        return { task: { feature, question: saidIn('question'), ...asOf }, place: null, before: '' };
      case 'simulate':
        return { task: { feature, character: saidIn('character'), message: saidIn('message'), said: said.slice(-SAID_TOLD), ...asOf }, place: null, before: '' };
      case 'research':
        return { task: { feature, question: saidIn('question'), sources: saidIn('source') === '' ? [] : [saidIn('source')] }, place: null, before: '' };
      case 'summarise':
      case 'react': {
        const here = view.tree.get(scene!.nodeId);
        if (here === undefined) return null;
        const nodeId = reach === 'chapter' ? chapterOf(view, here).id : here.id;
        return { task: feature === 'react' && wish ? { feature, nodeId, readers: wish } : { feature, nodeId }, place: null, before: '' };
      }
      case 'forecast':
      case 'endings':
        return null;
      default: {
        const place = feature === 'continue' ? scene!.holdCaret(BEFORE_CARET_UNITS) : scene!.hold();
        const span = place.span();
        if (span === null) return null;
        const wished = wish ? { instruction: wish } : {};
        return { task: feature === 'translate' ? { feature, span, language, ...(glossary.length > 0 ? { glossary } : {}), ...wished } : { feature, span, ...wished }, place, before: span.quote };
      }
    }
  };
  const go = (next: About | null, what?: Asked) => {
    if (next === null) return;
    setAbout(next);
    setLooking(null);
    say(t.asking);
    start(what ?? { task: next.task });
  };
  const state = run?.state;
  const isContinued = about?.task.feature === 'continue';
  // Where the text is seen, one goes on in it: the first proposal stands there as a ghost. In a drawer it is covered.
  const arrive = useRef<() => void>(() => undefined);
  arrive.current = () => {
    if (isContinued && !result.current?.closest('[role=dialog]')) scene?.focus();
    else result.current?.focus();
    if (isContinued) say(t.ghostThere);
  };
  useEffect(() => {
    if (state === 'done' || state === 'cut') arrive.current();
    if (state && state !== 'asking' && state !== 'running') void queries.invalidateQueries({ queryKey: ['ai', 'allowance', projectId] });
  }, [state, queries, projectId]);
  // What a character answered is part of the talk from then on.
  const answer = state === 'done' && about?.task.feature === 'simulate' ? run?.texts[0] : undefined;
  const question = about?.task.feature === 'simulate' ? about.task.message : '';
  useEffect(() => {
    if (!answer) return;
    setSaid((before) => [...before, { by: 'writer' as const, text: question }, { by: 'character' as const, text: answer }]);
    setGiven((before) => ({ ...before, message: '' }));
  }, [answer, question]);

  const take = (text: string) => {
    const id = run?.assist?.id;
    if (!about?.place || !id) return;
    if (!about.place.replaceWith(text, id)) {
      notify({ text: t.placeGone, kind: 'bad' });
      return;
    }
    notify({ text: t.taken });
    decide('accepted');
  };
  useGhost({ place: isContinued && state !== 'failed' ? about.place : null, texts: run?.texts ?? [], isWhole: state === 'done' || state === 'cut' || state === 'stopped', onTake: take });
  const isComing = state === 'asking' || state === 'running';
  const shown = about?.task.feature;
  const dismiss = () => decide('dismissed');
  const what = <SelectField label={t.what} value={feature} options={offered.map((value) => ({ value, name: t[value] }))} onChoose={setFeature} />;
  if (feature === 'forecast' || feature === 'endings')
    return (
      <div className="flex flex-col gap-3">
        {what}
        <Forecast key={feature} feature={feature} />
      </div>
    );

  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-3">
        {what}
        {of !== 'words' && (
          <p className="m-0 text-sm text-ink-2">{scene === null ? t.noScene : of === 'selection' ? <Selected hint={t.selectHint} /> : of === 'caret' ? t.continueHint : feature === 'react' ? t.reactHint : t.summariseHint}</p>
        )}
        {of === 'node' && (
          <SelectField
            label={t.scope}
            value={reach}
            options={[
              { value: 'scene', name: t.thisScene },
              { value: 'chapter', name: t.thisChapter },
            ]}
            onChoose={setReach}
          />
        )}
        {feature === 'translate' && <SelectField label={t.language} value={language} options={LANGUAGES.map(({ value, name }) => ({ value, name: t[name] }))} onChoose={setLanguage} />}
        {feature === 'translate' && <TextArea label={t.glossary} hint={t.glossaryHint} problem={wrong === null ? undefined : t.glossaryWrong(wrong)} value={given.glossary} onChange={onWords('glossary')} />}
        {feature === 'translate' && <WorkTerms language={language} typed={wrong === null ? typed : []} onTaken={() => setGiven((before) => ({ ...before, glossary: '' }))} />}
        {(feature === 'ask' || feature === 'research') && (
          <TextArea label={t.question} hint={feature === 'ask' ? t.questionHint : t.researchHint} value={given.question} maxLength={2_000} onChange={onWords('question')} onSend={() => go(asked())} />
        )}
        {feature === 'research' && <TextArea label={t.sources} value={given.source} maxLength={20_000} onChange={onWords('source')} />}
        {feature === 'simulate' && (
          <>
            <TextField
              label={t.character}
              value={given.character}
              maxLength={80}
              onChange={(event) => {
                onWords('character')(event);
                setSaid([]);
              }}
            />
            <Said said={said} character={saidIn('character')} />
            <TextArea label={t.message} hint={t.simulateHint} value={given.message} maxLength={2_000} onChange={onWords('message')} onSend={() => go(asked())} />
          </>
        )}
        {(feature === 'ask' || feature === 'simulate') && (
          <SelectField
            label={t.asOf}
            value={scope}
            options={[
              { value: 'all', name: t.asOfAll },
              { value: 'here', name: t.asOfHere },
            ]}
            onChoose={setScope}
            disabled={scene === null}
          />
        )}
        {of !== 'words' && feature !== 'summarise' && <TextArea label={t.instruction} rows={2} value={given.instruction} maxLength={2_000} onChange={onWords('instruction')} onSend={() => go(asked())} />}
        <div className="flex flex-wrap gap-2">
          {isComing ? (
            <Button onClick={stop}>{t.stop}</Button>
          ) : (
            <Button ref={goButton} look="primary" disabled={!canAsk} onClick={() => go(asked())}>
              {of === 'words' ? t.goAsk : t.go}
            </Button>
          )}
          <Button look="quiet" disabled={!canAsk || isComing} onClick={() => setLooking(asked())}>
            {t.look}
          </Button>
        </div>
      </div>
      {run && about && shown && (
        <div ref={result} tabIndex={-1} aria-busy={isComing} className="flex flex-col gap-3 border-t border-line pt-4 outline-none">
          {isComing && <p className="m-0 text-sm text-ink-2">{state === 'asking' ? t.asking : t.working}…</p>}
          {shown === 'continue' && <Variants run={run} onTake={take} onDismiss={dismiss} />}
          {REWRITES.has(shown) && run.texts.length > 0 && <Rewriting run={run} before={about.before} onTake={take} onDismiss={dismiss} />}
          {shown === 'ask' && <Answer run={run} />}
          {(shown === 'summarise' || shown === 'simulate') && <OneText name={t[shown]} run={run} onDismiss={dismiss} />}
          {hasRows(shown) && <Rows key={run.assist?.id ?? 'coming'} feature={shown} run={run} onDismiss={dismiss} />}
          {about.task.feature === 'translate' && !isComing && <KeepTranslation task={about.task} run={run} onKept={() => decide('accepted')} />}
          <RunFoot run={run} onAgain={() => go(about)} onGoOn={run.id !== null && shown !== 'summarise' ? () => go(about, { goOn: run.id! }) : null} />
        </div>
      )}
      {looking && <PacketSheet task={looking.task} onClose={() => setLooking(null)} onSend={(packetId) => go(looking, { packetId })} />}
    </div>
  );
}

/** What was said to a character so far, and what they answered. */
function Said({ said, character }: { said: readonly { by: 'writer' | 'character'; text: string }[]; character: string }) {
  if (said.length === 0) return null;
  return (
    <ol aria-label={character} className="m-0 flex max-h-56 list-none flex-col gap-2 overflow-y-auto p-0">
      {numbered(said).map(({ number, thing: { by, text } }) => (
        <li key={number} className={by === 'writer' ? 'ml-8 rounded bg-accent-soft px-3 py-2 text-sm' : 'mr-8 rounded bg-sunken px-3 py-2 font-serif text-sm'}>
          {text}
        </li>
      ))}
    </ol>
  );
}

function Selected({ hint }: { hint: string }) {
  const t = useWords(words);
  const locale = useLocale();
  const count = useSelected((text) => [...text.trim()].length);
  return count === 0 ? hint : t.selected(countText(count, locale));
}

/** How much may still be asked for today. */
function Allowance() {
  const t = useWords(words);
  const locale = useLocale();
  const { projectId } = useProject();
  const allowance = useQuery({ queryKey: ['ai', 'allowance', projectId], queryFn: ({ signal }) => callAi(assists.allowance, projectId, { projectId }, { signal }), refetchInterval: 60_000, retry: false });
  const today = allowance.data?.personTokensToday;
  if (!today || today.limit === null) return null;
  return <p className="m-0 border-t border-line px-4 py-2 text-xs text-ink-2 tabular-nums">{t.today(countText(today.used, locale), countText(today.limit, locale))}</p>;
}
