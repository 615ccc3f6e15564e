import { AssistId, Problem, type ProjectId, type Provider, type UserId } from '@cowrite/contract';
import { type Logger, newId, type Pool } from '@cowrite/service-kit';
import type { Grant } from '@cowrite/service-kit/grants';
import { setTimeout as wait } from 'node:timers/promises';
import * as store from './assists.store.ts';
import type { Core } from './core.ts';
import type { AiFigures } from './figures.ts';
import { type Limits, noRoom, periodsAt } from './limits.ts';
import type { Makers } from './makers.ts';
import { ModelFailure } from './models/model-provider.ts';
import type { SoundModel } from './models/sound.ts';
import type { Node } from './node.ts';
import type { Used } from './used.ts';

/** Until an end that could not be written down is tried again. */
const AGAIN_MS = 250;

interface Parts {
  pool: Pool;
  core: Core;
  makers: Makers;
  node: Pick<Node, 'number'>;
  figures: AiFigures;
  limits: Limits;
  currency: string;
  now: () => Date;
  logger: Logger;
  /** How long one may take. */
  callMs: number;
}

/** Something that is sent, and by which rules. */
export interface Sending {
  grant: Grant;
  feature: store.SoundFeature;
  model: SoundModel;
  /** In millionths of the currency for a token; null when the operator gave none. */
  price: { in: number; out: number } | null;
  hash: string;
  items: readonly { id: string; of: readonly string[] }[];
  /** What it may come to. */
  most: Used;
  /** What counts of it when it was sent and nothing is known of what came. */
  sent: Used;
  /** Nobody waits for it any more. */
  gone: AbortSignal;
}

/** How one ended. */
type End<T> = { state: 'done'; given: T; used: Used } | { state: 'failed' | 'cancelled'; problem: Problem; used: Used; left: boolean };

/**
 * What is sent to a model of sound: under the switches that text is under, once, as a line of the ledger, within the limits. No text and no sound
 * of it is kept.
 */
export class Sendings {
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  readonly #under = new Set<Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * The right to ask about a sending, and to ask again: `demand` says whether the work is helped by AI, this provider is allowed, and these
   * people agreed to it.
   */
  async admit(bearer: string, projectId: ProjectId): Promise<{ demand: (provider: Provider, people: readonly string[]) => Promise<void> }> {
    const { core, makers } = this.#parts;
    if (this.#stopping.signal.aborted) throw new Problem('unavailable');
    const mandate = await core.mandate(bearer, projectId);
    return {
      demand: async (provider, people) => {
        // Nothing of the manuscript is wanted, and this task reads none; it is for those who may make proposals.
        const brief = await core.brief(mandate, projectId, { task: { feature: 'research', question: '-', sources: [] }, providers: [{ provider, notice: makers.notice(provider) }], people: people as UserId[] });
        if (brief.unwilling.length === 0) return;
        throw new Problem('consent-needed', { people: await store.namesOf(this.#parts.pool, brief.unwilling, projectId), userIds: brief.unwilling, where: brief.title, provider });
      },
    };
  }

  /** @throws Problem `allowance-used`, `too-many-requests`; what the model's maker did, with `left` in its details */
  async send<T>(sending: Sending, ask: (signal: AbortSignal) => Promise<{ given: T; used: Used }>): Promise<{ id: AssistId; given: T; used: Used; cost: number | null; currency: string }> {
    const { pool, node, limits, currency, now, figures } = this.#parts;
    const { grant, feature, model, price, hash, items, most } = sending;
    const at = now();
    const id = newId(AssistId, at);
    const { day, month } = periodsAt(at);
    const holding = { day, month, tokens: most.tokensIn + most.tokensOut, cost: costOf(most, price) ?? 0 };
    await store.beginSending(pool, { id, grant, feature, provider: model.provider, model: model.model, hash, items, node: node.number, currency, at, holding }, limits).catch((failure: unknown) => {
      throw failure instanceof store.NoRoom ? noRoom(failure.limit, at, { limits, currency }) : failure;
    });
    const over = this.#ask(sending, ask).then(async (end) => {
      await this.#settle(id, end, price);
      figures.ended(feature, end.state);
      figures.used(model.provider, end.used);
      return end;
    });
    this.#under.add(over);
    const end = await over.finally(() => this.#under.delete(over));
    if (end.state !== 'done') throw new Problem(end.problem.code, { ...end.problem.details, left: end.left });
    return { id, given: end.given, used: end.used, cost: costOf(end.used, price), currency };
  }

  /** Ends what is under way, as cut short, and waits until that is written down. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#under);
  }

  async #ask<T>({ feature, model, sent, gone }: Sending, ask: (signal: AbortSignal) => Promise<{ given: T; used: Used }>): Promise<End<T>> {
    const { figures, logger, callMs } = this.#parts;
    const late = AbortSignal.timeout(callMs);
    try {
      return { state: 'done', ...(await ask(AbortSignal.any([gone, this.#stopping.signal, late]))) };
    } catch (failure) {
      // What was sent counts, heard or not; what came of it nobody knows.
      if (gone.aborted) return { state: 'cancelled', problem: new Problem('cut-short'), used: sent, left: true };
      if (this.#stopping.signal.aborted) return { state: 'failed', problem: new Problem('cut-short'), used: sent, left: true };
      const known = failure instanceof ModelFailure ? failure : late.aborted ? new ModelFailure('model-late', { name: model.name }) : null;
      if (known === null) {
        logger.error({ feature, err: failure }, 'a model of sound could not be asked');
        return { state: 'failed', problem: new Problem('internal-error'), used: sent, left: true };
      }
      figures.failed(model.provider, known.code);
      logger.warn({ feature, provider: model.provider, code: known.code, status: known.details['status'] }, 'a provider did not answer');
      return { state: 'failed', problem: known, used: known.left ? sent : { tokensIn: 0, tokensOut: 0, estimated: false }, left: known.left };
    }
  }

  /** Writes the end down. A database that does not answer is asked again, for what was sent has to be in the ledger. */
  async #settle(id: AssistId, end: End<unknown>, price: Sending['price']): Promise<void> {
    const { pool, now, logger } = this.#parts;
    const [problem, hasLeft] = end.state === 'done' ? [null, true] : [end.state === 'failed' ? end.problem : null, end.left];
    for (;;)
      try {
        await store.settle(pool, id, { state: end.state, ...end.used, cost: costOf(end.used, price), result: null, problem, hasLeft, at: now() });
        return;
      } catch (failure) {
        logger.warn({ assistId: id, err: failure }, 'the end of a sending could not be written down');
        if (this.#stopping.signal.aborted) return;
        await wait(AGAIN_MS);
      }
  }
}

const costOf = ({ tokensIn, tokensOut }: Used, price: Sending['price']): number | null => (price === null ? null : Math.ceil(tokensIn * price.in + tokensOut * price.out));
