'use client';

import { CircleAlert, CloudOff, Eye } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { agoText, exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import type { SaveState } from '../../shared/live/live.ts';
import { useProject } from '../../shared/project/project.tsx';
import { CalmSave } from '../../shared/project/calm-save.ts';
import { saveTogether, unsentOf } from '../../shared/project/save-together.ts';
import { useNotify, useSay } from '../../shared/ui/notices.tsx';
import { words } from './words.ts';

const AGO_EVERY_MS = 20_000;
const OFFLINE_NOTICE_MS = 10_000;
/** A commit takes some milliseconds; a word that flashes for less than this would only disturb. */
const SAVING_SHOWN_AFTER_MS = 250;

/** What may honestly be said of everything open in this tab. */
function useSaveState(): SaveState {
  const { scenes, outlineWaiting, connection, live } = useProject();
  const calm = useMemo(
    () => new CalmSave(() => saveTogether(scenes.states(), { outline: outlineWaiting, scenes: live?.waiting() ?? 0 }, connection), [scenes.subscribe, ...(live ? [(listener: () => void) => live.subscribe(listener)] : [])]),
    [scenes, live, outlineWaiting, connection],
  );
  return useSyncExternalStore(calm.subscribe, calm.state, calm.state);
}

/** The save state in the header. Long states are also said aloud, once. */
export function SaveStateLabel() {
  const t = useWords(words);
  const locale = useLocale();
  const say = useSay();
  const notify = useNotify();
  const { fromDevice } = useProject();
  const state = useSaveState();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), AGO_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  const before = useRef(state.kind);
  useEffect(() => {
    if (before.current === state.kind) return;
    // In the corner, over the page: a banner above the text would move the line being written.
    if (state.kind === 'offline') notify({ text: fromDevice ? `${t.sayOffline} ${t.fromDevice}` : t.sayOffline, stayMs: OFFLINE_NOTICE_MS });
    else if (before.current === 'offline' && (state.kind === 'saved' || state.kind === 'saving')) say(t.sayOnline);
    else if (state.kind === 'read-only' && before.current !== 'opening') say(t.sayReadOnly);
    before.current = state.kind;
  }, [state.kind, say, notify, fromDevice, t]);

  const isUnsent = unsentOf(state) > 0;
  useEffect(() => {
    if (!isUnsent) return;
    const guard = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', guard);
    return () => removeEventListener('beforeunload', guard);
  }, [isUnsent]);

  const [patient, setPatient] = useState(false);
  useEffect(() => {
    if (state.kind !== 'saving') return setPatient(false);
    const timer = setTimeout(() => setPatient(true), SAVING_SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [state.kind]);

  const hover = state.kind === 'saved' ? (state.at ? t.savedAt(exactTime(state.at, locale)) : t.savedNothing) : undefined;
  return (
    <span className="inline-flex items-center gap-1.5 text-xs whitespace-nowrap text-ink-2" title={hover} data-save={state.kind}>
      {(() => {
        switch (state.kind) {
          case 'opening':
            return <span>{t.opening}</span>;
          case 'saved':
            return (
              <>
                <span aria-hidden className="size-1.5 rounded-full bg-good" />
                <span>{t.saved}</span>
                {state.at && <span className="hidden sm:inline">· {agoText(state.at, now < state.at ? state.at : now, locale)}</span>}
              </>
            );
          case 'saving':
            return (
              <>
                <span aria-hidden className={patient ? 'size-1.5 rounded-full bg-warn' : 'size-1.5 rounded-full bg-line-2'} />
                <span>{t.saving}</span>
              </>
            );
          case 'offline':
            return (
              <span className="inline-flex items-center gap-1.5 text-warn">
                <CloudOff size={14} aria-hidden />
                <span>{t.offline}</span>
                {state.waiting > 0 && <span>· {t.waiting(state.waiting)}</span>}
              </span>
            );
          case 'read-only':
            return (
              <span className="inline-flex items-center gap-1.5">
                <Eye size={14} aria-hidden />
                <span>{t.readOnly}</span>
                <span className="hidden md:inline">· {state.reason === 'role' ? t.reasonRole : t.reasonTrashed}</span>
                {state.unsent > 0 && <span className="text-bad">· {t.unsent(state.unsent)}</span>}
              </span>
            );
          case 'closed':
            return (
              <span className="inline-flex items-center gap-1.5 text-bad">
                <CircleAlert size={14} aria-hidden />
                <span>{t.closed}</span>
                {state.unsent > 0 && <span>· {t.unsent(state.unsent)}</span>}
              </span>
            );
        }
      })()}
    </span>
  );
}
