'use client';

import { useWords } from '../../shared/i18n/words.tsx';
import type { DocumentState, LiveDocument, SaveState } from '../../shared/live/live.ts';
import { Button, buttonClass } from '../../shared/ui/button.tsx';
import { downloadText } from './copy-file.ts';
import { words } from './words.ts';

/** Why one cannot write here (any more), and a way to keep what could not be sent. */
export function ClosedNotice({ live, state, title }: { live: LiveDocument; state: DocumentState; title: string }) {
  const t = useWords(words);
  const { save } = state;
  if (save.kind !== 'read-only' && save.kind !== 'closed') return null;
  const text = save.unsent > 0 ? live.unsentText() : null;
  return (
    <section className="mb-5 rounded-lg border border-line-2 bg-warn-soft p-3 font-sans">
      <p className="m-0 text-sm text-ink">{reasonOf(save, t)}</p>
      {save.unsent > 0 && <p className="m-0 mt-1 text-sm font-medium text-ink">{t.unsent(save.unsent)}</p>}
      <div className="mt-2 flex flex-wrap gap-2 empty:hidden">
        {text !== null && (
          <Button look="primary" onClick={() => downloadText(title, text)}>
            {t.copy}
          </Button>
        )}
        {save.kind === 'closed' && save.reason === 'signed-out' && (
          <a className={buttonClass('outline')} href={`/login?next=${encodeURIComponent(location.pathname)}`}>
            {t.signIn}
          </a>
        )}
        {save.kind === 'closed' && (save.reason === 'old-epoch' || save.reason === 'malformed') && <Button onClick={() => location.reload()}>{t.reload}</Button>}
      </div>
    </section>
  );
}

function reasonOf(save: Extract<SaveState, { kind: 'read-only' | 'closed' }>, t: typeof words.ko): string {
  switch (save.reason) {
    case 'role':
      return t.roleReason;
    case 'trashed':
      return t.trashedReason;
    case 'signed-out':
      return t.closedSignedOut;
    case 'not-allowed':
      return t.closedNotAllowed;
    case 'gone':
      return t.closedGone;
    case 'old-epoch':
      return t.closedOldEpoch;
    case 'malformed':
      return t.closedMalformed;
  }
}
