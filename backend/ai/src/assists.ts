import { type Assist, type AssistEvent, AssistId, type assists, type In, type Out, PacketId, Problem, type ProblemBody, ProjectId, type Provider, sentenceOf, type Locale, PROBLEMS } from '@cowrite/contract';
import type { Pool } from '@cowrite/service-kit';
import type { Grant, Grants } from '@cowrite/service-kit/grants';
import { setTimeout as wait } from 'node:timers/promises';
import { answer, estimated, type Surroundings, type Used } from './answering.ts';
import * as store from './assists.store.ts';
import type { Core } from './core.ts';
import { newId } from './ids.ts';
import { inKorea, type Limits, periodsAt } from './limits.ts';
import { Live } from './live.ts';
import { type Steps, summarise } from './long-work.ts';
import { type Made, made, shown } from './made.ts';
import type { Node } from './node.ts';

const PACKET_MS = 10 * 60_000;
const UNDECIDED_MS = 24 * 3_600_000;
const CACHED_MS = 3_600_000;
/** How often long work asks whether it may go on. */
const LOOK_AGAIN_MS = 60_000;
/** How often what came is written down, and whether another process was asked to cancel is looked at. */
export const WRITE_EVERY_MS = 250;
/** How often an assist is looked for whose process died. */
export const SWEEP_EVERY_MS = 1_000;

type Asked = In<typeof assists.ask>;
/** Why an assist was stopped before its end. */
const CANCELLED = Symbol('cancelled');
const STOPPED = Symbol('stopped');

interface Parts extends Surroundings {
  pool: Pool;
  grants: Grants;
  core: Core;
  node: Node;
  limits: Limits;
  currency: string;
}

/** Asks models for people: reserves, sends, reads what comes, settles, and forgets. */
export class Assists {
  readonly #parts: Parts;
  readonly #live = new Map<AssistId, Live>();
  #isStopping = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get running(): number {
    return this.#live.size;
  }

  /** What would be sent, kept for ten minutes. @throws Problem as core says; `ai-unconfigured` */
  async packet(grant: Grant, bearer: string, asked: In<typeof assists.packet>): Promise<Out<typeof assists.packet>> {
    const { pool, core, now, currency } = this.#parts;
    const packet = await this.#make(await core.mandate(bearer, asked.projectId), asked);
    const id = newId(PacketId, now());
    const expiresAt = new Date(now().getTime() + PACKET_MS);
    await store.keepPacket(pool, id, { projectId: asked.projectId, asker: grant.who.userId, made: packet, expiresAt });
    return shown(id, packet, { currency, expiresAt });
  }

  /** Begins an assist. @throws Problem as core says; `ai-unconfigured`, `packet-gone`, `allowance-used`, `too-many-requests` */
  async ask(grant: Grant, bearer: string, asked: Asked): Promise<AssistId> {
    const { pool, core, node, now, currency, limits } = this.#parts;
    if (this.#isStopping) throw new Problem('unavailable');
    const mandate = await core.mandate(bearer, asked.projectId);
    const packet = 'packetId' in asked ? await this.#shown(grant, mandate, asked) : await this.#make(mandate, asked);
    const at = now();
    const id = newId(AssistId, at);
    const { day, month } = periodsAt(at);
    const holding = { day, month, tokens: packet.tokensMost, cost: packet.costMost ?? 0 };
    const beginning = { id, mandate: packet.scenes === null ? null : mandate, grant, made: packet, node: node.number, currency, at, holding, forgetAt: packet.keepTexts ? null : new Date(at.getTime() + UNDECIDED_MS) };
    const kept = packet.cacheAnswers ? await store.sameAnswer(pool, asked.projectId, packet, new Date(at.getTime() - CACHED_MS)) : null;
    if (kept !== null) {
      await store.beginCached(pool, beginning, kept);
      return id;
    }
    await store.begin(pool, beginning, limits).catch((failure: unknown) => {
      throw failure instanceof store.NoRoom ? this.#noRoom(failure.limit, at) : failure;
    });
    this.#begin(new Live(id, packet, grant, { mandate }));
    return id;
  }

  /** @throws Problem `not-found` for an assist that is not this person's */
  async read(grant: Grant, id: AssistId, locale: Locale): Promise<Assist> {
    const kept = await this.#mine(grant, id);
    return { ...kept.assist, problem: kept.problem === null ? null : told(kept.problem, locale) };
  }

  /** @throws Problem `not-found` for an assist that is not this person's */
  async demand(grant: Grant, id: AssistId): Promise<void> {
    await this.#mine(grant, id);
  }

  /** The work that an assist belongs to, or null when there is none of that id. */
  async projectOf(id: AssistId): Promise<ProjectId | null> {
    return (await store.assistOf(this.#parts.pool, id))?.projectId ?? null;
  }

  async cancel(grant: Grant, id: AssistId, locale: Locale): Promise<Assist> {
    await this.#mine(grant, id);
    const live = this.#live.get(id);
    if (live === undefined) await store.askToCancel(this.#parts.pool, id);
    live?.stopping.abort(CANCELLED);
    await live?.over;
    return this.read(grant, id, locale);
  }

  async decide(grant: Grant, { assistId, decision }: In<typeof assists.decide>, locale: Locale): Promise<Assist> {
    await this.#mine(grant, assistId);
    await store.decide(this.#parts.pool, assistId, decision, { cachedUntil: new Date(this.#parts.now().getTime() + CACHED_MS) });
    return this.read(grant, assistId, locale);
  }

  /**
   * The stream of an assist after event number `after`, to its end: from this process where it works on it, otherwise as it is
   * written. Who stops following stops nothing.
   */
  async *follow(grant: Grant, id: AssistId, { after, locale, signal }: { after: number; locale: Locale; signal: AbortSignal }): AsyncGenerator<{ id: number; event: AssistEvent }> {
    const { pool } = this.#parts;
    let last = after;
    while (!signal.aborted) {
      const live = this.#live.get(id);
      if (live !== undefined && last >= live.run.first - 1) {
        for (const event of live.run.eventsFrom(last + 1)) yield { id: ++last, event };
        if (last >= live.run.last && this.#live.has(id)) await live.change(signal);
        continue;
      }
      for (const each of await store.eventsAfter(pool, id, last)) {
        last = each.id;
        yield each;
      }
      const { assist, events } = await this.#mine(grant, id);
      if (assist.state !== 'waiting' && assist.state !== 'running') {
        yield { id: Math.max(events, last) + 1, event: { type: 'ended', assist: await this.read(grant, id, locale) } };
        return;
      }
      if (!this.#live.has(id)) await wait(WRITE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async ledger(grant: Grant, { projectId, before, limit }: In<typeof assists.ledger>): Promise<Out<typeof assists.ledger>> {
    const items = await store.ledger(this.#parts.pool, projectId, { only: grant.role === 'owner' ? null : grant.who.userId, before, limit: limit + 1 });
    return { items: items.slice(0, limit), next: items.length > limit ? items[limit - 1]!.assistId : null };
  }

  async allowance(grant: Grant, projectId: ProjectId): Promise<Out<typeof assists.allowance>> {
    const { pool, now, limits, currency } = this.#parts;
    const { day, month, nextDay, nextMonth } = periodsAt(now());
    const used = await store.usage(pool, { userId: grant.who.userId, projectId, day, month });
    return {
      personTokensToday: { used: used['person-day'], limit: limits.personTokensDay, resetsAt: nextDay.toISOString() },
      projectTokensToday: { used: used['project-day'], limit: limits.projectTokensDay, resetsAt: nextDay.toISOString() },
      projectCostThisMonth: { used: used['project-month'], limit: limits.projectCostMonth, resetsAt: nextMonth.toISOString() },
      currency,
    };
  }

  /** Writes down what came since the last time. */
  async write(): Promise<void> {
    await Promise.all([...this.#live.values()].map((live) => this.#write(live)));
  }

  /** Takes over what a process left that is dead. */
  async sweep(): Promise<void> {
    const { pool, node } = this.#parts;
    await node.live();
    const open = (await store.openAssists(pool)).filter(({ id }) => !this.#live.has(id));
    const dead = new Set(await node.deadOf([...new Set(open.map((each) => each.node))].filter((number) => number !== node.number)));
    for (const each of open) if (dead.has(each.node)) await this.#adopt(each.id, each.node);
  }

  forget(): Promise<void> {
    return store.forget(this.#parts.pool, this.#parts.now());
  }

  /** Ends what runs, as cut short: the process is about to end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const running = [...this.#live.values()];
    for (const live of running) live.stopping.abort(STOPPED);
    await Promise.all(running.map(({ over }) => over));
  }

  async #make(mandate: string, { projectId, task, provider, without }: In<typeof assists.packet>): Promise<Made> {
    const { core, houses } = this.#parts;
    return made(task, await core.brief(mandate, projectId, task, houses.asked(task.feature, provider)), houses, without);
  }

  /** The packet that was shown, if it may still be sent. @throws Problem `packet-gone`, or as core says */
  async #shown(grant: Grant, mandate: string, { projectId, packetId }: { projectId: ProjectId; packetId: PacketId }): Promise<Made> {
    const { pool, houses, now } = this.#parts;
    const packet = await store.packetOf(pool, packetId, { projectId, asker: grant.who.userId, at: now() });
    if (packet === null || !houses.has(packet.provider)) throw new Problem('packet-gone');
    return { ...packet, also: await this.#stillAlso(packet, projectId, mandate) };
  }

  /**
   * Asks core once more whether what was made may be sent, since consent may have been withdrawn in the minutes between. That the
   * text has changed does not matter; what was shown is sent. @returns who may still take over.
   * @throws Problem `packet-gone` when somebody whose text it holds is no longer willing, or as core says
   */
  async #stillAlso({ task, provider, items, also }: Made, projectId: ProjectId, mandate: string): Promise<Provider[]> {
    const { core, houses } = this.#parts;
    const brief = await core.brief(mandate, projectId, task, houses.asked(task.feature, provider)).catch((failure: unknown) => {
      if (failure instanceof Problem && failure.code === 'text-changed') return null;
      throw failure;
    });
    const unwilling = new Set(brief?.withheld.flatMap(({ of }) => of.map(({ userId }) => userId)));
    if (items.some(({ of }) => of.some((author) => unwilling.has(author)))) throw new Problem('packet-gone');
    return also.filter((each) => brief?.also.includes(each) ?? false);
  }

  #begin(live: Live): void {
    this.#live.set(live.id, live);
    void this.#run(live).finally(() => {
      this.#live.delete(live.id);
      live.end();
    });
  }

  async #run(live: Live): Promise<void> {
    const { houses, figures, logger } = this.#parts;
    const { made: packet } = live;
    const ending = { result: null, problem: null, cost: null, tokensIn: 0, tokensOut: 0, estimated: false };
    const spent = (used: Used) => this.#spent(live.id, live.provider, used);
    /** What was used of an answer that did not come to its end. */
    const soFar = () => (live.hasLeft ? estimated(houses.model(live.provider), live.asking, live.run.text) : ending);
    const hear = (text: string): void => {
      live.run.hear(text);
      live.changed();
    };
    let end: Omit<store.Ending, 'hasLeft' | 'at'>;
    try {
      const used = packet.scenes === null ? await answer(live, packet.call, hear, this.#parts) : await summarise(live, packet.scenes, this.#steps(live), this.#parts);
      const { result, dropped } = live.run.end();
      figures.dropped(packet.task.feature, dropped);
      end = { ...ending, ...(await spent(used)), state: 'done', result };
    } catch (failure) {
      const isCancelled = failure === CANCELLED;
      const { result } = live.run.end();
      if (!isCancelled && failure !== STOPPED && !(failure instanceof Problem)) logger.error({ assistId: live.id, err: failure }, 'an assist failed');
      const problem = failure === STOPPED ? new Problem('cut-short') : failure instanceof Problem ? failure : new Problem('internal-error');
      end = { ...ending, ...(await spent(soFar())), ...(isCancelled ? { state: 'cancelled', result } : { state: 'failed', problem }) };
    }
    // Long work is taken up by the next process.
    if (live.stopping.signal.reason === STOPPED && packet.scenes !== null) return;
    await this.#settle(live, end);
  }

  /** Writes the end down. A database that does not answer is asked again: until it does, the assist is under way for everybody. */
  async #settle(live: Live, end: Omit<store.Ending, 'hasLeft' | 'at'>): Promise<void> {
    const { pool, now, logger, figures } = this.#parts;
    for (;;)
      try {
        await this.#write(live);
        await store.settle(pool, live.id, { ...end, hasLeft: live.hasLeft, at: now() });
        break;
      } catch (failure) {
        logger.warn({ assistId: live.id, err: failure }, 'the end of an assist could not be written down');
        if (this.#isStopping) return;
        await wait(WRITE_EVERY_MS);
      }
    figures.ended(live.made.task.feature, end.state);
    figures.used(live.provider, end);
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
  async #spent(id: AssistId, provider: Provider, last: Used): Promise<Used & { cost: number | null }> {
    const { pool, houses } = this.#parts;
    const before = await store.stepsUsed(pool, id);
    const used = { tokensIn: before.tokensIn + last.tokensIn, tokensOut: before.tokensOut + last.tokensOut, estimated: before.estimated || last.estimated };
    return { ...used, cost: houses.has(provider) ? houses.cost(provider, used) : null };
  }

  /** The steps of long work, as they are kept in the database. */
  #steps({ id, made: packet, who, mandate }: Live): Steps {
    const { pool, grants, now } = this.#parts;
    let lookedAt = now().getTime();
    return {
      find: (hash) => store.stepOf(pool, id, hash, { projectId: who.projectId, since: packet.cacheAnswers ? new Date(now().getTime() - CACHED_MS) : null }),
      keep: (hash, step) => store.keepStep(pool, id, hash, step),
      demand: async () => {
        const [standing] = await grants.standings([who]);
        if (standing === undefined || !standing.alive || standing.role === null) throw new Problem('not-found');
        // Core reads the manuscript for its answer, so not before every scene.
        if (mandate === null || now().getTime() - lookedAt < LOOK_AGAIN_MS) return;
        lookedAt = now().getTime();
        await this.#stillAlso(packet, ProjectId.parse(who.projectId), mandate);
      },
    };
  }

  /** Takes over what another process left: long work goes on where it stood, everything else ends with what was written of it. */
  async #adopt(id: AssistId, from: number): Promise<void> {
    const { pool, node, houses, now, figures, logger } = this.#parts;
    const left = await store.leftBehind(pool, id);
    if (left !== null && left.made.scenes !== null && !left.cancelling && houses.has(left.made.provider)) {
      if (!this.#isStopping && (await store.takeOver(pool, id, { from, to: node.number }))) this.#begin(new Live(id, left.made, left.who, { mandate: left.mandate, after: left.events }));
      return;
    }
    const isKnown = left !== null && left.hasLeft && houses.has(left.provider);
    const last = isKnown ? estimated(houses.model(left.provider), left.made.call, left.text) : { tokensIn: 0, tokensOut: 0, estimated: true };
    const used = await this.#spent(id, left?.provider ?? 'endpoint', last);
    const isOver = await store.settle(pool, id, { ...used, state: 'failed', result: null, problem: new Problem('cut-short'), hasLeft: left?.hasLeft ?? false, at: now() });
    if (!isOver || left === null) return;
    logger.warn({ assistId: id }, 'an assist was cut short with the process that worked on it');
    figures.ended(left.made.task.feature, 'failed');
  }

  async #mine(grant: Grant, id: AssistId): Promise<store.Kept> {
    const kept = await store.assistOf(this.#parts.pool, id);
    if (kept === null || kept.asker !== grant.who.userId || kept.projectId !== grant.projectId) throw new Problem('not-found');
    return kept;
  }

  #noRoom(limit: store.Limit, at: Date): Problem {
    const { limits, currency } = this.#parts;
    const { nextDay, nextMonth } = periodsAt(at);
    switch (limit) {
      case 'running':
        return new Problem('too-many-requests', { seconds: 10 });
      case 'personTokensToday':
        return new Problem('allowance-used', { which: limit, limit: `${limits.personTokensDay} tokens`, resetsAt: inKorea(nextDay) });
      case 'projectTokensToday':
        return new Problem('allowance-used', { which: limit, limit: `${limits.projectTokensDay} tokens`, resetsAt: inKorea(nextDay) });
      case 'projectCostThisMonth':
        return new Problem('allowance-used', { which: limit, limit: `${(limits.projectCostMonth ?? 0) / 1_000_000} ${currency}`, resetsAt: inKorea(nextMonth) });
    }
  }
}

const told = ({ code, details }: NonNullable<store.Kept['problem']>, locale: Locale): ProblemBody => ({ type: `urn:cowrite:problem:${code}`, code, title: sentenceOf(code, locale, details), status: PROBLEMS[code].status, details });
