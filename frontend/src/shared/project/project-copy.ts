import { type AiSettings, type Member, type Node, type Project, type ProjectEvent, type UserId, unreachable } from '@cowrite/contract';

/** What this tab knows of a work: core's truth at event `seq`, without what waits in the outbox. */
export interface ProjectCopy {
  seq: number;
  project: Project;
  nodes: readonly Node[];
  members: readonly Member[];
  /** Whether AI helps here, and who agreed to it; null in a copy from before that was known. */
  ai: AiSettings | null;
}

/** What an event leads to: the next copy, or the word that the copy must be read again, or that one is no longer let in. */
export type Applied = { kind: 'copy'; copy: ProjectCopy } | { kind: 'reread' } | { kind: 'left' };

/**
 * A stale copy with the events after it equals a fresh read. An event that is already in the copy changes nothing; one
 * that skips a number asks for a reread. `me` is whose copy it is, because a role is part of what one sees.
 */
export function applyEvent(copy: ProjectCopy, event: ProjectEvent, me: UserId | string): Applied {
  if (event.seq <= copy.seq) return { kind: 'copy', copy };
  if (event.seq !== copy.seq + 1) return { kind: 'reread' };
  const next = { ...copy, seq: event.seq };
  const { change } = event;
  switch (change.type) {
    case 'nodes.changed':
      return { kind: 'copy', copy: { ...next, nodes: withNodes(copy.nodes, change.nodes) } };
    case 'nodes.trashed':
      return { kind: 'copy', copy: { ...next, nodes: withoutNodes(copy.nodes, change.nodeIds) } };
    case 'outline.replaced':
      return { kind: 'reread' };
    case 'project.changed':
      return { kind: 'copy', copy: { ...next, project: { ...copy.project, ...change.project } } };
    case 'member.changed': {
      const known = copy.members.some((member) => member.userId === change.member.userId);
      const members = known ? copy.members.map((member) => (member.userId === change.member.userId ? change.member : member)) : [...copy.members, change.member];
      const project = change.member.userId === me ? { ...copy.project, role: change.member.role } : copy.project;
      return { kind: 'copy', copy: { ...next, members, project } };
    }
    case 'ai.changed':
      return { kind: 'copy', copy: { ...next, ai: change.settings } };
    case 'member.left':
      if (change.userId === me) return { kind: 'left' };
      return { kind: 'copy', copy: { ...next, members: copy.members.filter((member) => member.userId !== change.userId) } };
    // Neither is part of the copy; who shows them hears of it by itself.
    case 'translation.changed':
    case 'terms.changed':
      return { kind: 'copy', copy: next };
    default:
      return unreachable(change);
  }
}

/** `nodes` with `changed` put in place of what was there; what is in the trash now leaves with everything under it. */
export function withNodes(nodes: readonly Node[], changed: readonly Node[]): Node[] {
  const fresh = new Map(changed.map((node) => [node.id, node]));
  const kept = nodes.map((node) => {
    const found = fresh.get(node.id);
    fresh.delete(node.id);
    // An answer to one's own call may be older than an event that overtook it.
    return found && found.rev >= node.rev ? { ...found, lengths: found.lengths ?? node.lengths } : node;
  });
  const all = [...kept, ...fresh.values()];
  const gone = all.filter((node) => node.trashedAt !== null).map((node) => node.id);
  return gone.length > 0 ? withoutNodes(all, gone) : all;
}

/** `nodes` without `ids` and everything under them. */
export function withoutNodes(nodes: readonly Node[], ids: readonly string[]): Node[] {
  const gone = new Set<string>(ids);
  const under = new Map<string, Node[]>();
  for (const node of nodes) if (node.parentId !== null) under.set(node.parentId, [...(under.get(node.parentId) ?? []), node]);
  const waiting = [...gone];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const child of under.get(id) ?? []) {
      gone.add(child.id);
      waiting.push(child.id);
    }
  }
  return nodes.filter((node) => !gone.has(node.id));
}
