import { DocumentId, type In, type Node, NodeId, type NodeKind, type Out, type outline, type Place, Problem, type ProjectId } from '@cowrite/contract';
import { between, isRefusal, mayContain, numberingFromTitle, OutlineTree, planInsert, planMove, type Refusal, type Standing, sumOfLengths } from '@cowrite/manuscript';
import { newId } from '@cowrite/service-kit';
import type { Limits } from '../config.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import { appendEvent, lockProject } from '../platform/outbox.ts';
import * as store from './outline.store.ts';

const refuse = (refusal: Refusal): never => {
  throw new Problem(refusal === 'unknown-node' ? 'not-found' : 'impossible-move');
};

/**
 * The outline (차례) of a work. Every change holds the project's row, so that two people's moves happen one after the
 * other, each decided on what the one before left behind: no cycle, no orphan, and both are told the final places.
 */
export class Outline {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly limits: Pick<Limits, 'nodesMax'>,
  ) {}

  async list(access: Granted<'story.read'>): Promise<Out<typeof outline.list>> {
    const { seq, nodes } = await store.liveWithSeq(this.db, access.projectId);
    return { seq, nodes: new OutlineTree(nodes).readingOrder() };
  }

  /**
   * Adds a node; a chapter with its one scene. The same client-made id again answers what is there.
   * @throws Problem `not-found` (no such parent or neighbour), `impossible-move`, `in-trash`, `too-large`, `invalid-input` (id taken).
   */
  async create(access: Granted<'story.write'>, input: In<typeof outline.create>): Promise<Out<typeof outline.create>> {
    return this.#inTurn(access, async (tx, at) => {
      if (input.id !== undefined) {
        const [made] = await store.some(tx, access.projectId, [input.id]);
        if (made !== undefined) return this.#made(tx, access.projectId, made);
      }
      const id = input.id ?? newId(NodeId, this.clock.now());
      const sceneId = input.kind === 'chapter' ? (input.sceneId ?? newId(NodeId, this.clock.now())) : null;
      const documentId = input.kind === 'chapter' || input.kind === 'scene' ? (input.documentId ?? newId(DocumentId, this.clock.now())) : null;
      const nodeIds = sceneId === null ? [id] : [id, sceneId];
      if (await store.anyTaken(tx, nodeIds, documentId === null ? [] : [documentId])) throw new Problem('invalid-input', {}, [{ path: 'id', message: 'taken' }]);
      if ((await store.countAll(tx, access.projectId)) + nodeIds.length > this.limits.nodesMax) throw new Problem('too-large', { limit: this.limits.nodesMax });

      const tree = new OutlineTree(await store.live(tx, access.projectId));
      const place: Place = input.at ?? { place: 'into', nodeId: input.parentId ?? null };
      if (place.nodeId !== null && tree.get(place.nodeId) === undefined) await this.#whyNotThere(tx, access.projectId, place.nodeId);
      const plan = planInsert(tree, [id], input.kind, place);
      if (isRefusal(plan)) return refuse(plan);
      const [standing, ...others] = plan;
      await store.place(tx, access.projectId, others, at);
      const row = (values: { id: NodeId; parent_id: NodeId | null; kind: NodeKind; title: string; order_key: string; numbering: Node['numbering'] }) => ({
        ...values,
        project_id: access.projectId,
        status: 'draft' as const,
        label: '',
        note: '',
        rev: 1,
        created_at: at,
        updated_at: at,
        trashed_at: null,
        trash_root: null,
        import_id: null,
      });
      const numbering = input.numbering ?? (input.kind === 'chapter' ? numberingFromTitle(input.title) : 'counted');
      const rows = [row({ id, parent_id: standing!.parentId as NodeId | null, kind: input.kind, title: input.title, order_key: standing!.orderKey, numbering })];
      // The one scene of a chapter has no name of its own: the two are shown as one row.
      if (sceneId !== null) rows.push(row({ id: sceneId, parent_id: id, kind: 'scene', title: '', order_key: between(null, null), numbering: 'counted' }));
      await store.add(tx, rows, documentId === null ? [] : [{ id: documentId, project_id: access.projectId, node_id: sceneId ?? id }]);
      const nodes = await store.some(tx, access.projectId, [...nodeIds, ...others.map((each) => each.id as NodeId)]);
      await this.#tell(tx, access, at, nodes);
      return this.#made(
        tx,
        access.projectId,
        nodes.find((node) => node.id === id)!,
      );
    });
  }

  /** @throws Problem `not-found`, `in-trash`, `stale-revision` with the current one. */
  async update(access: Granted<'story.write'>, { nodeId, rev, aiHidden, ...values }: In<typeof outline.update>): Promise<Node> {
    return this.#inTurn(access, async (tx, at) => {
      const [before] = await store.some(tx, access.projectId, [nodeId]);
      if (before === undefined) throw new Problem('not-found');
      if (before.trashedAt !== null) throw new Problem('in-trash');
      if (rev !== undefined && rev !== before.rev) throw new Problem('stale-revision', { current: before.rev });
      if ([...Object.values(values), aiHidden].every((value) => value === undefined)) return before;
      await store.change(tx, access.projectId, nodeId, { ...values, ai_hidden: aiHidden, updated_at: at });
      const [after] = await store.some(tx, access.projectId, [nodeId]);
      await this.#tell(tx, access, at, [after!]);
      return after!;
    });
  }

  /** @throws Problem `not-found`, `in-trash`, `impossible-move`. Nothing has moved then. */
  async move(access: Granted<'story.write'>, { nodeIds, to }: In<typeof outline.move>): Promise<Out<typeof outline.move>> {
    return this.#inTurn(access, async (tx, at) => {
      const tree = new OutlineTree(await store.live(tx, access.projectId));
      for (const id of to.nodeId === null ? nodeIds : [...nodeIds, to.nodeId]) if (tree.get(id) === undefined) await this.#whyNotThere(tx, access.projectId, id);
      const plan = planMove(tree, nodeIds, to);
      if (isRefusal(plan)) return refuse(plan);
      await store.place(tx, access.projectId, plan, at);
      const nodes = await store.some(
        tx,
        access.projectId,
        plan.map((each) => each.id as NodeId),
      );
      await this.#tell(tx, access, at, nodes);
      return { nodes: inOrderOf(plan, nodes) };
    });
  }

  /** Ids that are in the trash already are passed over. @throws Problem `not-found`. */
  async trash(access: Granted<'story.write'>, { nodeIds }: In<typeof outline.trash>): Promise<Out<typeof outline.trash>> {
    return this.#inTurn(access, async (tx, at) => {
      const known = await store.some(tx, access.projectId, nodeIds);
      if (known.length < new Set(nodeIds).size) throw new Problem('not-found');
      return { nodeIds: await this.trashIn(tx, access, nodeIds, at) };
    });
  }

  /** The part of `trash` that other use cases do in their own transaction, which holds the project. @returns what went. */
  async trashIn(tx: Tx, access: Granted<'story.write'>, nodeIds: readonly NodeId[], at: Date): Promise<NodeId[]> {
    const tree = new OutlineTree(await store.live(tx, access.projectId));
    const gone = tree.topmost(nodeIds).flatMap((top) => [top, ...tree.descendants(top.id)].map((node) => ({ id: node.id, root: top.id })));
    if (gone.length === 0) return [];
    await store.moveToTrash(tx, access.projectId, gone, at);
    const ids = gone.map((each) => each.id);
    await appendEvent(tx, { projectId: access.projectId, by: access.userId, at, change: { type: 'nodes.trashed', nodeIds: ids } });
    return ids;
  }

  async trashed(access: Granted<'story.read'>): Promise<Out<typeof outline.trashed>> {
    return { nodes: await store.trashRoots(this.db, access.projectId) };
  }

  /**
   * Takes nodes back with what went with them: to where they were, or to the end of the root when that is gone.
   * Ids that are live already are passed over. @throws Problem `not-found`.
   */
  async restore(access: Granted<'story.write'>, { nodeIds }: In<typeof outline.restore>): Promise<Out<typeof outline.restore>> {
    return this.#inTurn(access, async (tx, at) => {
      const known = await store.some(tx, access.projectId, nodeIds);
      if (known.length < new Set(nodeIds).size) throw new Problem('not-found');
      const rows = await store.trash(tx, access.projectId);
      const trash = new OutlineTree(rows.map((row) => ({ id: row.id, parentId: row.parent_id, kind: row.kind, orderKey: row.order_key, root: row.trash_root })));
      const live = new OutlineTree(await store.live(tx, access.projectId));
      const asked = new Set<string>(nodeIds);
      const kinds = new Map<string, NodeKind>(live.readingOrder().map((node) => [node.id, node.kind]));
      const keysUnder = new Map<string | null, string[]>();
      const taken: Standing[] = [];
      for (const node of trash.readingOrder()) {
        const above = trash.ancestors(node.id);
        // It comes when it was asked for, or with what it went with; what went in a removal of its own stays.
        if (!asked.has(node.id) && !above.some((each) => asked.has(each.id) && each.root === node.root)) continue;
        const parentKind = node.parentId === null ? null : kinds.get(node.parentId);
        const parentId = parentKind !== undefined && mayContain(parentKind, node.kind) ? node.parentId : null;
        const keys = keysUnder.get(parentId) ?? live.children(parentId).map((each) => each.orderKey);
        const orderKey = freeKey(keys, parentId === node.parentId ? node.orderKey : null);
        keysUnder.set(parentId, [...keys, orderKey].toSorted());
        kinds.set(node.id, node.kind);
        taken.push({ id: node.id, parentId, orderKey });
      }
      await store.place(tx, access.projectId, taken, at, { restored: true });
      const nodes = await store.some(
        tx,
        access.projectId,
        taken.map((each) => each.id as NodeId),
      );
      if (nodes.length > 0) await this.#tell(tx, access, at, nodes);
      return { nodes: inOrderOf(taken, nodes) };
    });
  }

  async lengths(access: Granted<'story.read'>): Promise<Out<typeof outline.lengths>> {
    const rows = await store.lengths(this.db, access.projectId);
    const oldest = rows.reduce((time, row) => Math.min(time, row.settledAt.getTime()), this.clock.now().getTime());
    return { project: sumOfLengths(rows.map((row) => row.lengths)), documents: Object.fromEntries(rows.map((row) => [row.documentId, row.lengths])), asOf: new Date(oldest).toISOString() };
  }

  async #inTurn<T>(access: Granted<'story.write'>, work: (tx: Tx, at: Date) => Promise<T>): Promise<T> {
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, access.projectId);
      return work(tx, this.clock.now());
    });
  }

  async #tell(tx: Tx, access: Granted<'story.write'>, at: Date, nodes: Node[]): Promise<void> {
    await appendEvent(tx, { projectId: access.projectId, by: access.userId, at, change: { type: 'nodes.changed', nodes } });
  }

  /** What `create` answers for a node that is there: a chapter speaks for its first scene. */
  async #made(tx: Tx, projectId: ProjectId, node: Node): Promise<Out<typeof outline.create>> {
    if (node.kind !== 'chapter') return { ...node, nodes: [node] };
    const scene = new OutlineTree(await store.live(tx, projectId)).descendants(node.id).find((under) => under.documentId !== null);
    return scene === undefined ? { ...node, nodes: [node] } : { ...node, documentId: scene.documentId, nodes: [node, scene] };
  }

  async #whyNotThere(tx: Tx, projectId: ProjectId, id: NodeId): Promise<never> {
    const [node] = await store.some(tx, projectId, [id]);
    throw new Problem(node === undefined ? 'not-found' : 'in-trash');
  }
}

/** `wanted` when no sibling has it, else a key right after; without a wish, after the last. `keys` ascending. */
function freeKey(keys: readonly string[], wanted: string | null): string {
  if (wanted === null) return between(keys.at(-1) ?? null, null);
  if (!keys.includes(wanted)) return wanted;
  return between(wanted, keys.find((key) => key > wanted) ?? null);
}

function inOrderOf(standings: readonly Standing[], nodes: readonly Node[]): Node[] {
  const byId = new Map<string, Node>(nodes.map((node) => [node.id, node]));
  return standings.flatMap((standing) => byId.get(standing.id) ?? []);
}
