import { AssistId, type assistGrants, type AssistTask, type DocumentId, Problem, type ProjectId } from '@cowrite/contract';
import { type Logger, newId, type Pool } from '@cowrite/service-kit';
import type { Grant } from '@cowrite/service-kit/grants';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import * as store from './assists.store.ts';
import type { Core } from './core.ts';
import { type Limits, periodsAt } from './limits.ts';
import type { Makers } from './makers.ts';
import type { EmbeddingModel } from './models/embedding.ts';
import { ModelFailure } from './models/model-provider.ts';
import type { Node } from './node.ts';

/** So long somebody who asked waits for passages to be sent that have no numbers yet; the others are sent with the next question. */
const PATIENCE_MS = 6_000;
/** So long one call may take. */
const CALL_MS = 20_000;

/** What a text means is what its beginning means: no model takes more than some 8,000 tokens, and one that is too long would fail again and again. */
const UNITS_MAX = 4_000;

export type Meaning = NonNullable<z.input<typeof assistGrants.brief.body>['meaning']>;
type Passage = z.output<typeof assistGrants.unread.output>['passages'][number];

interface Parts {
  pool: Pool;
  core: Core;
  makers: Makers;
  node: Pick<Node, 'number'>;
  limits: Limits;
  currency: string;
  now: () => Date;
  logger: Logger;
}

/** What a task asks the manuscript about; null for one that looks nothing up. */
function questionOf(task: AssistTask): string | null {
  switch (task.feature) {
    case 'ask':
      return task.question;
    case 'simulate':
      return [task.character, task.message, ...task.said.slice(-4).map(({ text }) => text)].join('\n');
    default:
      return null;
  }
}

/** Finding passages by what they mean (docs/adr/0020): has those sent that have no numbers yet, and says what a question means. */
export class Meanings {
  readonly #parts: Parts;
  readonly #model: EmbeddingModel;
  readonly #price: { in: number } | null;

  constructor(parts: Parts, { model, price }: { model: EmbeddingModel; price: { in: number } | null }) {
    this.#parts = parts;
    this.#model = model;
    this.#price = price;
  }

  get source(): { provider: EmbeddingModel['provider']; model: string } {
    return { provider: this.#model.provider, model: this.#model.key };
  }

  /** What a task's question means, or undefined where the work does not find by meaning, or nobody says what it means: then words alone decide. */
  async of(grant: Grant, mandate: string, projectId: ProjectId, task: AssistTask): Promise<Meaning | undefined> {
    const question = questionOf(task);
    if (question === null) return undefined;
    const { core, makers, now, logger } = this.#parts;
    const source = { ...this.source, notice: makers.notice(this.#model.provider) };
    let meaning: Meaning | undefined;
    try {
      let open = await core.unread(mandate, projectId, source);
      if (!open.on) return undefined;
      // By itself, so that a passage that nobody takes does not stand in its way.
      meaning = { ...source, vector: (await this.#send(grant, [question], []))[0]! };
      for (const until = now().getTime() + PATIENCE_MS; ; open = await core.unread(mandate, projectId, source)) {
        const { passages, more } = open;
        if (passages.length > 0) {
          const vectors = await this.#send(
            grant,
            passages.map(({ text }) => text),
            passages,
          );
          const kept = await core.keepMeanings(mandate, projectId, { ...source, passages: passages.map(({ documentId, hash }, at) => ({ documentId, hash, vector: vectors[at]! })) });
          // The manuscript, or somebody's word, changed meanwhile.
          if (kept === 0) return meaning;
        }
        if (!more || now().getTime() > until) return meaning;
      }
    } catch (failure) {
      if (!(failure instanceof ModelFailure || failure instanceof store.NoRoom || failure instanceof Problem)) throw failure;
      logger.warn({ provider: source.provider, code: failure instanceof Problem ? failure.code : failure.limit }, meaning === undefined ? 'passages are found by words alone' : 'some passages are found by words alone');
      return meaning;
    }
  }

  /** Sends texts, as a line of the ledger and within the limits. @throws ModelFailure, NoRoom */
  async #send(grant: Grant, whole: readonly string[], passages: readonly Passage[]): Promise<string[]> {
    const texts = whole.map((text) => text.slice(0, UNITS_MAX).toWellFormed());
    const { pool, node, limits, currency, now } = this.#parts;
    const at = now();
    const id = newId(AssistId, at);
    const { day, month } = periodsAt(at);
    const tokens = texts.reduce((sum, text) => sum + this.#model.countTokens(text), 0);
    const holding = { day, month, tokens, cost: this.#cost(tokens) ?? 0 };
    const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
    await store.beginSending(pool, { id, grant, feature: 'meaning', provider: this.#model.provider, model: this.#model.model, hash, items: itemsOf(passages), node: node.number, currency, at, holding }, limits);
    const settle = (ending: { state: 'done' | 'failed'; used: number; estimated: boolean; problem: Problem | null; hasLeft: boolean }) =>
      store.settle(pool, id, { state: ending.state, tokensIn: ending.used, tokensOut: 0, estimated: ending.estimated, cost: this.#cost(ending.used), result: null, problem: ending.problem, hasLeft: ending.hasLeft, at: now() });
    try {
      const { vectors, tokens: used } = await this.#model.embed(texts, AbortSignal.timeout(CALL_MS));
      await settle({ state: 'done', used: used ?? tokens, estimated: used === null, problem: null, hasLeft: true });
      return vectors;
    } catch (failure) {
      const known = failure instanceof ModelFailure ? failure : new ModelFailure('model-late', { name: this.#model.provider });
      await settle({ state: 'failed', used: known.left ? tokens : 0, estimated: known.left, problem: known, hasLeft: known.left });
      throw known;
    }
  }

  #cost(tokens: number): number | null {
    return this.#price === null ? null : Math.ceil(tokens * this.#price.in);
  }
}

/** A scene an item, with everyone whose words of it are sent. */
function itemsOf(passages: readonly Passage[]): { id: DocumentId; of: string[] }[] {
  const items = new Map<DocumentId, Set<string>>();
  for (const { documentId, of } of passages) items.set(documentId, new Set([...(items.get(documentId) ?? []), ...of]));
  return [...items].map(([id, of]) => ({ id, of: [...of] }));
}
