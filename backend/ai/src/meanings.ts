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
      for (const until = now().getTime() + PATIENCE_MS; ;) {
        const { on, passages, more } = await core.unread(mandate, projectId, source);
        if (!on) return undefined;
        if (meaning !== undefined && passages.length === 0 && !more) return meaning;
        const texts = meaning === undefined ? [question] : [];
        const vectors = passages.length + texts.length === 0 ? [] : await this.#send(grant, [...texts, ...passages.map(({ text }) => text)], passages);
        meaning ??= { ...source, vector: vectors[0]! };
        const own = vectors.slice(texts.length);
        const kept = passages.length === 0 ? 0 : await core.keepMeanings(mandate, projectId, { ...source, passages: passages.map(({ documentId, hash }, at) => ({ documentId, hash, vector: own[at]! })) });
        // None kept: the manuscript, or somebody's word, changed meanwhile.
        if ((passages.length > 0 && kept === 0) || !more || now().getTime() > until) return meaning;
      }
    } catch (failure) {
      if (!(failure instanceof ModelFailure || failure instanceof store.NoRoom || failure instanceof Problem)) throw failure;
      logger.warn({ provider: source.provider, code: failure instanceof Problem ? failure.code : failure.limit }, 'passages are found by words alone');
      return meaning;
    }
  }

  /** Sends texts, as a line of the ledger and within the limits. @throws ModelFailure, NoRoom */
  async #send(grant: Grant, texts: readonly string[], passages: readonly Passage[]): Promise<string[]> {
    const { pool, node, limits, currency, now } = this.#parts;
    const at = now();
    const id = newId(AssistId, at);
    const { day, month } = periodsAt(at);
    const tokens = texts.reduce((sum, text) => sum + this.#model.countTokens(text), 0);
    const holding = { day, month, tokens, cost: this.#cost(tokens) ?? 0 };
    const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
    await store.beginMeaning(pool, { id, grant, provider: this.#model.provider, model: this.#model.model, hash, items: itemsOf(passages), node: node.number, currency, at, holding }, limits);
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
