'use client';

import { type AiMode, type AiSettings, assists, type LedgerLine, type Provider, routes } from '@cowrite/contract';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { callAi } from '../../shared/api/call-ai.ts';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { agoText, countText, exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { downloadText } from '../../shared/ui/download-text.ts';
import { Choice } from '../../shared/ui/choice.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { PlainPage, Section } from '../../shared/ui/plain-page.tsx';
import { FailedState, Skeleton } from '../../shared/ui/state.tsx';
import { costText } from './cost.ts';
import { ledgerCsv } from './ledger-csv.ts';
import { PROVIDER_NAMES, words } from './words.ts';

type House = Awaited<ReturnType<typeof askHouse>>;
const askHouse = (projectId: string, signal?: AbortSignal) => callAi(assists.providers, projectId, { projectId }, signal ? { signal } : {});

const MODES = ['off', 'on', 'never'] as const satisfies readonly AiMode[];

/** Whether AI helps in this work, with whose consent, what was sent, and how much may still be. */
export function AiPage() {
  const t = useWords(words);
  const locale = useLocale();
  const { projectId, ai, may } = useProject();
  const house = useQuery({ queryKey: ['ai', 'providers', projectId], queryFn: ({ signal }) => askHouse(projectId, signal), staleTime: 60_000, retry: 1 });
  if (ai === null || house.isPending) return <Skeleton lines={6} className="mx-auto max-w-3xl p-10" />;
  const known = house.data ?? { providers: [], features: [], meaning: null, transcription: null, speech: null };
  return (
    <PlainPage title={t.pageTitle} text={t.pageText}>
      {house.isError && <FailedState text={problemText(house.error, locale)} retryName={t.retry} onRetry={() => void house.refetch()} />}
      {house.data?.providers.length === 0 && (
        <p className="m-0 mb-8 rounded bg-sunken px-4 py-3 text-sm text-ink-2">
          <strong className="text-ink">{t.noneSetUp}</strong> {t.noneSetUpText}
        </p>
      )}
      {may('project.manage') ? <Decision key={JSON.stringify(ai)} settings={ai} house={known} /> : <Mine key={JSON.stringify(ai)} settings={ai} house={known} />}
      {ai.mode !== 'off' && <Everyone settings={ai} />}
      <Limits />
      <Ledger />
    </PlainPage>
  );
}

/** Saves a choice, says so, and reads the work again. */
function useSaving(save: () => Promise<unknown>) {
  const t = useWords(words);
  const notify = useNotify();
  const { reread } = useProject();
  return useMutation({
    mutationFn: save,
    onSuccess: async () => {
      notify({ text: t.saved });
      await reread();
    },
  });
}

function Save({ of }: { of: ReturnType<typeof useSaving> }) {
  const t = useWords(words);
  const locale = useLocale();
  return (
    <>
      <Button look="primary" className="mt-4" disabled={of.isPending} onClick={() => of.mutate()}>
        {t.save}
      </Button>
      {of.isError && (
        <p role="alert" className="m-0 mt-2 text-sm text-bad">
          {problemText(of.error, locale)}
        </p>
      )}
    </>
  );
}

/** The owner's choice for the work; what they agree to counts for their own text as well. */
function Decision({ settings, house }: { settings: AiSettings; house: House }) {
  const t = useWords(words);
  const { projectId } = useProject();
  const id = useId();
  const [mode, setMode] = useState(settings.mode);
  const [agreed, setAgreed] = useState(() => agreedNow(settings.allowed, house));
  const [cacheAnswers, setCacheAnswers] = useState(settings.cacheAnswers);
  const [keepTexts, setKeepTexts] = useState(settings.keepTexts);
  const [byMeaning, setByMeaning] = useState(settings.byMeaning);
  const [forecast, setForecast] = useState(settings.forecast);
  const finder = house.meaning !== null && agreed.has(house.meaning.provider) ? house.meaning : null;
  const save = useSaving(() => call(routes.assistGrants.decide, { projectId, mode, allowed: agreementsOf(agreed, house), cacheAnswers, keepTexts, byMeaning, forecast }));
  return (
    <Section title={t.mode}>
      <fieldset className="m-0 flex flex-col gap-1 border-0 p-0">
        <legend className="sr-only">{t.mode}</legend>
        {MODES.map((each) => (
          <Choice key={each} kind="radio" name={id} label={t[each]} text={t[`${each}Text`]} checked={mode === each} onChange={() => setMode(each)} />
        ))}
      </fieldset>
      {mode === 'on' && (
        <div className="mt-5">
          <h3 className="m-0 text-sm font-semibold">{t.providers}</h3>
          <Notices house={house} agreed={agreed} onChange={setAgreed} />
          <Choice kind="checkbox" label={t.cacheAnswers} checked={cacheAnswers} onChange={setCacheAnswers} />
          <Choice kind="checkbox" label={t.keepTexts} checked={keepTexts} onChange={setKeepTexts} />
          <Choice kind="checkbox" label={t.forecastOn} text={t.forecastOnText} checked={forecast} onChange={setForecast} />
          {finder && <Choice kind="checkbox" label={t.byMeaning} text={t.byMeaningText(PROVIDER_NAMES[finder.provider], finder.model)} checked={byMeaning} onChange={setByMeaning} />}
        </div>
      )}
      <Save of={save} />
    </Section>
  );
}

/** Where one's own text may go. */
function Mine({ settings, house }: { settings: AiSettings; house: House }) {
  const t = useWords(words);
  const { projectId, me } = useProject();
  const [agreed, setAgreed] = useState(() => agreedNow(settings.members.find(({ userId }) => userId === me)?.agreed ?? [], house));
  const save = useSaving(() => call(routes.assistGrants.agree, { projectId, agreed: agreementsOf(agreed, house) }));
  const allowed = { ...house, providers: house.providers.filter(({ provider }) => settings.allowed.some((each) => each.provider === provider)) };
  return (
    <>
      <Section title={t.mode}>
        <p className="m-0 text-sm">
          <strong>{t[settings.mode]}</strong> <span className="text-ink-2">{t[`${settings.mode}Text`]}</span>
        </p>
      </Section>
      {settings.mode === 'on' && (
        <Section title={t.mine} text={t.mineText}>
          <Notices house={allowed} agreed={agreed} onChange={setAgreed} />
          {settings.byMeaning && house.meaning && <p className="m-0 mt-3 text-sm text-ink-2">{t.byMeaningMine(PROVIDER_NAMES[house.meaning.provider])}</p>}
          <Save of={save} />
        </Section>
      )}
    </>
  );
}

/** The agreements that still count: given to the words that stand there today. */
const agreedNow = (agreements: AiSettings['allowed'], house: House): ReadonlySet<Provider> =>
  new Set(house.providers.filter(({ provider, notice }) => agreements.some((each) => each.provider === provider && each.notice === notice.version)).map(({ provider }) => provider));

const agreementsOf = (agreed: ReadonlySet<Provider>, house: House) => house.providers.filter(({ provider }) => agreed.has(provider)).map(({ provider, notice }) => ({ provider, notice: notice.version }));

/** What each provider does with text, in the operator's dated words, and whether one agrees to it. */
function Notices({ house, agreed, onChange }: { house: House; agreed: ReadonlySet<Provider>; onChange: (agreed: ReadonlySet<Provider>) => void }) {
  const t = useWords(words);
  const locale = useLocale();
  return (
    <ul className="m-0 mt-2 flex list-none flex-col gap-3 p-0">
      {house.providers.map(({ provider, name, host, notice }) => (
        <li key={provider} className="rounded-lg border border-line bg-surface p-4">
          <p className="m-0 text-sm font-medium">
            {name} <span className="font-normal text-ink-2">· {host}</span>
          </p>
          <p className="m-0 mt-1 text-sm whitespace-pre-line text-ink-2">{notice[locale]}</p>
          <p className="m-0 mt-1 text-xs text-ink-2">
            {notice.version}
            {notice.url !== null && (
              <>
                {' · '}
                <a href={notice.url} target="_blank" rel="noreferrer noopener" className="inline-flex min-h-11 items-center text-accent md:min-h-0">
                  {new URL(notice.url).host}
                </a>
              </>
            )}
          </p>
          <Choice kind="checkbox" label={`${t.agreed}: ${name}`} checked={agreed.has(provider)} onChange={(checked) => onChange(new Set(checked ? [...agreed, provider] : [...agreed].filter((each) => each !== provider)))} />
        </li>
      ))}
    </ul>
  );
}

function Everyone({ settings }: { settings: AiSettings }) {
  const t = useWords(words);
  const { members } = useProject();
  return (
    <Section title={t.everyone}>
      <ul className="m-0 list-none p-0">
        {members.map(({ userId, name }) => {
          const agreed = settings.members.find((each) => each.userId === userId)?.agreed ?? [];
          return (
            <li key={userId} className="flex flex-wrap justify-between gap-2 border-b border-line py-2 text-sm last:border-b-0">
              <span>{name}</span>
              <span className="text-ink-2">{agreed.length > 0 ? t.agreesTo(agreed.map(({ provider }) => PROVIDER_NAMES[provider]).join(', ')) : t.agreesToNone}</span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function Limits() {
  const t = useWords(words);
  const locale = useLocale();
  const { projectId } = useProject();
  const allowance = useQuery({ queryKey: ['ai', 'allowance', projectId], queryFn: ({ signal }) => callAi(assists.allowance, projectId, { projectId }, { signal }), retry: false });
  if (!allowance.data) return null;
  const { currency, personTokensToday, projectTokensToday, projectCostThisMonth } = allowance.data;
  const count = (value: number) => countText(value, locale);
  const money = (value: number) => costText(value, currency, locale);
  const lines = [
    { name: t.personToday, of: personTokensToday, text: count },
    { name: t.projectToday, of: projectTokensToday, text: count },
    { name: t.projectMonth, of: projectCostThisMonth, text: money },
  ];
  return (
    <Section title={t.allowance}>
      <dl className="m-0 grid grid-cols-[1fr_auto] gap-x-6 gap-y-2 text-sm">
        {lines.map(({ name, of, text }) => (
          <div key={name} className="contents">
            <dt className="text-ink-2">{name}</dt>
            <dd className="m-0 text-right tabular-nums">
              {text(of.used)} / {of.limit === null ? t.unlimited : text(of.limit)}
              {of.limit !== null && <span className="block text-xs text-ink-2">{t.resets(exactTime(new Date(of.resetsAt), locale))}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** What nobody decides about. */
const UNDECIDED: ReadonlySet<LedgerLine['feature']> = new Set(['meaning', 'transcribe', 'speak']);

function Ledger() {
  const t = useWords(words);
  const locale = useLocale();
  const { projectId, project, members } = useProject();
  const [now] = useState(() => new Date());
  const pages = useInfiniteQuery({
    queryKey: ['ai', 'ledger', projectId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => callAi(assists.ledger, projectId, { projectId, limit: 50, ...(pageParam ? { before: pageParam } : {}) }, { signal }),
    getNextPageParam: (last) => last.next ?? undefined,
    retry: false,
  });
  const nameOf = (userId: string) => members.find((member) => member.userId === userId)?.name ?? '?';
  const lines = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const ended = (line: LedgerLine) => (line.decision ? t[line.decision] : line.state === 'failed' ? t.failed : line.state === 'cancelled' ? t.cancelled : line.state === 'cut' ? t.cutShort : UNDECIDED.has(line.feature) ? '' : t.pending);
  return (
    <Section title={t.ledger} text={t.ledgerText}>
      {pages.isError ? (
        <p role="alert" className="m-0 text-sm text-bad">
          {problemText(pages.error, locale)}
        </p>
      ) : pages.isPending ? (
        <Skeleton lines={3} />
      ) : lines.length === 0 ? (
        <p className="m-0 text-sm text-ink-2">{t.ledgerNone}</p>
      ) : (
        <>
          <ul className="m-0 list-none p-0">
            {lines.map((line) => (
              <li key={line.assistId} className="border-b border-line py-2.5 text-sm last:border-b-0">
                <p className="m-0 flex flex-wrap justify-between gap-x-3">
                  <span>
                    <strong className="font-medium">{nameOf(line.by)}</strong> · {[t[line.feature], ended(line)].filter(Boolean).join(' · ')}
                  </span>
                  <time dateTime={line.at} title={exactTime(new Date(line.at), locale)} className="text-ink-2">
                    {agoText(new Date(line.at), now, locale)}
                  </time>
                </p>
                <p className="m-0 mt-0.5 text-xs text-ink-2">
                  {[
                    t.from(PROVIDER_NAMES[line.provider], line.model),
                    t.items(line.items.length),
                    line.items.some(({ of }) => of.length > 0) ? t.by([...new Set(line.items.flatMap(({ of }) => of))].map(nameOf).join(', ')) : '',
                    t.cost(countText(line.usage.tokensIn + line.usage.tokensOut, locale), line.usage.cost === null ? '' : ` · ${costText(line.usage.cost, line.usage.currency, locale)}`) + (line.usage.estimated ? ` (${t.estimated})` : ''),
                    line.cached ? t.cached : line.feature === 'transcribe' ? (line.left ? t.recordingLeft : t.recordingStayed) : line.left ? t.leftYes : t.leftNo,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              </li>
            ))}
          </ul>
          <div className="mt-3 flex gap-2">
            {pages.hasNextPage && (
              <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                {t.ledgerMore}
              </Button>
            )}
            <Button look="quiet" onClick={() => downloadText(`${project.title} AI`, ledgerCsv(lines, nameOf), 'csv')}>
              {t.ledgerFile}
            </Button>
          </div>
        </>
      )}
    </Section>
  );
}
