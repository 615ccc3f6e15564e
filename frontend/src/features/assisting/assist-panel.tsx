'use client';

import { assists, type AssistTask, type Feature } from '@cowrite/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { callAi } from '../../shared/api/call-ai.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { type HeldPlace, useOpenScene, useSelected } from '../../shared/project/open-scene.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button, IconButton } from '../../shared/ui/button.tsx';
import { useNotify, useSay } from '../../shared/ui/notices.tsx';
import { SelectField } from '../../shared/ui/select-field.tsx';
import { EmptyState, FailedState, Skeleton } from '../../shared/ui/state.tsx';
import { type Asked, useAssistRun } from './assist-run.ts';
import { PacketSheet } from './packet-sheet.tsx';
import { Answer, Rewriting, RunFoot, Variants } from './run-view.tsx';
import { TextArea } from './text-area.tsx';
import { words } from './words.ts';

const OFFERED = ['continue', 'rewrite', 'style', 'expand', 'shorten', 'ask'] as const satisfies readonly Feature[];
type Offered = (typeof OFFERED)[number];
const OF_SELECTION: ReadonlySet<Offered> = new Set(['rewrite', 'style', 'expand', 'shorten']);
/** What stands before the caret and is told when text is to be continued. */
const BEFORE_CARET_UNITS = 3_000;

/** Help beside the text. It proposes; what enters the manuscript is put there by the person, by hand. */
export function AssistPanel({ onClose }: { onClose: () => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const project = useProject();
  const { projectId, ai, me, connection } = project;
  const house = useQuery({ queryKey: ['ai', 'providers', projectId], queryFn: ({ signal }) => callAi(assists.providers, projectId, { projectId }, { signal }), staleTime: 60_000, retry: 1 });
  const mine = ai?.members.find(({ userId }) => userId === me)?.agreed ?? [];
  const noticeOf = new Map(house.data?.providers.map(({ provider, notice }) => [provider, notice.version]));
  const hasAgreed = mine.some(({ provider, notice }) => noticeOf.get(provider) === notice && ai?.allowed.some((allowed) => allowed.provider === provider));
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
      </div>
      {hasAgreed && <Allowance />}
    </div>
  );
}

/** What a run is about, kept while it comes: where in the text, and what stood there. */
interface About {
  feature: Offered;
  task: AssistTask;
  place: HeldPlace | null;
  before: string;
}

function Ask() {
  const t = useWords(words);
  const say = useSay();
  const notify = useNotify();
  const { projectId, may } = useProject();
  const scene = useOpenScene();
  const selected = useSelected((text) => text.trim().length);
  const offered = OFFERED.filter((feature) => feature === 'ask' || may('story.suggest'));
  const [feature, setFeature] = useState<Offered>(offered[0]!);
  const [instruction, setInstruction] = useState('');
  const [question, setQuestion] = useState('');
  const [scope, setScope] = useState<'all' | 'here'>('all');
  const [about, setAbout] = useState<About | null>(null);
  const [looking, setLooking] = useState<About | null>(null);
  const { run, start, stop, decide } = useAssistRun(projectId);
  const result = useRef<HTMLDivElement>(null);

  const isSelection = OF_SELECTION.has(feature);
  const canAsk = feature === 'ask' ? question.trim() !== '' : scene !== null && (!isSelection || selected > 0);

  /** What is asked now, of the text as it is now; null when there is nothing to ask about. */
  const asked = (): About | null => {
    if (!canAsk) return null;
    if (feature === 'ask') return { feature, task: { feature, question: question.normalize('NFC').trim(), ...(scope === 'here' && scene ? { asOf: scene.nodeId } : {}) }, place: null, before: '' };
    const place = feature === 'continue' ? scene!.holdCaret(BEFORE_CARET_UNITS) : scene!.hold();
    const span = place.span();
    if (span === null) return null;
    const wish = instruction.normalize('NFC').trim();
    return { feature, task: { feature, span, ...(wish ? { instruction: wish } : {}) }, place, before: span.quote };
  };
  const go = (next: About | null, what?: Asked) => {
    if (next === null) return;
    setAbout(next);
    setLooking(null);
    say(t.asking);
    start(what ?? { task: next.task });
  };
  const queries = useQueryClient();
  useEffect(() => {
    if (run?.state === 'done') result.current?.focus();
    if (run && run.state !== 'asking' && run.state !== 'running') void queries.invalidateQueries({ queryKey: ['ai', 'allowance', projectId] });
    // Asked when a run ends, not with each word of it.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [run?.state, queries, projectId]);

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
  const isComing = run?.state === 'asking' || run?.state === 'running';

  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-3">
        <SelectField label={t.what} value={feature} options={offered.map((value) => ({ value, name: t[value] }))} onChoose={setFeature} />
        {feature === 'ask' ? (
          <>
            <TextArea label={t.question} hint={t.questionHint} value={question} maxLength={2_000} onChange={(event) => setQuestion(event.target.value)} onSend={() => go(asked())} />
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
          </>
        ) : (
          <>
            <p className="m-0 text-sm text-ink-2">{scene === null ? t.noScene : isSelection ? <Selected hint={t.selectHint} /> : t.continueHint}</p>
            <TextArea label={t.instruction} rows={2} value={instruction} maxLength={2_000} onChange={(event) => setInstruction(event.target.value)} onSend={() => go(asked())} />
          </>
        )}
        <div className="flex flex-wrap gap-2">
          {isComing ? (
            <Button onClick={stop}>{t.stop}</Button>
          ) : (
            <Button look="primary" disabled={!canAsk} onClick={() => go(asked())}>
              {feature === 'ask' ? t.goAsk : t.go}
            </Button>
          )}
          <Button look="quiet" disabled={!canAsk || isComing} onClick={() => setLooking(asked())}>
            {t.look}
          </Button>
        </div>
      </div>
      {run && about && (
        <div ref={result} tabIndex={-1} aria-busy={isComing} className="flex flex-col gap-3 border-t border-line pt-4 outline-none">
          {isComing && <p className="m-0 text-sm text-ink-2">{run.state === 'asking' ? t.asking : t.working}…</p>}
          {about.feature === 'continue' && <Variants run={run} onTake={take} onDismiss={() => decide('dismissed')} />}
          {OF_SELECTION.has(about.feature) && run.texts.length > 0 && <Rewriting run={run} before={about.before} onTake={take} onDismiss={() => decide('dismissed')} />}
          {about.feature === 'ask' && <Answer run={run} />}
          <RunFoot run={run} onAgain={() => go(about)} />
        </div>
      )}
      {looking && <PacketSheet task={looking.task} onClose={() => setLooking(null)} onSend={(packetId) => go(looking, { packetId })} />}
    </div>
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
