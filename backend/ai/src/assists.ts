import { type Assist, type AssistEvent, AssistId, type assists, Citation, type In, type Locale, type Out, Problem, type ProblemBody, PROBLEMS, type ProjectId, sentenceOf } from '@cowrite/contract';
import type { Pool } from '@cowrite/service-kit';
import type { Grant } from '@cowrite/service-kit/grants';
import { newId } from '@cowrite/service-kit';
import { setTimeout as wait } from 'node:timers/promises';
import * as store from './assists.store.ts';
import type { Core } from './core.ts';
import { type Limits, noRoom, periodsAt } from './limits.ts';
import { Live } from './live.ts';
import { isLong } from './made.ts';
import type { Node } from './node.ts';
import type { Packets } from './packets.ts';
import { CACHED_MS, type Running, WRITE_EVERY_MS } from './running.ts';

const UNDECIDED_MS = 24 * 3_600_000;

interface Parts {
  pool: Pool;
  core: Core;
  node: Node;
  packets: Packets;
  running: Running;
  limits: Limits;
  currency: string;
  now: () => Date;
}

/** What people do with assists: they ask, follow, cancel and decide, and look up what was sent and what is left. */
export class Assists {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins an assist. @throws Problem as core says; `ai-unconfigured`, `packet-gone`, `allowance-used`, `too-many-requests` */
  async ask(grant: Grant, bearer: string, asked: In<typeof assists.ask>): Promise<AssistId> {
    const { pool, core, node, packets, running, now, currency, limits } = this.#parts;
    if (running.isStopping) throw new Problem('unavailable');
    const mandate = await core.mandate(bearer, asked.projectId);
    const packet = 'packetId' in asked ? await packets.shown(grant, mandate, asked) : 'goOn' in asked ? await packets.goneOn(grant, mandate, asked) : await packets.make(grant, mandate, asked);
    const at = now();
    const id = newId(AssistId, at);
    const { day, month } = periodsAt(at);
    const holding = { day, month, tokens: packet.tokensMost, cost: packet.costMost ?? 0 };
    const beginning = { id, mandate: isLong(packet) ? mandate : null, grant, made: packet, node: node.number, currency, at, holding, forgetAt: packet.keepTexts ? null : new Date(at.getTime() + UNDECIDED_MS) };
    const kept = packet.cacheAnswers ? await store.sameAnswer(pool, asked.projectId, packet, new Date(at.getTime() - CACHED_MS)) : null;
    if (kept !== null) {
      await store.beginCached(pool, beginning, kept);
      return id;
    }
    await store.begin(pool, beginning, limits).catch((failure: unknown) => {
      throw failure instanceof store.NoRoom ? noRoom(failure.limit, at, { limits, currency }) : failure;
    });
    running.begin(new Live(id, packet, grant, { mandate }));
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

  /** A line of a reading script of this person's, word for word, with the item that it stands in and whose text that is. @throws Problem `not-found` */
  async line(grant: Grant, id: AssistId, row: number): Promise<{ line: string; item: { id: string; of: readonly string[] } }> {
    const { assist, items } = await this.#mine(grant, id);
    const said = assist.feature === 'script' && assist.result?.kind === 'rows' ? assist.result.rows[row] : undefined;
    const [line, place] = [said?.['line'], Citation.safeParse(said?.['place'])];
    const item = items.find((each) => each.id === place.data?.itemId);
    if (typeof line !== 'string' || line === '' || item === undefined) throw new Problem('not-found');
    return { line, item };
  }

  /** The work that an assist belongs to, or null when there is none of that id. */
  async projectOf(id: AssistId): Promise<ProjectId | null> {
    return (await store.assistOf(this.#parts.pool, id))?.projectId ?? null;
  }

  async cancel(grant: Grant, id: AssistId, locale: Locale): Promise<Assist> {
    await this.#mine(grant, id);
    await this.#parts.running.cancel(id);
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
    const { pool, running } = this.#parts;
    let last = after;
    while (!signal.aborted) {
      const live = running.get(id);
      if (live !== undefined && last >= live.run.first - 1) {
        for (const event of live.run.eventsFrom(last + 1)) yield { id: ++last, event };
        if (last >= live.run.last && running.get(id) === live) await live.change(signal);
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
      // Whoever follows comes back to another process.
      if (running.isStopping) return;
      if (running.get(id) === undefined) await wait(WRITE_EVERY_MS, undefined, { signal }).catch(() => undefined);
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

  forget(): Promise<void> {
    return store.forget(this.#parts.pool, this.#parts.now());
  }

  async #mine(grant: Grant, id: AssistId): Promise<store.Kept> {
    const kept = await store.assistOf(this.#parts.pool, id);
    if (kept === null || kept.asker !== grant.who.userId || kept.projectId !== grant.projectId) throw new Problem('not-found');
    return kept;
  }
}

const told = ({ code, details }: NonNullable<store.Kept['problem']>, locale: Locale): ProblemBody => ({ type: `urn:cowrite:problem:${code}`, code, title: sentenceOf(code, locale, details), status: PROBLEMS[code].status, details });
