'use client';

import { type GlossaryTerm, routes, type Term } from '@cowrite/contract';
import { useQueryClient } from '@tanstack/react-query';
import { Pencil, X } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { Button, IconButton } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { Sheet } from '../../shared/ui/sheet.tsx';
import { FailedState, Skeleton } from '../../shared/ui/state.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { glossaryIn } from './glossary.ts';
import type { LanguageOffered } from './languages.ts';
import { TextArea } from './text-area.tsx';
import { translationWords } from './translation-words.ts';
import { useTerms } from './use-translation.ts';
import { words } from './words.ts';

/** Does something with the glossary; what goes wrong is said, and what comes of it is read again. @returns whether it was done */
function useTermsAct(): (act: () => Promise<unknown>) => Promise<boolean> {
  const queries = useQueryClient();
  const notify = useNotify();
  const locale = useLocale();
  const { projectId } = useProject();
  return async (act) => {
    try {
      await act();
      return true;
    } catch (failure) {
      notify({ text: problemText(failure, locale), kind: 'bad' });
      return false;
    } finally {
      await queries.invalidateQueries({ queryKey: ['terms', projectId] });
    }
  };
}

/** How many terms of the work are kept to, the way to them, and the offer to put into them what was typed for one run. */
export function WorkTerms({ language, typed, onTaken }: { language: LanguageOffered; typed: readonly GlossaryTerm[]; onTaken: () => void }) {
  const t = useWords(translationWords);
  const locale = useLocale();
  const notify = useNotify();
  const { projectId, may, connection } = useProject();
  const act = useTermsAct();
  const terms = useTerms();
  const [isOpen, setOpen] = useState(false);
  const count = terms.data?.items.filter((term) => term.language === language).length ?? 0;
  const take = async () => {
    let added = 0;
    const isDone = await act(async () => {
      ({ added } = await call(routes.terms.add, { projectId, terms: typed.map((term) => ({ ...term, language })) }));
    });
    if (!isDone) return;
    notify({ text: t.termsTaken(added) });
    onTaken();
  };
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <p className="m-0 text-sm text-ink-2">{count === 0 ? t.termsZero : t.termsCount(countText(count, locale))}</p>
        <Button className="px-3" onClick={() => setOpen(true)}>
          {t.termsOpen}
        </Button>
      </div>
      {typed.length > 0 && may('story.write') && (
        <div>
          <Button disabled={connection !== 'online'} onClick={() => void take()}>
            {t.termsTake(typed.length)}
          </Button>
        </div>
      )}
      <TermsSheet open={isOpen} onClose={() => setOpen(false)} language={language} />
    </>
  );
}

/** The glossary of the work for one language: read by everybody, changed by whoever may write. */
export function TermsSheet({ open, onClose, language }: { open: boolean; onClose: () => void; language: LanguageOffered }) {
  const t = useWords(translationWords);
  const locale = useLocale();
  const { projectId, may, connection } = useProject();
  const terms = useTerms();
  const act = useTermsAct();
  const [removed, setRemoved] = useState<Term | null>(null);
  const canWrite = may('story.write');
  const takeBack = async ({ source, target, note }: Term) => {
    if (await act(() => call(routes.terms.add, { projectId, terms: [{ source, target, note, language }] }))) setRemoved(null);
  };
  const of = terms.data?.items.filter((term) => term.language === language) ?? [];
  return (
    <Sheet open={open} onClose={() => (setRemoved(null), onClose())} title={t.termsTitle} description={canWrite ? t.termsText : t.termsReadOnly} wide>
      {terms.isPending ? (
        <Skeleton lines={4} />
      ) : terms.isError && terms.data === undefined ? (
        connection === 'online' ? (
          <FailedState text={problemText(terms.error, locale)} retryName={t.retry} onRetry={() => void terms.refetch()} />
        ) : (
          <p className="m-0 text-sm text-ink-2">{t.offlineNothing}</p>
        )
      ) : (
        <div className="flex flex-col gap-5">
          {/* A notice in the corner of the page cannot be reached from here. */}
          {removed && (
            <p role="status" className="m-0 flex items-center justify-between gap-3 rounded bg-accent-soft px-3 text-sm">
              {t.termRemoved(removed.source)}
              <Button look="quiet" className="px-2 text-accent" onClick={() => void takeBack(removed)}>
                {t.undo}
              </Button>
            </p>
          )}
          {of.length === 0 ? (
            <p className="m-0 text-sm text-ink-2">{t.termsNone}</p>
          ) : (
            <ul className="m-0 list-none p-0">
              {of.map((term) => (
                <li key={term.id} className="border-b border-line py-1 last:border-b-0">
                  <TermRow term={term} canWrite={canWrite && connection === 'online'} onRemoved={setRemoved} />
                </li>
              ))}
            </ul>
          )}
          {canWrite && (connection === 'online' ? <NewTerms language={language} /> : <p className="m-0 text-sm text-ink-2">{t.offline}</p>)}
          <div>
            <Button onClick={() => (setRemoved(null), onClose())}>{t.close}</Button>
          </div>
        </div>
      )}
    </Sheet>
  );
}

function TermRow({ term, canWrite, onRemoved }: { term: Term; canWrite: boolean; onRemoved: (term: Term) => void }) {
  const t = useWords(translationWords);
  const { projectId } = useProject();
  const act = useTermsAct();
  const [draft, setDraft] = useState<Pick<Term, 'source' | 'target' | 'note'> | null>(null);
  const { source, target, note, language } = term;
  const remove = async () => {
    if (await act(() => call(routes.terms.remove, { projectId, termId: term.id }))) onRemoved(term);
  };
  const save = async () => {
    if (draft === null || draft.source.trim() === '' || draft.target.trim() === '') return;
    if (await act(() => call(routes.terms.change, { projectId, termId: term.id, rev: term.rev, ...draft }))) setDraft(null);
  };
  if (draft !== null) {
    return (
      <div className="flex flex-col gap-2 py-2">
        <TermFields value={draft} onChange={setDraft} onEnter={() => void save()} onEscape={() => setDraft(null)} takesFocus />
        <div className="flex gap-2">
          <Button look="primary" onClick={() => void save()}>
            {t.save}
          </Button>
          <Button look="quiet" onClick={() => setDraft(null)}>
            {t.cancel}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="flex items-center gap-2">
      <p className="m-0 min-w-0 flex-1 text-sm break-words">
        <span className="font-medium">{source}</span> <span aria-hidden>→</span> <span lang={language}>{target}</span>
        {note !== '' && <span className="block text-xs text-ink-2">{note}</span>}
      </p>
      {canWrite && (
        <>
          <IconButton label={t.termEdit(source)} onClick={() => setDraft({ source, target, note })}>
            <Pencil size={15} aria-hidden />
          </IconButton>
          <IconButton label={t.termRemove(source)} onClick={() => void remove()}>
            <X size={16} aria-hidden />
          </IconButton>
        </>
      )}
    </div>
  );
}

type Draft = Pick<Term, 'source' | 'target' | 'note'>;

function TermFields({ value, onChange, onEnter, onEscape, takesFocus = false }: { value: Draft; onChange: (value: Draft) => void; onEnter: () => void; onEscape?: () => void; takesFocus?: boolean }) {
  const t = useWords(translationWords);
  const field = (key: keyof Draft) => ({ value: value[key], onChange: (event: { target: { value: string } }) => onChange({ ...value, [key]: event.target.value }), onEnter, ...(onEscape ? { onEscape } : {}) });
  return (
    <div className="grid gap-2 md:grid-cols-2">
      {/* Focused where somebody pressed to change it. */}
      <TextField label={t.termSource} maxLength={80} autoFocus={takesFocus} {...field('source')} />
      <TextField label={t.termTarget} maxLength={80} {...field('target')} />
      <TextField className="md:col-span-2" label={t.termNote} maxLength={500} {...field('note')} />
    </div>
  );
}

const NOTHING: Draft = { source: '', target: '', note: '' };

function NewTerms({ language }: { language: LanguageOffered }) {
  const t = useWords(translationWords);
  const say = useWords(words);
  const { projectId } = useProject();
  const act = useTermsAct();
  const notify = useNotify();
  const id = useId();
  const [draft, setDraft] = useState(NOTHING);
  const [lines, setLines] = useState('');
  const form = useRef<HTMLDivElement>(null);
  const { terms: many, wrong } = glossaryIn(lines);
  const add = async () => {
    if (draft.source.trim() === '' || draft.target.trim() === '') return;
    if (!(await act(() => call(routes.terms.add, { projectId, terms: [{ ...draft, language }] })))) return;
    setDraft(NOTHING);
    form.current?.querySelector('input')?.focus();
  };
  const addMany = async () => {
    let added = 0;
    const isDone = await act(async () => {
      ({ added } = await call(routes.terms.add, { projectId, terms: many.map((term) => ({ ...term, language })) }));
    });
    if (!isDone) return;
    setLines('');
    notify({ text: t.termsTaken(added) });
  };
  return (
    <section aria-labelledby={id} ref={form} className="flex flex-col gap-3 border-t border-line pt-4">
      <h3 id={id} className="sr-only">
        {t.termAdd}
      </h3>
      <TermFields value={draft} onChange={setDraft} onEnter={() => void add()} />
      <div>
        <Button look="primary" disabled={draft.source.trim() === '' || draft.target.trim() === ''} onClick={() => void add()}>
          {t.termAdd}
        </Button>
      </div>
      <TextArea label={t.termsLines} rows={2} value={lines} problem={wrong === null ? undefined : say.glossaryWrong(wrong)} onChange={(event) => setLines(event.target.value)} />
      {many.length > 0 && wrong === null && (
        <div>
          <Button onClick={() => void addMany()}>{t.termsTake(many.length)}</Button>
        </div>
      )}
    </section>
  );
}
