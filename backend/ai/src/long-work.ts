import { answer, type Surroundings } from './answering.ts';
import type { Step } from './assists.store.ts';
import type { Live } from './live.ts';
import type { ModelCall } from './models/model-provider.ts';
import { hashOf } from './prompts/packet.ts';
import { type Act, remembering } from './prompts/readings.ts';
import { callsOf, gatheringCall, GATHERED } from './prompts/summarise.ts';
import type { Used } from './used.ts';

export interface Steps {
  /** The answer to a step that was given before; `isOwn`: by this work, before it was interrupted. */
  find(hash: string): Promise<{ answer: string; isOwn: boolean; isCut: boolean } | null>;
  keep(hash: string, step: Step): Promise<void>;
  /** Before each step that is asked: whether its asker still has the right, and those whose text it holds are willing. @throws Problem */
  demand(): Promise<void>;
}

/** What is said to a step: kept from before, or asked now and kept. `isReused`: another assist asked the same. */
async function answered(live: Live, call: ModelCall, steps: Steps, surroundings: Surroundings): Promise<{ said: string; isCut: boolean; isReused: boolean }> {
  const hash = hashOf(call);
  const known = await steps.find(hash);
  if (known !== null) {
    // What was asked before the process died has left, whoever goes on.
    if (known.isOwn) live.hasLeft = true;
    return { said: known.answer, isCut: known.isCut, isReused: !known.isOwn };
  }
  await steps.demand();
  let said = '';
  const used = await answer(live, call, (text) => (said += text), surroundings);
  await steps.keep(hash, { answer: said, isCut: live.isCut, ...used });
  live.pending = null;
  return { said, isCut: live.isCut, isReused: false };
}

/**
 * A summary of many scenes: of each by itself, then of the summaries, as many times as it takes. Each step is kept as it is
 * done, so that one that was interrupted goes on where it stood. The last is said as it comes; the others are progress.
 */
export async function summarise(live: Live, scenes: readonly ModelCall[], steps: Steps, surroundings: Surroundings): Promise<Used> {
  const of = callsOf(scenes.length);
  let done = 0;
  let isCut = false;
  async function step(call: ModelCall): Promise<string> {
    const told = await answered(live, call, steps, surroundings);
    isCut ||= told.isCut;
    live.run.progress(++done, of);
    live.changed();
    return told.said;
  }

  live.run.start(live.provider, live.model, live.made.hash);
  let summaries: string[] = [];
  for (const scene of scenes) summaries.push(await step(scene));
  while (summaries.length > GATHERED) {
    const gathered: string[] = [];
    for (let at = 0; at < summaries.length; at += GATHERED) gathered.push(await step(gatheringCall(live.made.call, summaries.slice(at, at + GATHERED))));
    summaries = gathered;
  }
  await steps.demand();
  const hear = (text: string): void => {
    live.run.hear(text);
    live.changed();
  };
  const used = await answer(live, gatheringCall(live.made.call, summaries), hear, surroundings);
  live.isCut ||= isCut;
  return used;
}

/**
 * What imagined readers say of one episode after the other, each act kept as it is done. What they remember of the episodes before is
 * told with each, as it was summed up; an act whose messages were answered before is not asked about again.
 */
export async function readThrough(live: Live, acts: readonly Act[], steps: Steps, surroundings: Surroundings): Promise<Used> {
  live.run.start(live.provider, live.model, live.made.hash);
  live.run.progress(0, acts.length);
  live.changed();
  const summaries = new Map<string, { title: string; text: string }>();
  let isCut = false;
  for (const [at, act] of acts.entries()) {
    const memories = act.kind === 'reading' ? act.remembers.flatMap((key) => summaries.get(key) ?? []) : [];
    const call = memories.length === 0 ? act.call : remembering(act.call, memories);
    const told = await answered(live, call, steps, surroundings);
    isCut ||= told.isCut;
    if (act.kind === 'summary') summaries.set(act.key, { title: act.title, text: told.said.trim() });
    else live.run.step({ key: act.key, said: told.said, isReused: told.isReused });
    live.run.progress(at + 1, acts.length);
    live.changed();
  }
  live.isCut = isCut;
  return { tokensIn: 0, tokensOut: 0, estimated: false };
}
