'use client';

import clsx from 'clsx';
import { useState } from 'react';
import { exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import type { LiveDocument, RecoveryDraft } from '../../shared/live/live.ts';
import { Button } from '../../shared/ui/button.tsx';
import { downloadText } from '../../shared/ui/download-text.ts';
import { useNotify } from '../../shared/ui/notices.tsx';
import { Sheet } from '../../shared/ui/sheet.tsx';
import { words } from './words.ts';

/** What was laid by when the scene was replaced, above the text that took its place, until its writer discards it. */
export function DraftNotices({ live, drafts, title }: { live: LiveDocument | null; drafts: readonly RecoveryDraft[]; title: string }) {
  // The region is there before anything is in it: only then is what comes into it read out.
  return <div role="status">{live && drafts.map((draft) => <DraftNotice key={draft.epoch} live={live} draft={draft} title={title} />)}</div>;
}

function DraftNotice({ live, draft, title }: { live: LiveDocument; draft: RecoveryDraft; title: string }) {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const [open, setOpen] = useState<'nothing' | 'text' | 'question'>('nothing');
  const close = () => setOpen('nothing');
  const copy = async () => {
    const text = draft.lines.map((line) => line.text).join('\n');
    try {
      await navigator.clipboard.writeText(text);
      notify({ text: t.draftCopied });
    } catch {
      // A browser that gives no clipboard gives a file.
      downloadText(title, text);
    }
  };
  return (
    <section aria-label={t.draftSheet} className="mb-5 rounded-lg border border-line-2 bg-warn-soft p-3 font-sans">
      <p className="m-0 text-sm text-ink">{t.draftTitle}</p>
      <p className="m-0 mt-1 text-sm font-medium text-ink">{t.draftText(exactTime(draft.at, locale))}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button look="primary" onClick={() => setOpen('text')}>
          {t.draftView}
        </Button>
        <Button onClick={() => void copy()}>{t.draftCopy}</Button>
        <Button look="quiet" onClick={() => setOpen('question')}>
          {t.draftDrop}
        </Button>
      </div>
      <Sheet open={open === 'text'} onClose={close} wide title={t.draftSheet} description={t.draftSheetText}>
        <div className="mb-4 flex flex-wrap gap-2">
          <Button look="primary" onClick={() => void copy()}>
            {t.draftCopy}
          </Button>
          <Button onClick={close}>{t.close}</Button>
        </div>
        <div className="font-serif leading-loose select-text">
          {draft.lines.map((line) => (
            <p key={line.number} className={clsx('m-0 min-h-[1lh] border-l-2 pl-3 break-words whitespace-pre-wrap', line.isUnsent ? 'border-warn bg-warn-soft' : 'border-transparent')}>
              {line.isUnsent && <span className="sr-only select-none">{t.draftUnsentLine}: </span>}
              {line.text}
            </p>
          ))}
        </div>
      </Sheet>
      <Sheet open={open === 'question'} onClose={close} title={t.draftDropTitle} description={t.draftDropText}>
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t.cancel}</Button>
          <Button look="danger" onClick={() => void live.discardDraft(draft)}>
            {t.draftDrop}
          </Button>
        </div>
      </Sheet>
    </section>
  );
}
