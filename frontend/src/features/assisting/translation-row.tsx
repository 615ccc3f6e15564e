'use client';

import type { GlossaryTerm, KeptSegment } from '@cowrite/contract';
import type { TranslationRow } from '@cowrite/manuscript';
import clsx from 'clsx';
import { Pencil } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { agoText, exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { Button, IconButton } from '../../shared/ui/button.tsx';
import { isComposingKey } from '../../shared/ui/text-field.tsx';
import type { Run } from './assist-run.ts';
import { type Change, changesOf } from './changes.ts';
import { termsText } from './glossary.ts';
import { numbered } from './numbered.ts';
import { RunFoot } from './run-view.tsx';
import { translationWords } from './translation-words.ts';
import { words } from './words.ts';

type Row = TranslationRow<KeptSegment>;

/** What a model proposes for the sentence of a row. */
export interface Proposal {
  text: string;
  /** Terms of the glossary that it does not keep to. */
  missed: readonly GlossaryTerm[];
  model: NonNullable<KeptSegment['model']> | null;
}

/** What may be done with a row. */
export interface RowActs {
  translate: (row: Row, key: string) => void;
  accept: (row: Row, proposal: Proposal) => Promise<void>;
  /** @returns whether it was kept */
  write: (row: Row, target: string) => Promise<boolean>;
  remove: (row: Row) => Promise<void>;
  letGo: () => void;
  stop: () => void;
}

/** A sentence beside its translation. What no longer fits says so in words, shows what was changed, and offers the ways on. */
export function RowView({
  row,
  rowKey,
  number,
  language,
  isMadeByShown,
  canChange,
  canAsk,
  run,
  proposal,
  onAgain,
  acts,
}: {
  row: Row;
  rowKey: string;
  number: number | null;
  language: string;
  /** Whether it is said who made it: where that is another than above. */
  isMadeByShown: boolean;
  canChange: boolean;
  canAsk: boolean;
  run: Run | null;
  proposal: Proposal | null;
  onAgain: () => void;
  acts: RowActs;
}) {
  const t = useWords(translationWords);
  const [isWriting, setWriting] = useState(false);
  const needsLook = row.state === 'stale' || row.state === 'orphaned';
  const name = number === null ? t.orphanRow : t.row(number);
  const place = useRef<HTMLLIElement>(null);
  // Where one was, so that the keyboard goes on from there.
  const back = () => {
    setWriting(false);
    place.current?.focus();
  };
  return (
    <li
      ref={place}
      tabIndex={-1}
      aria-label={[name, row.state === 'current' ? '' : t[row.state]].filter(Boolean).join(' · ')}
      data-needs-look={needsLook}
      className={clsx('grid gap-x-6 gap-y-1.5 border-b border-line px-3 py-3 last:border-b-0 md:grid-cols-2', needsLook && 'border-l-2 border-l-warn bg-warn-soft/40')}
    >
      <div className="min-w-0">
        {row.state !== 'current' && <p className={clsx('m-0 mb-1 text-xs font-medium', needsLook ? 'text-warn' : 'text-ink-2')}>{t[row.state]}</p>}
        <p className={clsx('m-0 font-serif text-base leading-relaxed break-words whitespace-pre-wrap', row.kept !== null && 'max-md:text-ink-2')}>
          {row.state === 'orphaned' ? <del className="text-ink-2">{row.kept.source}</del> : row.state === 'stale' ? <Changed before={row.kept.source} now={row.sentence.text} /> : row.sentence.text}
        </p>
      </div>
      {/* The translation begins where the sentence does, below what is said of it. */}
      <div className={clsx('flex min-w-0 flex-col gap-2', row.state !== 'current' && row.kept && 'md:pt-5')}>
        {isWriting ? (
          <Writing
            name={`${name} · ${t.target}`}
            first={row.kept?.target ?? ''}
            onSave={async (target) => {
              if (await acts.write(row, target)) back();
            }}
            onCancel={back}
          />
        ) : (
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              {row.kept && (
                <p lang={language} className={clsx('m-0 font-serif text-base leading-relaxed break-words whitespace-pre-wrap', row.state === 'orphaned' && 'text-ink-2')}>
                  {row.kept.target}
                </p>
              )}
              {row.kept && isMadeByShown && <MadeBy segment={row.kept} />}
            </div>
            {canChange && row.state === 'current' && (
              <IconButton label={`${name} ${t.edit}`} onClick={() => setWriting(true)} className="-mt-1 shrink-0">
                <Pencil size={15} aria-hidden />
              </IconButton>
            )}
          </div>
        )}
        {run === null && canChange && !isWriting && row.state !== 'current' && (
          <div className="flex flex-wrap gap-1.5">
            {row.state !== 'orphaned' && canAsk && (
              <Button className="px-3" onClick={() => acts.translate(row, rowKey)} aria-label={`${name} ${row.state === 'stale' ? t.again : t.translate}`}>
                {row.state === 'stale' ? t.again : t.translate}
              </Button>
            )}
            {row.state !== 'orphaned' && (
              <Button className="px-3" look={row.state === 'new' ? 'quiet' : 'outline'} onClick={() => setWriting(true)} aria-label={`${name} ${row.state === 'new' ? t.byHand : t.edit}`}>
                {row.state === 'new' ? t.byHand : t.edit}
              </Button>
            )}
            {row.state === 'stale' && (
              <Button className="px-3" look="quiet" onClick={() => void acts.write(row, row.kept.target)} aria-label={`${name} ${t.stillFits}`}>
                {t.stillFits}
              </Button>
            )}
            {row.state === 'orphaned' && (
              <Button className="px-3" onClick={() => void acts.remove(row)}>
                {t.remove}
              </Button>
            )}
          </div>
        )}
        {run !== null && <Proposed run={run} row={row} proposal={proposal} language={language} onAgain={onAgain} acts={acts} />}
      </div>
    </li>
  );
}

/** A sentence of which less than this is as it was is shown as another one: words that both happen to have would only be in the way. */
const SAME_SHARE = 0.4;

function changesShown(before: string, now: string): Change[] {
  const changes = changesOf(before, now);
  const same = changes.reduce((sum, { kind, text }) => sum + (kind === 'same' ? text.trim().length : 0), 0);
  if (same >= SAME_SHARE * Math.max(before.length, now.length)) return changes;
  return [
    { kind: 'gone', text: before },
    { kind: 'same', text: ' ' },
    { kind: 'new', text: now },
  ];
}

/** The sentence as it is now, with what was changed since it was translated: what went is struck, what came is underlined. */
function Changed({ before, now }: { before: string; now: string }) {
  return numbered(changesShown(before, now)).map(({ number, thing: { kind, text } }) =>
    kind === 'same' ? (
      text
    ) : kind === 'new' ? (
      <ins key={number} className="rounded-sm bg-accent-soft text-ink underline decoration-good decoration-2 underline-offset-4">
        {text}
      </ins>
    ) : (
      <del key={number} className="text-bad">
        {text}
      </del>
    ),
  );
}

/** Who kept a segment, whose model said it, and who changed it by hand. */
function MadeBy({ segment }: { segment: KeptSegment }) {
  const t = useWords(translationWords);
  const locale = useLocale();
  const { members } = useProject();
  const [now] = useState(() => new Date());
  const nameOf = (userId: string): string => members.find((member) => member.userId === userId)?.name ?? t.someone;
  return (
    <p className="m-0 mt-0.5 text-xs text-ink-2" title={exactTime(new Date(segment.changedAt ?? segment.madeAt), locale)}>
      {segment.changedBy && segment.changedAt ? t.changedBy(nameOf(segment.changedBy), agoText(new Date(segment.changedAt), now, locale)) : t.madeBy(nameOf(segment.madeBy), segment.model?.model ?? '')}
    </p>
  );
}

function Writing({ name, first, onSave, onCancel }: { name: string; first: string; onSave: (target: string) => Promise<void>; onCancel: () => void }) {
  const t = useWords(translationWords);
  const [target, setTarget] = useState(first);
  const [isSaving, setSaving] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, []);
  const save = async () => {
    if (target.trim() === '' || isSaving) return;
    setSaving(true);
    await onSave(target);
    setSaving(false);
  };
  return (
    <div className="flex flex-col gap-1.5">
      <textarea
        ref={field}
        aria-label={name}
        rows={Math.min(8, Math.max(2, Math.ceil(target.length / 40)))}
        maxLength={20_000}
        value={target}
        onChange={(event) => setTarget(event.target.value)}
        onKeyDown={(event) => {
          if (isComposingKey(event)) return;
          if (event.key === 'Escape') {
            event.preventDefault();
            onCancel();
          }
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void save();
          }
        }}
        className="w-full resize-y rounded border border-line-2 bg-surface px-3 py-2 font-serif text-base leading-relaxed text-ink"
      />
      <div className="flex flex-wrap items-center gap-1.5">
        <Button look="primary" className="px-3" disabled={target.trim() === '' || isSaving} onClick={() => void save()}>
          {t.save}
        </Button>
        <Button look="quiet" className="px-3" onClick={onCancel}>
          {t.cancel}
        </Button>
        <span className="hidden text-xs text-ink-2 md:inline">{t.saveHint}</span>
      </div>
    </div>
  );
}

/** What comes for one sentence, and is kept with one key. */
function Proposed({ run, row, proposal, language, onAgain, acts }: { run: Run; row: Row; proposal: Proposal | null; language: string; onAgain: () => void; acts: RowActs }) {
  const t = useWords(translationWords);
  const say = useWords(words);
  const accept = useRef<HTMLButtonElement>(null);
  const isComing = run.state === 'asking' || run.state === 'running';
  const isThere = proposal !== null;
  useEffect(() => {
    if (isThere) accept.current?.focus();
  }, [isThere]);
  const place = useRef<HTMLElement>(null);
  const escape = useRef<() => void>(() => undefined);
  escape.current = () => {
    if (isComing) acts.stop();
    acts.letGo();
  };
  useEffect(() => {
    const within = place.current;
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      escape.current();
    };
    within?.addEventListener('keydown', pressed);
    return () => within?.removeEventListener('keydown', pressed);
  }, []);
  return (
    <section ref={place} aria-label={t.proposal} aria-busy={isComing} className="flex flex-col gap-2 rounded-lg border border-accent bg-surface p-3">
      {isComing && (
        <div className="flex items-center justify-between gap-2">
          <p className="m-0 text-sm text-ink-2">{t.translating}…</p>
          <Button
            className="px-3"
            onClick={() => {
              acts.stop();
              acts.letGo();
            }}
          >
            {t.stop}
          </Button>
        </div>
      )}
      {proposal && (
        <>
          <p lang={language} className="m-0 font-serif text-base leading-relaxed break-words whitespace-pre-wrap">
            {proposal.text}
          </p>
          {proposal.missed.length > 0 && <p className="m-0 rounded bg-warn-soft px-3 py-2 text-sm">{say.segmentMisses(termsText(proposal.missed))}</p>}
          <div className="flex flex-wrap items-center gap-1.5">
            <Button ref={accept} look="primary" className="px-3" onClick={() => void acts.accept(row, proposal)}>
              {t.accept}
            </Button>
            <Button look="quiet" className="px-3" onClick={acts.letGo}>
              {t.dismiss}
            </Button>
            <span className="hidden text-xs text-ink-2 md:inline">{t.acceptHint}</span>
          </div>
        </>
      )}
      {run.state === 'done' && proposal === null && (
        <div className="flex flex-wrap items-center gap-2">
          <p className="m-0 text-sm">{t.noProposal}</p>
          <Button className="px-3" onClick={acts.letGo}>
            {t.dismiss}
          </Button>
        </div>
      )}
      {!isComing && run.state !== 'done' && (
        <div className="flex flex-col gap-2">
          <RunFoot run={run} onAgain={onAgain} />
          <div>
            <Button look="quiet" className="px-3" onClick={acts.letGo}>
              {t.dismiss}
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}
