'use client';

import { type AssistTask, Problem, routes } from '@cowrite/contract';
import { sentenceHash } from '@cowrite/manuscript';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { Sheet } from '../../shared/ui/sheet.tsx';
import type { Run } from './assist-run.ts';
import { rowsOf } from './rows-view.tsx';
import { translationWords } from './translation-words.ts';

type Handmade = 'ask' | 'leave' | 'replace';

/** The way from a run to the translation of its scene. What somebody changed by hand is replaced only when the person says so. */
export function KeepTranslation({ task, run, onKept }: { task: Extract<AssistTask, { feature: 'translate' }>; run: Run; onKept: () => void }) {
  const t = useWords(translationWords);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const { projectId, may, view, connection } = useProject();
  const [isKeeping, setKeeping] = useState(false);
  const [handmade, setHandmade] = useState<number | null>(null);
  const leaveButton = useRef<HTMLButtonElement>(null);
  const { assist } = run;
  const rows = rowsOf(run).flatMap(({ source, text }) => (typeof source === 'string' ? [{ source, target: typeof text === 'string' ? text : '' }] : []));
  const segments = rows.map((row, at) => ({ ...row, before: at === 0 ? null : sentenceHash(rows[at - 1]!.source), after: at + 1 === rows.length ? null : sentenceHash(rows[at + 1]!.source) })).filter(({ target }) => target.trim() !== '');
  const { documentId } = task.span;
  const { language } = task;
  const nodeId = view.scenes.find((scene) => scene.documentId === documentId)?.id;
  if (assist === null || segments.length === 0 || !may('story.write')) return null;

  const keep = async (what: Handmade) => {
    setHandmade(null);
    setKeeping(true);
    try {
      const { translation, kept, left, unplaced } = await call(routes.translations.keep, { projectId, documentId, language, segments, model: { provider: assist.provider, model: assist.model, assistId: assist.id }, handmade: what });
      queries.setQueryData(['translation', projectId, documentId, language], translation);
      notify({ text: t.kept(kept) + (left > 0 ? t.left(left) : '') + (unplaced > 0 ? t.unplaced(unplaced) : ''), ...(nodeId ? { action: { name: t.see, run: () => goTo(projectId, { kind: 'translation', nodeId }) } } : {}) });
      onKept();
    } catch (failure) {
      if (failure instanceof Problem && failure.code === 'changed-by-hand') setHandmade(Number(failure.details['count'] ?? 1));
      else notify({ text: problemText(failure, locale), kind: 'bad' });
    } finally {
      setKeeping(false);
    }
  };
  return (
    <div className="flex flex-col gap-1.5">
      <div>
        <Button look="primary" disabled={isKeeping || connection !== 'online'} onClick={() => void keep('ask')}>
          {isKeeping ? t.keeping : t.keep}
        </Button>
      </div>
      <p className="m-0 text-xs text-ink-2">{t.keepHint}</p>
      <Sheet open={handmade !== null} onClose={() => setHandmade(null)} title={t.askHandmade(handmade ?? 1)} description={t.askHandmadeText} initialFocus={leaveButton}>
        <div className="flex flex-wrap gap-2">
          <Button ref={leaveButton} look="primary" onClick={() => void keep('leave')}>
            {t.leaveHandmade}
          </Button>
          <Button look="danger" onClick={() => void keep('replace')}>
            {t.replaceHandmade}
          </Button>
          <Button look="quiet" onClick={() => setHandmade(null)}>
            {t.cancel}
          </Button>
        </div>
      </Sheet>
    </div>
  );
}
