import { type Assist, type AssistEvent, AssistResult, assists, type AssistTask, Problem, type Provider } from '@cowrite/contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { assistEvents, callAi } from '../../shared/api/call-ai.ts';
import { newId } from '../../shared/project/new-id.ts';

/** What is asked for: a packet that was shown, that an answer goes on that was cut, or a task. */
export type Asked = { packetId: string } | { goOn: string } | { task: AssistTask; without?: string[] };

/** A line of a table that a model made. */
export type Row = Extract<AssistResult, { kind: 'rows' }>['rows'][number];

/** An assist as it is seen while it comes. */
export interface Run {
  /** Known once it was taken in. */
  id: string | null;
  state: 'asking' | 'running' | 'done' | 'cut' | 'stopped' | 'failed';
  provider: Provider | null;
  model: string;
  texts: readonly string[];
  parts: readonly unknown[];
  /** Of long work: so many steps of so many. */
  progress: { done: number; of: number } | null;
  assist: Assist | null;
  failure: unknown;
}

/** How often a stream that broke off is taken up again before it counts as failed, and after which pause. */
const BROKEN_MAX = 5;
const AGAIN_MS = 1_000;
/** How often what is asked is sent again when nothing was answered. */
const LOST_MAX = 2;

const ASKING: Run = { id: null, state: 'asking', provider: null, model: '', texts: [], parts: [], progress: null, assist: null, failure: null };

/** What a run is after an event. */
export function after(run: Run, event: AssistEvent): Run {
  switch (event.type) {
    case 'started':
      return { ...run, state: 'running', provider: event.provider, model: event.model };
    case 'text': {
      const texts = Array.from({ length: Math.max(run.texts.length, event.at + 1) }, (_, at) => run.texts[at] ?? '');
      texts[event.at] += event.text;
      return { ...run, texts };
    }
    case 'part':
      return { ...run, parts: [...run.parts, event.part] };
    case 'progress':
      return { ...run, progress: { done: event.done, of: event.of } };
    case 'ended': {
      const { assist } = event;
      const { result } = assist;
      const texts = result?.kind === 'texts' ? result.texts : run.texts;
      const failure = assist.problem && new Problem(assist.problem.code, assist.problem.details);
      return { ...run, assist, texts, failure, provider: assist.provider, model: assist.model, state: assist.state === 'done' || assist.state === 'cut' ? assist.state : assist.state === 'cancelled' ? 'stopped' : 'failed' };
    }
  }
}

/** The answer that a run came to, when it is one of sentences. */
export function answerOf(run: Run): Extract<AssistResult, { kind: 'answer' }> | null {
  const parsed = AssistResult.safeParse(run.assist?.result);
  return parsed.success && parsed.data.kind === 'answer' ? parsed.data : null;
}

/** Asks, once: where the answer to that was lost on the way it is asked for again with the same key. @throws as it was answered */
async function askOnce(projectId: string, asked: Asked, signal: AbortSignal): Promise<string> {
  const key = newId();
  for (let tries = 0; ; tries++)
    try {
      return (await callAi(assists.ask, projectId, { projectId, ...asked }, { signal, key })).id;
    } catch (failure) {
      if (signal.aborted || !(failure instanceof TypeError) || tries >= LOST_MAX) throw failure;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
}

/** Nothing was heard so far, or what was is heard once more. */
const BEGINS_ANEW = Symbol('begins anew');

/**
 * Tells the events of an assist to its end. A stream that breaks off, perhaps with the process that wrote it, is heard again from its
 * beginning: long work goes on in the next process. @throws as it was answered, or a TypeError when it breaks off time and again
 */
async function hear(projectId: string, idOf: (signal: AbortSignal) => Promise<string>, signal: AbortSignal, tell: (assistId: string, event: AssistEvent | typeof BEGINS_ANEW) => void): Promise<void> {
  const assistId = await idOf(signal);
  for (let tries = 0; ; tries++)
    try {
      tell(assistId, BEGINS_ANEW);
      for await (const event of assistEvents(assists.events, projectId, { assistId }, { signal })) {
        tries = 0;
        tell(assistId, event);
      }
      return;
    } catch (failure) {
      if (signal.aborted || !(failure instanceof TypeError) || tries >= BROKEN_MAX) throw failure;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
}

/** Asks for help, hears how it comes, stops it, and says what became of it. One at a time; a new one takes the place of the last. */
export function useAssistRun(projectId: string): {
  run: Run | null;
  start: (asked: Asked) => void;
  /** Hears one that was asked for before, from its beginning. */
  follow: (id: string) => void;
  stop: () => void;
  decide: (decision: 'accepted' | 'dismissed') => void;
  clear: () => void;
} {
  const [run, setRun] = useState<Run | null>(null);
  const current = useRef<{ abort: AbortController; id: string | null } | null>(null);
  useEffect(() => () => current.current?.abort.abort(), []);

  const listen = useCallback(
    (idOf: (signal: AbortSignal) => Promise<string>) => {
      current.current?.abort.abort();
      const mine = (current.current = { abort: new AbortController(), id: null as string | null });
      const { signal } = mine.abort;
      const isMine = () => current.current === mine;
      setRun(ASKING);
      const tell = (assistId: string, event: AssistEvent | typeof BEGINS_ANEW) => {
        mine.id = assistId;
        if (isMine()) setRun((before) => (event === BEGINS_ANEW ? { ...ASKING, id: assistId } : after(before ?? ASKING, event)));
      };
      hear(projectId, idOf, signal, tell).catch((failure: unknown) => {
        if (isMine() && !signal.aborted) setRun((before) => ({ ...(before ?? ASKING), state: 'failed', failure }));
      });
    },
    [projectId],
  );
  const start = useCallback((asked: Asked) => listen((signal) => askOnce(projectId, asked, signal)), [listen, projectId]);
  const follow = useCallback((id: string) => listen(() => Promise.resolve(id)), [listen]);
  const tell = useCallback(
    async (route: typeof assists.cancel | typeof assists.decide, more: Record<string, unknown> = {}) => {
      const id = current.current?.id;
      if (id) await callAi(route, projectId, { assistId: id, ...more });
    },
    [projectId],
  );
  const stop = useCallback(() => {
    if (current.current?.id) {
      // The stream says by itself that it ended, with what came.
      tell(assists.cancel).catch((failure: unknown) => setRun((before) => before && { ...before, state: 'failed', failure }));
      return;
    }
    current.current?.abort.abort();
    setRun(null);
  }, [tell]);
  const clear = useCallback(() => {
    current.current?.abort.abort();
    current.current = null;
    setRun(null);
  }, []);
  const decide = useCallback(
    (decision: 'accepted' | 'dismissed') => {
      tell(assists.decide, { decision }).catch(() => {
        // The ledger then says "not decided"; the manuscript is what it is.
      });
      clear();
    },
    [tell, clear],
  );
  return { run, start, follow, stop, decide, clear };
}
