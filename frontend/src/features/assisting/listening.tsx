'use client';

import { type AssistId, assists } from '@cowrite/contract';
import { useQueryClient } from '@tanstack/react-query';
import { Square, Volume2 } from 'lucide-react';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { soundFromAi } from '../../shared/api/call-ai.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import type { Row } from './assist-run.ts';
import { hasLeft } from './dictated.ts';
import { failureText } from './run-view.tsx';
import { useHouse } from './use-house.ts';
import { PROVIDER_NAMES, words } from './words.ts';

/** What is heard now: a line from 1, whose sound is still coming or is played. */
type Heard = { number: number; isComing: boolean };

/** The browser got the sound and cannot play it. */
class Unplayable extends Error {}

export interface Listener {
  /** Whether there is something to listen to, and a model that speaks. */
  canListen: boolean;
  heard: Heard | null;
  failure: unknown;
  player: RefObject<HTMLAudioElement | null>;
  /** Hears these lines, one after another. */
  listen: (numbers: readonly number[]) => void;
  stop: () => void;
  count: number;
}

/** Lines of a reading script, heard one after another with the pauses that the script has. Each is asked for when its turn comes; nothing of it is kept. */
export function useListening(assistId: AssistId | null, rows: readonly Row[]): Listener {
  const { projectId } = useProject();
  const queries = useQueryClient();
  const house = useHouse(projectId);
  const [heard, setHeard] = useState<Heard | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const player = useRef<HTMLAudioElement | null>(null);
  const current = useRef<AbortController | null>(null);
  const stop = useCallback(() => {
    current.current?.abort();
    current.current = null;
    setHeard(null);
  }, []);
  useEffect(() => stop, [stop]);

  const listen = (numbers: readonly number[]) => {
    if (assistId === null) return;
    stop();
    const mine = (current.current = new AbortController());
    const { signal } = mine;
    setFailure(null);
    const hear = async () => {
      for (const number of numbers) {
        setHeard({ number, isComing: true });
        const sound = await soundFromAi(assists.speak, projectId, { assistId, row: number - 1 }, { signal });
        setHeard({ number, isComing: false });
        await play(player.current!, sound, signal);
        if (number !== numbers.at(-1)) await after(rows[number - 1]?.['pauseMs'], signal);
      }
    };
    hear()
      .catch((why: unknown) => {
        if (!signal.aborted) setFailure(why);
      })
      .finally(() => {
        if (current.current === mine) stop();
        void queries.invalidateQueries({ queryKey: ['ai', 'allowance', projectId] });
      });
  };
  return { canListen: assistId !== null && (house.data?.speech ?? null) !== null && rows.length > 0, heard, failure, player, listen, stop, count: rows.length };
}

/** Plays a sound to its end, or until it is not wanted any more. @throws Unplayable */
async function play(player: HTMLAudioElement, sound: Blob, signal: AbortSignal): Promise<void> {
  const address = URL.createObjectURL(sound);
  const over = new AbortController();
  try {
    await new Promise<void>((done, failed) => {
      const listening = { signal: over.signal };
      player.addEventListener('ended', () => done(), listening);
      player.addEventListener('error', () => failed(new Unplayable()), listening);
      signal.addEventListener('abort', () => failed(signal.reason as Error), listening);
      player.src = address;
      player.play().catch(() => failed(new Unplayable()));
    });
  } finally {
    over.abort();
    player.pause();
    player.removeAttribute('src');
    URL.revokeObjectURL(address);
  }
}

/** The pause that a script has after a line. */
function after(pauseMs: unknown, signal: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, typeof pauseMs === 'number' ? pauseMs : 0);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        failed(signal.reason as Error);
      },
      { once: true },
    );
  });
}

/** The way to hear one line, and to stop it. */
export function ListenTo({ listening, number }: { listening: Listener; number: number }) {
  const t = useWords(words);
  if (!listening.canListen) return null;
  const isHeard = listening.heard?.number === number;
  return (
    <Button look="quiet" className="relative mt-1" aria-label={isHeard ? t.stop : t.listenRow(number)} onClick={() => (isHeard ? listening.stop() : listening.listen([number]))}>
      {isHeard ? <Square size={14} aria-hidden /> : <Volume2 size={14} aria-hidden />}
      {isHeard ? t.stop : t.listen}
    </Button>
  );
}

/** All lines, what is heard now, and what went wrong. */
export function Listening({ listening: { canListen, heard, failure, player, listen, stop, count } }: { listening: Listener }) {
  const t = useWords(words);
  const locale = useLocale();
  const { projectId } = useProject();
  const speech = useHouse(projectId).data?.speech;
  if (!canListen || !speech) return null;
  const left = hasLeft(failure);
  return (
    <section aria-label={t.speak} className="flex flex-col gap-2">
      <p className="m-0 text-xs text-ink-2">{t.listenHint(PROVIDER_NAMES[speech.provider], speech.model)}</p>
      <div className="flex flex-wrap items-center gap-2">
        {heard === null ? (
          <Button onClick={() => listen(Array.from({ length: count }, (_, at) => at + 1))}>
            <Volume2 size={14} aria-hidden />
            {t.listenAll}
          </Button>
        ) : (
          <Button onClick={stop}>
            <Square size={14} aria-hidden />
            {t.stop}
          </Button>
        )}
        <p className="m-0 text-sm text-ink-2">{heard !== null && (heard.isComing ? t.soundComing : t.soundPlaying)(heard.number)}</p>
      </div>
      {/* What it says stands above it, line by line. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <audio ref={player} controls hidden={heard === null || heard.isComing} aria-label={t.speak} className="w-full" />
      {failure !== null && (
        <div role="alert" className="rounded bg-bad-soft px-3 py-2 text-sm text-ink">
          <p className="m-0">{failure instanceof Unplayable ? t.soundUnplayable : failureText(failure, locale)}</p>
          {!(failure instanceof Unplayable) && <p className="m-0 mt-1 text-ink-2">{left === null ? t.leftUnknown : left ? t.leftYes : t.leftNo}</p>}
        </div>
      )}
    </section>
  );
}
