import { type Assist, type AssistEvent, AssistResult, assists, type AssistTask, Problem, type Provider } from '@cowrite/contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { assistEvents, callAi } from '../../shared/api/call-ai.ts';

/** What is asked for: a packet that was shown, or a task. */
export type Asked = { packetId: string } | { task: AssistTask; without?: string[] };

/** A line of a table that a model made. */
export type Row = Extract<AssistResult, { kind: 'rows' }>['rows'][number];

/** An assist as it is seen while it comes. */
export interface Run {
  state: 'asking' | 'running' | 'done' | 'stopped' | 'failed';
  provider: Provider | null;
  model: string;
  texts: readonly string[];
  parts: readonly unknown[];
  assist: Assist | null;
  failure: unknown;
}

const ASKING: Run = { state: 'asking', provider: null, model: '', texts: [], parts: [], assist: null, failure: null };

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
      return run;
    case 'ended': {
      const { assist } = event;
      const { result } = assist;
      const texts = result?.kind === 'texts' ? result.texts : run.texts;
      const failure = assist.problem && new Problem(assist.problem.code, assist.problem.details);
      return { ...run, assist, texts, failure, provider: assist.provider, model: assist.model, state: assist.state === 'done' ? 'done' : assist.state === 'cancelled' ? 'stopped' : 'failed' };
    }
  }
}

/** The answer that a run came to, when it is one of sentences. */
export function answerOf(run: Run): Extract<AssistResult, { kind: 'answer' }> | null {
  const parsed = AssistResult.safeParse(run.assist?.result);
  return parsed.success && parsed.data.kind === 'answer' ? parsed.data : null;
}

/** Asks for help, hears how it comes, stops it, and says what became of it. One at a time; a new one takes the place of the last. */
export function useAssistRun(projectId: string): { run: Run | null; start: (asked: Asked) => void; stop: () => void; decide: (decision: 'accepted' | 'dismissed') => void; clear: () => void } {
  const [run, setRun] = useState<Run | null>(null);
  const current = useRef<{ abort: AbortController; id: string | null } | null>(null);
  useEffect(() => () => current.current?.abort.abort(), []);

  const start = useCallback(
    (asked: Asked) => {
      current.current?.abort.abort();
      const mine = (current.current = { abort: new AbortController(), id: null as string | null });
      const isMine = () => current.current === mine;
      setRun(ASKING);
      const listen = async () => {
        const { signal } = mine.abort;
        const { id } = await callAi(assists.ask, projectId, { projectId, ...asked }, { signal });
        mine.id = id;
        for await (const event of assistEvents(assists.events, projectId, { assistId: id }, { signal })) if (isMine()) setRun((before) => after(before ?? ASKING, event));
      };
      listen().catch((failure: unknown) => {
        if (isMine() && !mine.abort.signal.aborted) setRun((before) => ({ ...(before ?? ASKING), state: 'failed', failure }));
      });
    },
    [projectId],
  );
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
  return { run, start, stop, decide, clear };
}
