'use client';

import { useWords } from '../../shared/i18n/words.tsx';
import type { Access, LiveDocument } from '../../shared/live/live.ts';
import { Button, buttonClass } from '../../shared/ui/button.tsx';
import { downloadText } from '../../shared/ui/download-text.ts';
import { words } from './words.ts';

/** Why one cannot write here (any more), and a way to keep what could not be sent. */
export function ClosedNotice({ live, access, title }: { live: LiveDocument; access: Access; title: string }) {
  const t = useWords(words);
  if (access.kind !== 'read-only' && access.kind !== 'closed') return null;
  const text = access.unsent > 0 ? live.unsentText() : null;
  return (
    <section className="mb-5 rounded-lg border border-line-2 bg-warn-soft p-3 font-sans">
      <p className="m-0 text-sm text-ink">{reasonOf(access, t)}</p>
      {access.unsent > 0 && <p className="m-0 mt-1 text-sm font-medium text-ink">{t.unsent(access.unsent)}</p>}
      <div className="mt-2 flex flex-wrap gap-2 empty:hidden">
        {text !== null && (
          <Button look="primary" onClick={() => downloadText(title, text)}>
            {t.copy}
          </Button>
        )}
        {access.kind === 'closed' && access.reason === 'signed-out' && (
          <a className={buttonClass('outline')} href={`/login?next=${encodeURIComponent(location.pathname)}`}>
            {t.signIn}
          </a>
        )}
        {access.kind === 'closed' && (access.reason === 'old-epoch' || access.reason === 'malformed') && <Button onClick={() => location.reload()}>{t.reload}</Button>}
      </div>
    </section>
  );
}

function reasonOf(access: Extract<Access, { kind: 'read-only' | 'closed' }>, t: typeof words.ko): string {
  switch (access.reason) {
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
