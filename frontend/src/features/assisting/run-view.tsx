'use client';

import { type Citation, type DocumentId, Problem, type TextSpan } from '@cowrite/contract';
import { useState } from 'react';
import { problemText } from '../../shared/api/problem-text.ts';
import { countText, exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { pathTextOf, rowOf } from '../../shared/project/display.ts';
import { useProject } from '../../shared/project/project.tsx';
import { goToPassage } from '../../shared/project/wanted-passage.ts';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { answerOf, type Run } from './assist-run.ts';
import { changesOf } from './changes.ts';
import { costText } from './cost.ts';
import { numbered } from './numbered.ts';
import { sentencesOf } from './sentences.ts';
import { PROVIDER_NAMES, words } from './words.ts';

/** Three ways to go on, each in sentences that are picked one by one. */
export function Variants({ run, onTake, onDismiss }: { run: Run; onTake: (text: string) => void; onDismiss: () => void }) {
  const t = useWords(words);
  return (
    <div className="flex flex-col gap-4">
      {numbered(run.texts).map(({ number, thing: text }) => (
        <Variant key={number} name={t.variant(number)} text={text} isWhole={run.state !== 'running'} onTake={onTake} />
      ))}
      {run.state !== 'running' && run.texts.length > 0 && (
        <Button look="quiet" onClick={onDismiss}>
          {t.dismiss}
        </Button>
      )}
    </div>
  );
}

function Variant({ name, text, isWhole, onTake }: { name: string; text: string; isWhole: boolean; onTake: (text: string) => void }) {
  const t = useWords(words);
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const sentences = numbered(sentencesOf(text));
  const picked = sentences.filter(({ number, thing }) => !left.has(number) && thing.trim() !== '').map(({ thing }) => thing);
  return (
    <section aria-label={name} className="rounded-lg border border-line bg-surface p-3">
      <h3 className="m-0 mb-1.5 text-xs font-medium text-ink-2">{name}</h3>
      <p className="m-0 font-serif text-base leading-[1.85] whitespace-pre-wrap">
        {sentences.map(({ number, thing: sentence }) =>
          isWhole && sentence.trim() !== '' ? (
            <button
              key={number}
              type="button"
              aria-pressed={!left.has(number)}
              onClick={() => setLeft((before) => new Set(before.has(number) ? [...before].filter((each) => each !== number) : [...before, number]))}
              className="inline rounded-sm text-left whitespace-pre-wrap hover:bg-accent-soft aria-[pressed=false]:text-ink-3 aria-[pressed=false]:line-through"
            >
              {sentence}
            </button>
          ) : (
            sentence
          ),
        )}
      </p>
      {isWhole && (
        <div className="mt-2.5">
          <Button look="primary" disabled={picked.length === 0} onClick={() => onTake(picked.join('').replace(/\s+$/, ''))}>
            {t.take(picked.length)}
          </Button>
        </div>
      )}
    </section>
  );
}

/** A rewriting beside what it would replace: what goes is struck, what comes is underlined, and both say so to a reader. */
export function Rewriting({ run, before, onTake, onDismiss }: { run: Run; before: string; onTake: (text: string) => void; onDismiss: () => void }) {
  const t = useWords(words);
  const [text = ''] = run.texts;
  const isWhole = run.state !== 'running';
  return (
    <section aria-label={t.variant(1)} className="rounded-lg border border-line bg-surface p-3">
      <p className="m-0 font-serif text-base leading-[1.85] whitespace-pre-wrap">
        {isWhole
          ? numbered(changesOf(before, text)).map(({ number, thing: { kind, text: part } }) =>
              kind === 'same' ? (
                part
              ) : kind === 'new' ? (
                <ins key={number} className="rounded-sm bg-accent-soft text-ink underline decoration-good decoration-2 underline-offset-4">
                  {part}
                </ins>
              ) : (
                <del key={number} className="text-bad">
                  {part}
                </del>
              ),
            )
          : text}
      </p>
      {isWhole && text !== '' && (
        <div className="mt-3 flex flex-wrap gap-2">
          <Button look="primary" onClick={() => onTake(text)}>
            {t.replace}
          </Button>
          <Button look="quiet" onClick={onDismiss}>
            {t.dismiss}
          </Button>
        </div>
      )}
    </section>
  );
}

/** One text that stands by itself: a summary, or what a character says. */
export function OneText({ name, run, onDismiss }: { name: string; run: Run; onDismiss: () => void }) {
  const t = useWords(words);
  const notify = useNotify();
  const [text = ''] = run.texts;
  if (text === '') return null;
  return (
    <section aria-label={name} className="rounded-lg border border-line bg-surface p-3">
      <p className="m-0 font-serif text-base leading-[1.85] whitespace-pre-wrap">{text}</p>
      {run.state !== 'running' && (
        <div className="mt-3 flex gap-2">
          <Button onClick={() => void navigator.clipboard.writeText(text).then(() => notify({ text: t.copied }))}>{t.copy}</Button>
          <Button look="quiet" onClick={onDismiss}>
            {t.dismiss}
          </Button>
        </div>
      )}
    </section>
  );
}

/** An answer from the manuscript: each sentence with the passages that say it, or the passages that come closest. */
export function Answer({ run }: { run: Run }) {
  const t = useWords(words);
  const answer = answerOf(run);
  if (answer === null) return null;
  const places = new Map<string, number>();
  const numberOf = ({ span }: Citation): number => {
    const key = `${span.documentId} ${span.from} ${span.to}`;
    places.set(key, places.get(key) ?? places.size + 1);
    return places.get(key)!;
  };
  if (!answer.found) {
    return (
      <section aria-label={t.notFound}>
        <h3 className="m-0 text-base font-semibold">{t.notFound}</h3>
        <p className="m-0 mt-1 text-sm text-ink-2">{answer.nearest.length > 0 ? t.notFoundText : t.nothingNear}</p>
        <Passages citations={answer.nearest} numberOf={numberOf} />
      </section>
    );
  }
  const cited = answer.sentences.flatMap(({ citations }) => citations);
  for (const citation of cited) numberOf(citation);
  return (
    <section aria-label={t.found}>
      <p className="m-0 font-serif text-base leading-[1.85]">
        {numbered(answer.sentences).map(({ number, thing: { text, citations } }) => (
          <span key={number}>
            {text}
            {citations.map((citation) => (
              <CitationLink key={`${citation.itemId} ${citation.span.from}`} number={numberOf(citation)} span={citation.span} />
            ))}{' '}
          </span>
        ))}
      </p>
      <Passages citations={cited} numberOf={numberOf} />
    </section>
  );
}

function useShow(): (span: TextSpan) => void {
  const { projectId, view } = useProject();
  return ({ documentId, from, to, quote }) => {
    const node = view.scenes.find((scene) => scene.documentId === documentId);
    if (node) goToPassage(projectId, { nodeId: node.id, from, to, quote });
  };
}

/** The way to a place in the manuscript. It stands within a line; on a phone a thumb meets it around what is seen of it as well. */
export function CitationLink({ number, span }: { number: number; span: TextSpan }) {
  const t = useWords(words);
  const show = useShow();
  return (
    <button
      type="button"
      aria-label={t.citation(number)}
      onClick={() => show(span)}
      className="relative mx-0.5 inline-flex min-h-6 min-w-6 items-center justify-center rounded bg-accent-soft px-1 align-middle font-sans text-xs font-medium text-accent tabular-nums after:absolute after:-inset-2.5 md:after:hidden"
    >
      {number}
    </button>
  );
}

function Passages({ citations, numberOf }: { citations: readonly Citation[]; numberOf: (citation: Citation) => number }) {
  const locale = useLocale();
  const { view } = useProject();
  const show = useShow();
  const place = (documentId: DocumentId) => {
    const scene = view.scenes.find((each) => each.documentId === documentId);
    return scene ? pathTextOf(rowOf(view, scene), view, locale) : '';
  };
  const once = [...new Map(citations.map((citation) => [numberOf(citation), citation])).entries()].toSorted(([a], [b]) => a - b);
  return (
    <ol className="m-0 mt-3 list-none p-0">
      {once.map(([number, { span }]) => (
        <li key={number}>
          <button type="button" onClick={() => show(span)} className="flex min-h-11 w-full gap-2 rounded px-2 py-1.5 text-left hover:bg-accent-soft">
            <span className="text-xs font-medium text-accent tabular-nums">{number}</span>
            <span className="min-w-0">
              <span className="block text-xs text-ink-2">{place(span.documentId)}</span>
              <span className="line-clamp-3 font-serif text-sm leading-relaxed">{span.quote}</span>
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Who answered, what it cost, what was cut and what went wrong: what happened, whether text left, what to do. */
export function RunFoot({ run, onAgain, onGoOn = null }: { run: Run; onAgain: (() => void) | null; onGoOn?: (() => void) | null }) {
  const t = useWords(words);
  const locale = useLocale();
  const { assist, failure } = run;
  const usage = assist?.usage;
  return (
    <div className="flex flex-col gap-2">
      {run.state === 'failed' && (
        <div role="alert" className="rounded bg-bad-soft px-3 py-2 text-sm text-ink">
          <p className="m-0">{failureText(failure, locale)}</p>
          {assist && <p className="m-0 mt-1 text-ink-2">{assist.left ? t.leftYes : t.leftNo}</p>}
          {onAgain && (
            <Button className="mt-2" onClick={onAgain}>
              {t.again}
            </Button>
          )}
        </div>
      )}
      {run.state === 'cut' && (
        <div role="alert" className="rounded bg-warn-soft px-3 py-2 text-sm text-ink">
          <p className="m-0">{t.cut}</p>
          <div className="mt-2 flex flex-wrap gap-2">
            {onGoOn && <Button onClick={onGoOn}>{t.goOn}</Button>}
            {onAgain && <Button onClick={onAgain}>{t.again}</Button>}
          </div>
        </div>
      )}
      {run.state === 'stopped' && <p className="m-0 text-sm text-ink-2">{t.stopped}</p>}
      {assist?.cached && <p className="m-0 text-xs text-ink-2">{t.cached}</p>}
      {run.provider && (
        <p className="m-0 text-xs text-ink-2">
          {t.from(PROVIDER_NAMES[run.provider], run.model)}
          {usage && ` · ${t.cost(countText(usage.tokensIn + usage.tokensOut, locale), usage.cost === null ? '' : ` · ${costText(usage.cost, usage.currency, locale)}`)}${usage.estimated ? ` (${t.estimated})` : ''}`}
        </p>
      )}
    </div>
  );
}

/** The sentence for a failure, with times as people read them. */
export function failureText(failure: unknown, locale: 'ko' | 'en'): string {
  if (!(failure instanceof Problem)) return problemText(failure, locale);
  const { resetsAt, provider } = failure.details;
  return problemText(
    new Problem(failure.code, {
      ...failure.details,
      ...(typeof resetsAt === 'string' && /^\d{4}-\d\d-\d\dT/.test(resetsAt) ? { resetsAt: exactTime(new Date(resetsAt), locale) } : {}),
      ...(typeof provider === 'string' && provider in PROVIDER_NAMES ? { provider: PROVIDER_NAMES[provider as keyof typeof PROVIDER_NAMES] } : {}),
    }),
    locale,
  );
}
