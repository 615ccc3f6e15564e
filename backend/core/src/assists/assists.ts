import {
  type AiSettings,
  type assistGrants,
  ASSIST_NEEDS,
  type AssistTask,
  type DocumentId,
  FORECAST_EPISODES_MAX,
  type In,
  may,
  type NodeId,
  type Out,
  Problem,
  type ProjectId,
  type Provider,
  type StoryBrief,
  type UserId,
} from '@cowrite/contract';
import { fused, OutlineTree, type RankedPassage, withNeighbours } from '@cowrite/manuscript';
import type { Documents } from '../documents/documents.ts';
import * as members from '../members/members.store.ts';
import * as nodes from '../outline/outline.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Reader, Tx } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import type { Keys } from '../platform/keys.ts';
import { appendEvent, lockProject } from '../platform/outbox.ts';
import type { Workers } from '../platform/workers.ts';
import * as projects from '../projects/projects.store.ts';
import * as store from './assists.store.ts';
import { type BriefRead, type BriefScene, briefOf } from './brief.ts';
import { type Meaning, type Meanings, placesOf } from './meanings.ts';
import * as meanings from './meanings.store.ts';
import { isHiddenIn, isToldIn, type Node } from './told.ts';

/** Long work lasts, and whoever asked for it has gone to bed meanwhile. */
const MANDATE_MS = 24 * 3_600_000;
/** So many passages are looked at, from at most so many scenes. */
const PASSAGES = 16;
const SCENES = 12;
/** So many episodes before the first that is asked about are told, to be summed up. */
const REMEMBERED = 8;

/** What help by AI may have: who agreed to what, and what of the manuscript is told for a task. Nothing here knows a model. */
export class Assists {
  constructor(
    private readonly db: Database,
    private readonly parts: { keys: Keys; workers: Workers; documents: Documents; meanings: Meanings },
    private readonly clock: Clock,
  ) {}

  async settings(access: Granted<'project.read'>): Promise<AiSettings> {
    return this.#settings(this.db, access);
  }

  /** Decides for the work, and gives the owner's own word for their text. Everyone in it hears of it. */
  async decide(access: Granted<'project.manage'>, input: In<typeof assistGrants.decide>): Promise<AiSettings> {
    const at = this.clock.now();
    const { projectId, userId: by } = access;
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, projectId);
      await store.decide(tx, { ...input, projectId, by, at });
      await store.allow(tx, projectId, input.allowed, at);
      await store.agree(tx, projectId, by, input.allowed, at);
      await meanings.forget(tx, projectId);
      return this.#tell(tx, access, at);
    });
  }

  /** Says where one's own text may go, from now on. */
  async agree(access: Granted<'project.read'>, { agreed }: In<typeof assistGrants.agree>): Promise<AiSettings> {
    const at = this.clock.now();
    const { projectId, userId } = access;
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, projectId);
      await store.agree(tx, projectId, userId, agreed, at);
      await meanings.forget(tx, projectId);
      return this.#tell(tx, access, at);
    });
  }

  /** A token that the AI service shows for briefs in this person's name. Whoever has one can read no more than that person can. */
  async mandate(access: Granted<'story.read'>): Promise<Out<typeof assistGrants.mandate>> {
    const { token, expiresAt } = await this.parts.keys.sign('mandate', { sub: access.userId, project: access.projectId, credential: access.credential }, this.clock, MANDATE_MS);
    return { mandate: token, expiresAt: expiresAt.toISOString() };
  }

  /**
   * What may be told for a task.
   * @throws Problem `ai-off`, `ai-never`, `forecast-off`, `consent-needed`, `forbidden` for a role that may not ask for this, `hidden-from-ai`, `not-found`, `text-changed`, `too-large`.
   */
  async brief(access: Granted<'story.read'>, { task, providers, meaning, people: named }: In<typeof assistGrants.brief>): Promise<StoryBrief> {
    if (!may(access.role, ASSIST_NEEDS[task.feature])) throw new Problem('forbidden');
    const { projectId } = access;
    // One snapshot of the database for all of it: what is told stood in the manuscript at one moment.
    return this.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        const [work, setting, allowed, consents, live, people] = [
          await projects.read(tx, projectId),
          await store.setting(tx, projectId),
          await store.allowed(tx, projectId),
          await store.consents(tx, projectId),
          await nodes.live(tx, projectId),
          await members.list(tx, projectId),
        ];
        if (setting?.mode === 'never') throw new Problem('ai-never');
        if (setting?.mode !== 'on') throw new Problem('ai-off');
        if ((task.feature === 'forecast' || task.feature === 'endings') && !setting.forecast) throw new Problem('forecast-off');
        const isUnder = (row: { provider: Provider; notice: string }): boolean => providers.some(({ provider, notice }) => provider === row.provider && notice === row.notice);
        const [first, ...others] = providers.map(({ provider }) => provider).filter((provider) => allowed.some((row) => row.provider === provider && isUnder(row)));
        if (first === undefined)
          throw new Problem('consent-needed', {
            people: people
              .filter(({ role }) => role === 'owner')
              .map(({ name }) => name)
              .join(', '),
            userIds: people.filter(({ role }) => role === 'owner').map(({ userId }) => userId),
            where: work.title,
            provider: providers[0]!.provider,
          });
        const agreements = new Set(consents.filter(isUnder).map(({ user_id: userId, provider }) => `${userId} ${provider}`));
        const material = await this.#read(tx, access, { task, meaning }, live);
        const authors = new Set([...material.scenes, ...material.found, ...(material.before === null ? [] : [material.before])].flatMap(({ runs }) => runs.flatMap(({ by }) => (by === null ? [] : [by as UserId]))));
        const names = await store.names(tx, [...authors]);
        const agreed = (userId: UserId, provider: Provider): boolean => agreements.has(`${userId} ${provider}`);
        const told = briefOf(task, { ...material, work, providers: [first, ...others], asker: access.userId, nameOf: (userId) => names.get(userId) ?? '?', agreed });
        return {
          ...told,
          also: told.also.filter((other) => named.every((userId) => agreed(userId, other))),
          unwilling: named.filter((userId) => !agreed(userId, first)),
          cacheAnswers: setting.cache_answers,
          keepTexts: setting.keep_texts,
        };
      });
  }

  /** The scenes that a task needs, and the passages that a question is about. @throws Problem `not-found`, `hidden-from-ai` */
  async #read(
    tx: Tx,
    access: Granted<'story.read'>,
    { task, meaning }: { task: AssistTask; meaning: Meaning | undefined },
    live: readonly Node[],
  ): Promise<{ scenes: BriefScene[]; before: BriefScene | null; found: BriefScene[]; passages: RankedPassage[]; read: BriefRead | null }> {
    const tree = new OutlineTree(live);
    const order = tree.readingOrder();
    const scene = async (node: Node & { documentId: DocumentId }): Promise<BriefScene> => {
      const runs = await this.parts.documents.runs(tx, access, node.documentId);
      return { documentId: node.documentId, title: titleOf(tree, node), text: runs.map(({ text }) => text).join(''), runs };
    };
    const isHidden = (node: Node): boolean => isHiddenIn(tree, node);
    const isTold = (node: Node) => isToldIn(tree, node);
    const nothing = { scenes: [], before: null, found: [], passages: [], read: null };
    if ('span' in task) {
      const at = order.findIndex((node) => node.documentId === task.span.documentId);
      const node = order[at];
      if (node === undefined) throw new Problem('not-found');
      if (!isTold(node)) throw new Problem('hidden-from-ai');
      const earlier = task.feature === 'translate' ? undefined : order.slice(0, at).findLast(isTold);
      return { ...nothing, scenes: [await scene(node)], before: earlier === undefined ? null : await scene(earlier) };
    }
    if (task.feature === 'summarise' || task.feature === 'react') {
      const root = tree.get(task.nodeId);
      if (root === undefined) throw new Problem('not-found');
      if (isHidden(root)) throw new Problem('hidden-from-ai');
      const scenes: BriefScene[] = [];
      for (const node of [root, ...tree.descendants(root.id)].filter(isTold)) scenes.push(await scene(node));
      return { ...nothing, scenes };
    }
    if (task.feature === 'research') return nothing;
    if (task.feature === 'forecast' || task.feature === 'endings') {
      const [from, to] = task.feature === 'forecast' ? [task.fromId, task.toId] : [task.nodeId, task.nodeId];
      const { earlier, asked } = episodesOf(tree, order, from, to);
      if (asked.length > FORECAST_EPISODES_MAX) throw new Problem('too-large', { limit: `${FORECAST_EPISODES_MAX} episodes` });
      const told = async (episodes: readonly Node[]): Promise<BriefRead['asked']> => {
        const read: BriefRead['asked'][number][] = [];
        for (const episode of episodes) {
          const scenes: BriefScene[] = [];
          for (const node of [episode, ...tree.descendants(episode.id)].filter(isTold)) scenes.push(await scene(node));
          if (scenes.length > 0) read.push({ nodeId: episode.id, title: titleOf(tree, episode), scenes });
        }
        return read;
      };
      const read: BriefRead = { earlier: await told(earlier), asked: await told(asked), other: null };
      if (read.asked.length === 0) throw new Problem('hidden-from-ai');
      if (task.feature === 'endings' && 'nodeId' in task.other) {
        const other = tree.get(task.other.nodeId);
        if (other?.documentId == null) throw new Problem('not-found');
        if (!isTold(other)) throw new Problem('hidden-from-ai');
        read.other = await scene(other);
      }
      return { ...nothing, read, scenes: [...[...read.earlier, ...read.asked].flatMap(({ scenes }) => scenes), ...(read.other === null ? [] : [read.other])] };
    }
    const known = knownAt(tree, order, task.asOf).filter(isTold);
    const question = task.feature === 'ask' ? task.question : [task.character, task.message, ...task.said.slice(-4).map(({ text }) => text)].join('\n');
    const texts = await store.projected(
      tx,
      known.map(({ documentId }) => documentId),
    );
    // The projection says which scenes it is about; what is told is their text as it is now.
    const ranked = await this.parts.workers.run('rank-passages', { texts: texts.map(({ text }) => text), question, limit: PASSAGES });
    const near = meaning === undefined ? [] : await this.parts.meanings.nearest(tx, access.projectId, meaning, known, PASSAGES);
    const wanted = scenesOf([ranked.map(({ text }) => texts[text]!.documentId), near.map(({ documentId }) => documentId)], SCENES);
    const found: BriefScene[] = [];
    for (const node of known) if (wanted.has(node.documentId)) found.push(await scene(node));
    const again = found.map(({ text }) => text);
    const byWords = await this.parts.workers.run('rank-passages', { texts: again, question, limit: PASSAGES });
    const byMeaning = placesOf(near, found);
    return { ...nothing, found, passages: withNeighbours(again, byMeaning.length === 0 ? byWords : fused([byWords, byMeaning], PASSAGES)) };
  }

  async #tell(tx: Tx, access: { projectId: ProjectId; userId: UserId }, at: Date): Promise<AiSettings> {
    const settings = await this.#settings(tx, access);
    await appendEvent(tx, { projectId: access.projectId, by: access.userId, at, change: { type: 'ai.changed', settings } });
    return settings;
  }

  async #settings(db: Reader, { projectId }: { projectId: ProjectId }): Promise<AiSettings> {
    const [setting, allowed, consents, people] = [await store.setting(db, projectId), await store.allowed(db, projectId), await store.consents(db, projectId), await members.list(db, projectId)];
    const agreement = ({ provider, notice, agreed_at: at }: store.Agreed) => ({ provider, notice, at: at.toISOString() });
    return {
      mode: setting?.mode ?? 'off',
      allowed: allowed.map(agreement),
      cacheAnswers: setting?.cache_answers ?? false,
      keepTexts: setting?.keep_texts ?? false,
      byMeaning: setting?.by_meaning ?? false,
      forecast: setting?.forecast ?? false,
      members: people.map(({ userId, name }) => ({ userId, name, agreed: consents.filter((row) => row.user_id === userId).map(agreement) })),
    };
  }
}

/** Where a node is, as people say it: `1부 › 3화`. */
const titleOf = (tree: OutlineTree<Node>, node: Node): string =>
  [...tree.ancestors(node.id), node]
    .map(({ title }) => title)
    .filter((title) => title !== '')
    .join(' › ');

/**
 * The episodes from one to another, and some before them that a reader remembers. An episode is a chapter, or a scene that stands in
 * none; a scene of a chapter means its chapter. @throws Problem `not-found`
 */
function episodesOf(tree: OutlineTree<Node>, order: readonly Node[], fromId: NodeId, toId: NodeId): { earlier: readonly Node[]; asked: readonly Node[] } {
  const chapterOf = (node: Node): Node | undefined => [node, ...tree.ancestors(node.id)].find(({ kind }) => kind === 'chapter');
  const episodes = order.filter((node) => node.kind === 'chapter' || (node.documentId !== null && chapterOf(node) === undefined));
  const placeOf = (id: NodeId): number => {
    const node = tree.get(id);
    return node === undefined ? -1 : episodes.indexOf(chapterOf(node) ?? node);
  };
  const [from, to] = [placeOf(fromId), placeOf(toId)];
  if (from < 0 || to < from) throw new Problem('not-found');
  return { earlier: episodes.slice(Math.max(0, from - REMEMBERED), from), asked: episodes.slice(from, to + 1) };
}

/** The nodes that are known when one has read as far as `asOf`, with all that is under it. @throws Problem `not-found` */
function knownAt(tree: OutlineTree<Node>, order: readonly Node[], asOf: NodeId | undefined): readonly Node[] {
  if (asOf === undefined) return order;
  const last = tree.get(asOf);
  if (last === undefined) throw new Problem('not-found');
  return order.slice(0, order.indexOf(last) + 1 + tree.descendants(last.id).length);
}

/** The first so many scenes of several orders, taken from each in turn. */
function scenesOf(orders: readonly (readonly DocumentId[])[], limit: number): Set<DocumentId> {
  const scenes = new Set<DocumentId>();
  for (let at = 0; orders.some((order) => at < order.length); at++) for (const order of orders) if (at < order.length && scenes.size < limit) scenes.add(order[at]!);
  return scenes;
}
