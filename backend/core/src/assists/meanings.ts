import { type assistGrants, type DocumentId, type In, may, MEANINGS_AT_ONCE, type Out, type ProjectId, type UserId } from '@cowrite/contract';
import { OutlineTree, passageBounds, type RankedPassage, type Run } from '@cowrite/manuscript';
import { createHash } from 'node:crypto';
import type { Documents } from '../documents/documents.ts';
import * as nodes from '../outline/outline.store.ts';
import type { Database, Reader, Tx } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import { lockProject } from '../platform/outbox.ts';
import { authorsOf } from './brief.ts';
import * as store from './meanings.store.ts';
import type { Near, Ranking } from './ranking.ts';
import { isToldIn, type Told } from './told.ts';

/** So many scenes are read for what is left to be sent, before the rest is left for the next time. */
const SCENES_AT_ONCE = 24;

/** What a question means, and by whose numbers. */
export type Meaning = NonNullable<In<typeof assistGrants.brief>['meaning']>;

/** A passage that may be sent so that it is found by what it means. */
interface Passage {
  hash: string;
  text: string;
  of: UserId[];
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** The passages of a scene of which every character is of somebody who agreed, each once. */
function sendable(runs: readonly Run[], agreed: ReadonlySet<UserId>): Passage[] {
  const text = runs.map((run) => run.text).join('');
  const passages = passageBounds(text).flatMap(({ from, to }): Passage[] => {
    const { of, hasUnknown } = authorsOf(runs, from, to);
    return hasUnknown || of.length === 0 || of.some((author) => !agreed.has(author)) ? [] : [{ hash: hashOf(text.slice(from, to)), text: text.slice(from, to), of }];
  });
  return [...new Map(passages.map((passage) => [passage.hash, passage])).values()];
}

/** The numbers by which passages are found by what they mean (docs/adr/0020): which are missing, and keeping them. Nothing here makes them. */
export class Meanings {
  constructor(
    private readonly db: Database,
    private readonly parts: { ranking: Ranking; documents: Documents },
  ) {}

  /** Passages that have no numbers yet, some at a time. */
  async unread(access: Granted<'story.read'>, source: In<typeof assistGrants.unread>): Promise<Out<typeof assistGrants.unread>> {
    const { projectId } = access;
    const agreed = await store.agreed(this.db, projectId, source);
    // The question is the caller's own text, and goes there too.
    if (!agreed.has(access.userId) || !(await store.isOn(this.db, projectId, source))) return { on: false, passages: [], more: false };
    // What comes back is kept, and only those may change a work who may write in it.
    if (!may(access.role, 'story.write')) return { on: true, passages: [], more: false };
    const scenes = await this.#told(this.db, projectId);
    const open = await store.unread(
      this.db,
      projectId,
      scenes.map(({ documentId }) => documentId),
      source,
    );
    const passages: Out<typeof assistGrants.unread>['passages'] = [];
    let looked = 0;
    for (const { documentId } of scenes) {
      const settledAt = open.get(documentId);
      if (settledAt === undefined) continue;
      if (looked++ === SCENES_AT_ONCE || passages.length >= MEANINGS_AT_ONCE) return { on: true, passages: passages.slice(0, MEANINGS_AT_ONCE), more: true };
      const found = sendable(await this.parts.documents.runs(this.db, access, documentId), agreed);
      const known = await store.hashes(this.db, documentId, source);
      const missing = found.filter(({ hash }) => !known.has(hash));
      if (missing.length === 0) await this.#markRead({ ...source, projectId }, documentId, settledAt, found);
      passages.push(...missing.map((passage) => ({ documentId, ...passage })));
    }
    return { on: true, passages: passages.slice(0, MEANINGS_AT_ONCE), more: passages.length > MEANINGS_AT_ONCE };
  }

  /** Keeps the numbers of those passages that stand in the manuscript, and may go to that provider, at this moment. */
  async keep(access: Granted<'story.write'>, { passages, ...source }: In<typeof assistGrants.keepMeanings>): Promise<{ kept: number }> {
    const { projectId } = access;
    const wanted = new Set(passages.map(({ documentId }) => documentId));
    const scenes = (await this.#told(this.db, projectId)).filter(({ documentId }) => wanted.has(documentId));
    const settled = await store.unread(this.db, projectId, [...wanted], source);
    const read: { documentId: DocumentId; runs: Run[] }[] = [];
    for (const { documentId } of scenes) read.push({ documentId, runs: await this.parts.documents.runs(this.db, access, documentId) });
    return this.db.transaction().execute(async (tx) => {
      // Behind whoever withdraws their word at this moment.
      await lockProject(tx, projectId);
      if (!(await store.isOn(tx, projectId, source))) return { kept: 0 };
      const agreed = await store.agreed(tx, projectId, source);
      let kept = 0;
      for (const { documentId, runs } of read) {
        const found = sendable(runs, agreed);
        const given = new Map(passages.filter((passage) => passage.documentId === documentId).map(({ hash, vector }) => [hash, Buffer.from(vector, 'base64')]));
        const rows = found.flatMap(({ hash, of }) => (given.has(hash) ? [{ documentId, hash, authors: of, vector: given.get(hash)! }] : []));
        await store.keep(tx, { ...source, projectId }, rows);
        kept += rows.length;
        const known = await store.hashes(tx, documentId, source);
        const settledAt = settled.get(documentId);
        if (settledAt !== undefined && found.every(({ hash }) => known.has(hash)))
          await store.markRead(
            tx,
            { ...source, projectId },
            documentId,
            settledAt,
            found.map(({ hash }) => hash),
          );
      }
      return { kept };
    });
  }

  /** Which passages of these scenes come nearest to what a question means, the nearest first; none where the work is not found in by meaning. */
  async nearest(tx: Tx, projectId: ProjectId, { vector: base64, ...source }: Meaning, scenes: readonly Told[], limit: number): Promise<Near[]> {
    if (!(await store.isOn(tx, projectId, source))) return [];
    const vector = Buffer.from(base64, 'base64');
    return this.parts.ranking.nearest(tx, { among: { ...source, projectId, documentIds: scenes.map(({ documentId }) => documentId), bytes: vector.byteLength }, vector, limit });
  }

  async #told(db: Reader, projectId: ProjectId): Promise<Told[]> {
    const tree = new OutlineTree(await nodes.live(db, projectId));
    return tree.readingOrder().filter((node) => isToldIn(tree, node));
  }

  #markRead(source: store.Source & { projectId: ProjectId }, documentId: DocumentId, settledAt: string, found: readonly Passage[]): Promise<void> {
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, source.projectId);
      await store.markRead(
        tx,
        source,
        documentId,
        settledAt,
        found.map(({ hash }) => hash),
      );
    });
  }
}

/** Where in texts, as they are now, those passages stand; one whose words have changed is nowhere. */
export function placesOf(near: readonly Near[], scenes: readonly { documentId: DocumentId; text: string }[]): RankedPassage[] {
  const places = new Map(scenes.flatMap(({ documentId, text }, at) => passageBounds(text).map(({ from, to }) => [`${documentId} ${hashOf(text.slice(from, to))}`, { text: at, from, to, score: 0 }] as const)));
  return near.flatMap(({ documentId, hash }) => places.get(`${documentId} ${hash}`) ?? []);
}
