import { type AssistId, Problem, ProjectId } from '@cowrite/contract';
import type { Pool } from '@cowrite/service-kit';
import type { Grants } from '@cowrite/service-kit/grants';
import { setTimeout as wait } from 'node:timers/promises';
import { answer, estimated, type Surroundings } from './answering.ts';
import * as store from './assists.store.ts';
import { Live } from './live.ts';
import { readThrough, type Steps, summarise } from './long-work.ts';
import { isLong } from './made.ts';
import type { Node } from './node.ts';
import { ModelFailure } from './models/model-provider.ts';
import type { Packets } from './packets.ts';
import { askedAgain } from './prompts/packet.ts';
import { together, type Used } from './used.ts';

/** How often what came is written down, and whether another process was asked to cancel is looked at. */
export const WRITE_EVERY_MS = 250;
/** How often an assist is looked for whose process died. */
export const SWEEP_EVERY_MS = 1_000;
/** How long the same request is answered by the same answer, in works that keep them for that. */
export const CACHED_MS = 3_600_000;
/** How often long work asks whether it may go on. */
const LOOK_AGAIN_MS = 60_000;

/** Why an assist was stopped before its end: somebody cancelled it, or this process works on it no longer. */
const CANCELLED = Symbol('cancelled');
const STOPPED = Symbol('stopped');

interface Parts extends Surroundings {
  pool: Pool;
  grants: Grants;
  node: Node;
  packets: Packets;
}

/** How an assist ended; what it used beside the steps that are kept is `last`. */
type End = Pick<store.Ending, 'state' | 'result' | 'problem'> & { said?: string; last: Used };

/** The assists that this process works on: asked, heard, written down and settled, and those of dead processes taken over. */
export class Running {
  readonly #parts: Parts;
  readonly #live = new Map<AssistId, Live>();
  #isStopping = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#live.size;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  get(id: AssistId): Live | undefined {
    return this.#live.get(id);
  }

  begin(live: Live): void {
    this.#live.set(live.id, live);
    if (this.#isStopping) live.stopping.abort(STOPPED);
    void this.#run(live).finally(() => {
      this.#live.delete(live.id);
      live.end();
    });
  }

  /** Stops an assist, wherever it runs; when it runs here, it is over afterwards. */
  async cancel(id: AssistId): Promise<void> {
    const live = this.#live.get(id);
    if (live === undefined) await store.askToCancel(this.#parts.pool, id);
    live?.stopping.abort(CANCELLED);
    await live?.over;
  }

  /** Writes down what came since the last time. */
  async write(): Promise<void> {
    await Promise.all([...this.#live.values()].map((live) => this.#write(live)));
  }

  /** Takes over what dead processes left. */
  async sweep(): Promise<void> {
    const { pool, node } = this.#parts;
    await node.live();
    const open = (await store.openAssists(pool)).filter((each) => each.node !== node.number);
    const dead = new Set(await node.deadOf([...new Set(open.map((each) => each.node))]));
    for (const each of open) if (dead.has(each.node)) await this.#adopt(each.id, each.node);
  }

  /** Ends what runs, as cut short; long work is left for the next process. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const running = [...this.#live.values()];
    for (const live of running) live.stopping.abort(STOPPED);
    await Promise.all(running.map(({ over }) => over));
  }

  async #run(live: Live): Promise<void> {
    const end = await this.#end(live);
    if (live.stopping.signal.reason === STOPPED && isLong(live.made)) return;
    await this.#settle(live, end);
  }

  async #end(live: Live): Promise<End> {
    const { figures, logger } = this.#parts;
    const { task, scenes, acts } = live.made;
    try {
      const last = acts != null ? await readThrough(live, acts, this.#steps(live), this.#parts) : scenes === null ? await this.#answer(live) : await summarise(live, scenes, this.#steps(live), this.#parts);
      const { result, dropped } = live.run.end();
      figures.dropped(task.feature, dropped);
      return live.isCut ? { state: 'cut', result, problem: null, said: `${live.made.begun ?? ''}${live.run.text}`, last } : { state: 'done', result, problem: null, last };
    } catch (failure) {
      const { result } = live.run.end();
      const last = this.#spent(live);
      if (failure === CANCELLED) return { state: 'cancelled', result, problem: null, last };
      if (failure === STOPPED) return { state: 'failed', result: null, problem: new Problem('cut-short'), last };
      // Of many episodes those that were read stand, whatever became of the others.
      if (failure instanceof Problem) return { state: 'failed', result: acts == null ? null : result, problem: failure, last };
      logger.error({ assistId: live.id, err: failure }, 'an assist failed');
      return { state: 'failed', result: null, problem: new Problem('internal-error'), last };
    }
  }

  /** What was used so far, with what came of a call that did not end. Of long work the calls before are kept as its steps, and counted there. */
  #spent({ spent, pending, provider }: Live): Used {
    return pending === null ? spent : together(spent, estimated(this.#parts.makers.model(provider), pending.call, pending.said));
  }

  /** Asks, and once more where the first answer does not do. What was answered stands, also when nobody answers the second time. */
  async #answer(live: Live): Promise<Used> {
    const { call, request } = live.made;
    const hear = (text: string): void => {
      live.run.hear(text);
      live.changed();
    };
    live.spent = await answer(live, call, hear, this.#parts);
    live.pending = null;
    // Half an answer is not held to what the whole would have to say.
    if (live.isCut) return live.spent;
    const again = live.run.again();
    live.changed();
    if (again === null) return live.spent;
    try {
      const second = await answer(live, askedAgain(call, request, again), hear, this.#parts);
      // The first answer is whole, and stands where the second does not.
      live.isCut = false;
      return together(live.spent, second);
    } catch (failure) {
      if (!(failure instanceof ModelFailure)) throw failure;
      return this.#spent(live);
    }
  }

  /** Writes the end down. A database that does not answer is asked again: until it does, the assist is under way for everybody. */
  async #settle(live: Live, { last, ...end }: End): Promise<void> {
    const { pool, now, logger, figures } = this.#parts;
    for (;;)
      try {
        await this.#write(live);
        const used = await this.#used(live.id, live.provider, last);
        if (!(await store.settle(pool, live.id, { ...end, ...used, hasLeft: live.hasLeft, at: now() }))) return;
        figures.ended(live.made.task.feature, end.state);
        figures.used(live.provider, used);
        return;
      } catch (failure) {
        logger.warn({ assistId: live.id, err: failure }, 'the end of an assist could not be written down');
        if (this.#isStopping) return;
        await wait(WRITE_EVERY_MS);
      }
  }

  #write(live: Live): Promise<void> {
    const { pool, node } = this.#parts;
    return live.inTurn(async () => {
      const events = live.run.eventsFrom(live.written + 1);
      const kept = await store.write(pool, live.id, node.number, live.written + 1, events, live);
      live.written += events.length;
      // Another process took this one for dead and ended it, or somebody cancelled it there.
      if (kept === null) live.stopping.abort(STOPPED);
      else if (kept.cancelling) live.stopping.abort(CANCELLED);
    });
  }

  /** What an assist used with the steps before its last call, and what that costs. */
  async #used(id: AssistId, provider: Live['provider'], last: Used): Promise<Used & { cost: number | null }> {
    const { pool, makers } = this.#parts;
    const before = await store.stepsUsed(pool, id);
    const used = { tokensIn: before.tokensIn + last.tokensIn, tokensOut: before.tokensOut + last.tokensOut, estimated: before.estimated || last.estimated };
    return { ...used, cost: makers.has(provider) ? makers.cost(provider, used) : null };
  }

  /** The steps of long work, as they are kept in the database. */
  #steps(live: Live): Steps {
    const { id, made, who, mandate } = live;
    const { pool, grants, packets, now } = this.#parts;
    let lookedAt = now().getTime();
    return {
      find: (hash) => store.stepOf(pool, id, hash, { projectId: who.projectId, provider: made.provider, model: made.model, since: made.cacheAnswers ? new Date(now().getTime() - CACHED_MS) : null }),
      keep: (hash, step) => store.keepStep(pool, id, hash, { ...step, provider: live.provider, model: live.model }),
      demand: async () => {
        const [standing] = await grants.standings([who]);
        if (standing === undefined || !standing.alive || standing.role === null) throw new Problem('not-found');
        // Core reads the manuscript for its answer, so not before every scene.
        if (mandate === null || now().getTime() - lookedAt < LOOK_AGAIN_MS) return;
        lookedAt = now().getTime();
        await packets.stillAlso(made, ProjectId.parse(who.projectId), mandate);
      },
    };
  }

  /** Takes over what another process left: long work goes on where it stood, everything else ends with what was written of it. */
  async #adopt(id: AssistId, from: number): Promise<void> {
    const { pool, node, makers, now, figures, logger } = this.#parts;
    const left = await store.leftBehind(pool, id);
    if (left !== null && isLong(left.made) && !left.cancelling && makers.has(left.made.provider)) {
      if (!this.#isStopping && (await store.takeOver(pool, id, { from, to: node.number }))) this.begin(new Live(id, left.made, left.who, { mandate: left.mandate, after: left.events }));
      return;
    }
    const isKnown = left !== null && left.hasLeft && makers.has(left.provider);
    const last = isKnown ? estimated(makers.model(left.provider), left.made.call, left.text) : { tokensIn: 0, tokensOut: 0, estimated: true };
    const used = await this.#used(id, left?.provider ?? 'endpoint', last);
    const isOver = await store.settle(pool, id, { ...used, state: 'failed', result: null, problem: new Problem('cut-short'), hasLeft: left?.hasLeft ?? true, at: now() });
    if (!isOver || left === null) return;
    logger.warn({ assistId: id }, 'an assist was cut short with the process that worked on it');
    figures.ended(left.made.task.feature, 'failed');
  }
}
