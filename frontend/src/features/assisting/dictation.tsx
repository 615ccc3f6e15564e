'use client';

import { assists, type Out, type Provider, RECORDING_BYTES_MAX } from '@cowrite/contract';
import { useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useCallback, useEffect, useRef, useState } from 'react';
import { callAi } from '../../shared/api/call-ai.ts';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { useOpenScene } from '../../shared/project/open-scene.ts';
import { updateOp } from '../../shared/project/outline-op.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button, buttonClass } from '../../shared/ui/button.tsx';
import { useNotify, useSay } from '../../shared/ui/notices.tsx';
import { costText } from './cost.ts';
import { hasLeft, withMore } from './dictated.ts';
import { failureText } from './run-view.tsx';
import { TextArea } from './text-area.tsx';
import { canRecord, useRecorder } from './use-recorder.ts';
import { PROVIDER_NAMES, words } from './words.ts';

/** As the contract has it for a node. */
const NOTE_UNITS_MAX = 20_000;

interface Chosen {
  name: string;
  recording: Blob;
}
type Said = Out<typeof assists.transcribe>;

const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** A recording of one's own voice, written down. What was said is shown; where it goes is for the person to say, and the prose is none of the places. */
export function Dictation({ by, hasAgreed }: { by: { provider: Provider; model: string }; hasAgreed: boolean }) {
  const t = useWords(words);
  const locale = useLocale();
  const say = useSay();
  const queries = useQueryClient();
  const { projectId } = useProject();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [said, setSaid] = useState<Said | null>(null);
  const [problem, setProblem] = useState<{ text: string; more?: string } | null>(null);
  const [sending, setSending] = useState<AbortController | null>(null);
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);

  const choose = useCallback(
    (next: Chosen) => {
      const isTooLarge = next.recording.size > RECORDING_BYTES_MAX;
      setChosen(isTooLarge ? null : next);
      setProblem(isTooLarge ? { text: t.recordingTooLarge } : null);
      setSaid(null);
    },
    [t],
  );
  const onWhole = useCallback((recording: Blob) => choose({ name: t.myRecording, recording }), [choose, t]);
  const onClosed = useCallback(() => setProblem({ text: t.microphoneClosed }), [t]);
  const { seconds, begin, end } = useRecorder({ onWhole, onClosed });
  const onFile = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    // The same file may be chosen again.
    target.value = '';
    if (file) choose({ name: file.name, recording: file });
  };

  const send = async ({ recording }: Chosen) => {
    const mine = (current.current = new AbortController());
    setSending(mine);
    setProblem(null);
    say(t.transcribing);
    try {
      const bytes = new Uint8Array(await recording.arrayBuffer());
      setSaid(await callAi(assists.transcribe, projectId, { projectId, bytes }, { signal: mine.signal }));
      setChosen(null);
    } catch (failure) {
      const left = hasLeft(failure);
      if (mine.signal.aborted) setProblem({ text: t.recordingStopped });
      else setProblem({ text: failureText(failure, locale), more: left === null ? t.recordingUnknown : left ? t.recordingLeft : t.recordingStayed });
    } finally {
      setSending(null);
      void queries.invalidateQueries({ queryKey: ['ai', 'allowance', projectId] });
    }
  };

  return (
    <section aria-label={t.transcribe} aria-busy={sending !== null} className="mt-5 flex flex-col gap-3 border-t border-line pt-4">
      <h3 className="m-0 text-sm font-semibold">{t.transcribe}</h3>
      {hasAgreed ? (
        <>
          <p className="m-0 text-sm text-ink-2">{t.transcribeHint(PROVIDER_NAMES[by.provider], by.model)}</p>
          {seconds !== null ? (
            <div className="flex flex-wrap items-center gap-2">
              <p className="m-0 text-sm tabular-nums">{t.recording(clock(seconds))}</p>
              <Button onClick={end}>{t.recordingEnd}</Button>
            </div>
          ) : sending !== null ? (
            <div className="flex flex-wrap items-center gap-2">
              <p className="m-0 text-sm text-ink-2">{t.transcribing}…</p>
              <Button onClick={() => sending.abort()}>{t.stop}</Button>
            </div>
          ) : (
            <div className="flex flex-wrap gap-2">
              {canRecord() && <Button onClick={begin}>{t.record}</Button>}
              <label className={buttonClass('outline', 'cursor-pointer focus-within:outline-2 focus-within:outline-accent')}>
                {t.chooseRecording}
                <input type="file" accept="audio/*,.m4a,.mp3,.ogg,.wav,.webm,.flac" className="sr-only" onChange={onFile} />
              </label>
            </div>
          )}
          {chosen && seconds === null && sending === null && (
            <div className="flex flex-col gap-2">
              <p className="m-0 text-sm break-all">{t.chosen(chosen.name, `${countText(Math.ceil(chosen.recording.size / 1_024), locale)} KiB`)}</p>
              <div className="flex gap-2">
                <Button look="primary" onClick={() => void send(chosen)}>
                  {t.sendRecording}
                </Button>
                <Button look="quiet" onClick={() => setChosen(null)}>
                  {t.dismiss}
                </Button>
              </div>
            </div>
          )}
          {problem && (
            <div role="alert" className="rounded bg-bad-soft px-3 py-2 text-sm text-ink">
              <p className="m-0">{problem.text}</p>
              {problem.more && <p className="m-0 mt-1 text-ink-2">{problem.more}</p>}
            </div>
          )}
          {said && <Transcript key={said.assistId} said={said} onDone={() => setSaid(null)} />}
          <SceneNote />
        </>
      ) : (
        <>
          <p className="m-0 text-sm text-ink-2">{t.transcribeConsent(PROVIDER_NAMES[by.provider])}</p>
          <Button onClick={() => goTo(projectId, { kind: 'ai' })}>{t.toConsent}</Button>
        </>
      )}
    </section>
  );
}

/** What was said, to be put right and put away. */
function Transcript({ said, onDone }: { said: Said; onDone: () => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const { act, may, view } = useProject();
  const scene = useOpenScene();
  const [text, setText] = useState(said.text);
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => field.current?.querySelector('textarea')?.focus(), []);
  const { usage } = said;
  const node = scene === null ? undefined : view.tree.get(scene.nodeId);
  const addToNote = () => {
    if (node === undefined) return;
    const note = withMore(node.note, text.normalize('NFC').trim(), NOTE_UNITS_MAX);
    if (note === null) {
      notify({ text: t.noteFull, kind: 'bad' });
      return;
    }
    act(updateOp(node.id, { note }));
    notify({ text: t.noted });
    onDone();
  };
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    notify({ text: t.copied });
  };
  return (
    <div ref={field} className="flex flex-col gap-2">
      {said.text === '' ? <p className="m-0 text-sm text-ink-2">{t.transcriptNone}</p> : <TextArea label={t.transcript} rows={5} value={text} onChange={(event) => setText(event.target.value)} />}
      <div className="flex flex-wrap gap-2">
        {node !== undefined && may('story.write') && (
          <Button look="primary" disabled={text.trim() === ''} onClick={addToNote}>
            {t.toNote}
          </Button>
        )}
        {said.text !== '' && <Button onClick={() => void copy()}>{t.copy}</Button>}
        <Button look="quiet" onClick={onDone}>
          {t.dismiss}
        </Button>
      </div>
      <p className="m-0 text-xs text-ink-2">
        {t.from(PROVIDER_NAMES[said.provider], said.model)} · {t.cost(countText(usage.tokensIn + usage.tokensOut, locale), usage.cost === null ? '' : ` · ${costText(usage.cost, usage.currency, locale)}`)}
        {usage.estimated ? ` (${t.estimated})` : ''}
      </p>
    </div>
  );
}

/** What the note of the open scene says, once there is one. */
function SceneNote() {
  const t = useWords(words);
  const { view } = useProject();
  const scene = useOpenScene();
  const note = (scene && view.tree.get(scene.nodeId)?.note) ?? '';
  if (note.trim() === '') return null;
  return (
    <details open className="rounded border border-line p-3">
      <summary className="cursor-pointer text-sm font-medium">{t.sceneNote}</summary>
      <p className="m-0 mt-2 text-sm leading-relaxed whitespace-pre-wrap">{note}</p>
    </details>
  );
}
