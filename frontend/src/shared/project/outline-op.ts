import { DocumentId, type Node, NodeId, type NodeKind, type NodeStatus, type Numbering, type Place, type ProjectId, routes, unreachable } from '@cowrite/contract';
import { isRefusal, numberingFromTitle, OutlineTree, planInsert, planMove, withStandings } from '@cowrite/manuscript';
import { call } from '../api/call.ts';
import { newId } from './new-id.ts';
import { withNodes, withoutNodes } from './project-copy.ts';

export interface NodePatch {
  title?: string;
  status?: NodeStatus;
  label?: string;
  note?: string;
  aiHidden?: boolean;
  numbering?: Numbering;
}

/**
 * What a person did to the outline, as it waits on this device. Each may be sent twice and takes effect once: creations
 * carry their ids, the others say where things end up.
 */
export type OutlineOp = { opId: string; atMs: number } & (
  | { kind: 'create'; nodeKind: NodeKind; title: string; at: Place; numbering: Numbering; id: NodeId; sceneId: NodeId | null; documentId: DocumentId | null }
  | { kind: 'update'; nodeId: NodeId; patch: NodePatch }
  | { kind: 'move'; nodeIds: NodeId[]; to: Place }
  | { kind: 'trash'; nodeIds: NodeId[] }
  | { kind: 'restore'; nodes: Node[]; nodeIds: NodeId[] }
);

const stamp = () => ({ opId: newId(), atMs: Date.now() });

/** A new node, with its ids made here; a chapter brings its scene. */
export function createOp(nodeKind: NodeKind, title: string, at: Place): Extract<OutlineOp, { kind: 'create' }> {
  return {
    ...stamp(),
    kind: 'create',
    nodeKind,
    title,
    at,
    numbering: nodeKind === 'chapter' ? numberingFromTitle(title) : 'counted',
    id: NodeId.parse(newId()),
    sceneId: nodeKind === 'chapter' ? NodeId.parse(newId()) : null,
    documentId: nodeKind === 'chapter' || nodeKind === 'scene' ? DocumentId.parse(newId()) : null,
  };
}

export const updateOp = (nodeId: NodeId, patch: NodePatch): OutlineOp => ({ ...stamp(), kind: 'update', nodeId, patch });
export const moveOp = (nodeIds: NodeId[], to: Place): OutlineOp => ({ ...stamp(), kind: 'move', nodeIds, to });
export const trashOp = (nodeIds: NodeId[]): OutlineOp => ({ ...stamp(), kind: 'trash', nodeIds });
export const restoreOp = (nodeIds: NodeId[], nodes: Node[]): OutlineOp => ({ ...stamp(), kind: 'restore', nodeIds, nodes });

/** The outline as it looks once `op` has happened; an op that can no longer happen changes nothing. */
export function afterOp(nodes: readonly Node[], op: OutlineOp, projectId: ProjectId): readonly Node[] {
  switch (op.kind) {
    case 'create':
      return afterCreate(nodes, op, projectId);
    case 'update':
      return nodes.map((node) => (node.id === op.nodeId ? { ...node, ...op.patch } : node));
    case 'move': {
      const plan = planMove(new OutlineTree(nodes), op.nodeIds, op.to);
      return isRefusal(plan) ? nodes : (withStandings(nodes, plan as never) as Node[]);
    }
    case 'trash':
      return withoutNodes(nodes, op.nodeIds);
    case 'restore': {
      const known = new Set<string>(nodes.map((node) => node.id));
      return [...nodes, ...op.nodes.filter((node) => !known.has(node.id))];
    }
    default:
      return unreachable(op);
  }
}

function afterCreate(nodes: readonly Node[], op: Extract<OutlineOp, { kind: 'create' }>, projectId: ProjectId): readonly Node[] {
  if (nodes.some((node) => node.id === op.id)) return nodes;
  const plan = planInsert(new OutlineTree(nodes), [op.id], op.nodeKind, op.at);
  if (isRefusal(plan)) return nodes;
  const mine = plan.find((standing) => standing.id === op.id);
  if (!mine) return nodes;
  const at = new Date(op.atMs).toISOString();
  const blank = { projectId, numbering: op.numbering, status: 'draft' as const, label: '', note: '', aiHidden: false, lengths: null, rev: 0, createdAt: at, updatedAt: at, trashedAt: null };
  const node: Node = { ...blank, id: op.id, parentId: mine.parentId === null ? null : NodeId.parse(mine.parentId), kind: op.nodeKind, title: op.title, orderKey: mine.orderKey, documentId: op.nodeKind === 'scene' ? op.documentId : null };
  const made: Node[] = op.sceneId === null ? [node] : [node, { ...blank, id: op.sceneId, parentId: op.id, kind: 'scene', title: op.title, orderKey: 'a0', documentId: op.documentId }];
  return [...nodes, ...made];
}

/**
 * Sends `op` to core. Answers what core's truth now holds of it.
 * @throws Problem when core refuses; TypeError when there is no network.
 */
export async function sendOp(projectId: ProjectId, op: OutlineOp): Promise<(nodes: readonly Node[]) => Node[]> {
  switch (op.kind) {
    case 'create': {
      const made = await call(routes.outline.create, {
        projectId,
        kind: op.nodeKind,
        title: op.title,
        at: op.at,
        numbering: op.numbering,
        id: op.id,
        ...(op.sceneId ? { sceneId: op.sceneId } : {}),
        ...(op.documentId ? { documentId: op.documentId } : {}),
      });
      return (nodes) => withNodes(nodes, made.nodes);
    }
    case 'update': {
      const node = await call(routes.outline.update, { projectId, nodeId: op.nodeId, ...op.patch });
      return (nodes) => withNodes(nodes, [node]);
    }
    case 'move': {
      const moved = await call(routes.outline.move, { projectId, nodeIds: op.nodeIds, to: op.to });
      return (nodes) => withNodes(nodes, moved.nodes);
    }
    case 'trash': {
      const gone = await call(routes.outline.trash, { projectId, nodeIds: op.nodeIds });
      return (nodes) => withoutNodes(nodes, gone.nodeIds);
    }
    case 'restore': {
      const back = await call(routes.outline.restore, { projectId, nodeIds: op.nodeIds });
      return (nodes) => withNodes(nodes, back.nodes);
    }
    default:
      return unreachable(op);
  }
}
