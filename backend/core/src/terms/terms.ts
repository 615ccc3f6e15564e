import { type In, type Out, Problem, type Term, TermId, TERMS_MAX, type terms } from '@cowrite/contract';
import { newId } from '@cowrite/service-kit';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import { appendEvent, lockProject } from '../platform/outbox.ts';
import * as store from './terms.store.ts';

type Writing = Granted<'story.write'>;

/** The glossary of a work: how its words are said in other languages, for everybody who translates it. */
export class Terms {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  async list(access: Granted<'story.read'>): Promise<Out<typeof terms.list>> {
    return { items: await store.list(this.db, access.projectId) };
  }

  /** Adds those that are not there yet. @throws Problem `too-large` beyond what a language may have; then none is added. */
  async add(access: Writing, { terms: given }: In<typeof terms.add>): Promise<Out<typeof terms.add>> {
    return this.#inTurn(access, async (tx, at) => {
      const before = await store.list(tx, access.projectId);
      const known = new Set(before.map(nameOf));
      const fresh = [...new Map(given.map(composed).map((term) => [nameOf(term), term])).values()].filter((term) => !known.has(nameOf(term)));
      if (fresh.length === 0) return { items: before, added: 0 };
      for (const [language, of] of Map.groupBy([...before, ...fresh], (term) => term.language)) if (of.length > TERMS_MAX) throw new Problem('too-large', { limit: `${TERMS_MAX} (${language})` });
      await store.add(
        tx,
        fresh.map((term) => ({ ...term, id: newId(TermId, at), project_id: access.projectId, changed_by: access.userId, changed_at: at, rev: 1 })),
      );
      await this.#tell(tx, access, at);
      return { items: await store.list(tx, access.projectId), added: fresh.length };
    });
  }

  /** @throws Problem `not-found`, `stale-revision` with the current one, `invalid-input` when another term says the same. */
  async change(access: Writing, { termId, rev, ...values }: In<typeof terms.change>): Promise<Term> {
    return this.#inTurn(access, async (tx, at) => {
      const all = await store.list(tx, access.projectId);
      const before = all.find(({ id }) => id === termId);
      if (before === undefined) throw new Problem('not-found');
      if (before.rev !== rev) throw new Problem('stale-revision', { current: before.rev });
      const next = composed({ language: before.language, source: values.source ?? before.source, target: values.target ?? before.target, note: values.note ?? before.note });
      if (all.some((other) => other.id !== termId && nameOf(other) === nameOf(next))) throw new Problem('invalid-input', {}, [{ path: 'target', message: 'taken' }]);
      await store.change(tx, access.projectId, termId, { ...next, changed_by: access.userId, changed_at: at, rev: rev + 1 });
      await this.#tell(tx, access, at);
      return { ...before, ...next, changedBy: access.userId, changedAt: at.toISOString(), rev: rev + 1 };
    });
  }

  /** @throws Problem `not-found`. */
  async remove(access: Writing, { termId }: In<typeof terms.remove>): Promise<void> {
    await this.#inTurn(access, async (tx, at) => {
      if (!(await store.list(tx, access.projectId)).some(({ id }) => id === termId)) throw new Problem('not-found');
      await store.remove(tx, access.projectId, termId);
      await this.#tell(tx, access, at);
    });
  }

  async #inTurn<T>(access: Writing, work: (tx: Tx, at: Date) => Promise<T>): Promise<T> {
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, access.projectId);
      return work(tx, this.clock.now());
    });
  }

  async #tell(tx: Tx, access: Writing, at: Date): Promise<void> {
    await appendEvent(tx, { projectId: access.projectId, by: access.userId, at, change: { type: 'terms.changed' } });
  }
}

type Said = Pick<Term, 'language' | 'source' | 'target' | 'note'>;

const nameOf = ({ language, source, target }: Said): string => [language, source, target].join('\n');
const composed = ({ language, source, target, note }: Said): Said => ({ language, source: source.normalize('NFC'), target: target.normalize('NFC'), note: note.normalize('NFC') });
