'use client';

import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useWords, wordsOf } from '../i18n/words.tsx';
import { Button, IconButton } from './button.tsx';
import { X } from 'lucide-react';

export interface Notice {
  text: string;
  kind?: 'plain' | 'bad';
  action?: { name: string; run: () => void };
  /** How long it stays; an action or a failure deserves longer. */
  stayMs?: number;
}

const words = wordsOf({ ko: { close: '닫기', region: '알림' }, en: { close: 'Close', region: 'Notices' } });

const Announce = createContext<{ notify: (notice: Notice) => void; say: (text: string) => void }>({ notify: () => undefined, say: () => undefined });

/** Shows a notice in the corner, and reads it out. */
export const useNotify = () => useContext(Announce).notify;
/** Reads a sentence out politely, without showing anything. */
export const useSay = () => useContext(Announce).say;

const STAY_MS = 5_000;
const STAY_WITH_ACTION_MS = 12_000;

/** The one place where the studio speaks up: the notices in the corner and the one polite region that reads out. */
export function NoticeProvider({ children }: { children: React.ReactNode }) {
  const t = useWords(words);
  const [shown, setShown] = useState<(Notice & { id: number }) | null>(null);
  const [spoken, setSpoken] = useState('');
  const counter = useRef(0);
  const notify = useCallback((notice: Notice) => {
    setShown({ ...notice, id: ++counter.current });
    setSpoken(notice.text);
  }, []);
  const say = useCallback((text: string) => setSpoken(text), []);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(null), shown.stayMs ?? (shown.action || shown.kind === 'bad' ? STAY_WITH_ACTION_MS : STAY_MS));
    return () => clearTimeout(timer);
  }, [shown]);
  const value = useMemo(() => ({ notify, say }), [notify, say]);
  return (
    <Announce value={value}>
      {children}
      <div role="status" aria-live="polite" className="sr-only">
        {spoken}
      </div>
      {shown && (
        <section aria-label={t.region} className="no-print fixed z-[60] inset-x-4 bottom-20 md:inset-x-auto md:right-6 md:bottom-6 md:max-w-md flex items-center gap-3 rounded-lg border border-line bg-surface px-4 py-2 shadow-sheet">
          <p className={shown.kind === 'bad' ? 'm-0 flex-1 text-sm text-bad' : 'm-0 flex-1 text-sm'}>{shown.text}</p>
          {shown.action && (
            <Button
              look="quiet"
              className="text-accent px-2"
              onClick={() => {
                const { run } = shown.action!;
                setShown(null);
                run();
              }}
            >
              {shown.action.name}
            </Button>
          )}
          <IconButton label={t.close} onClick={() => setShown(null)}>
            <X size={16} aria-hidden />
          </IconButton>
        </section>
      )}
    </Announce>
  );
}
