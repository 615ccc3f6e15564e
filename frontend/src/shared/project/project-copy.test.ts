import { type Member, type Node, NodeId, type Project, ProjectId, type ProjectChange, type ProjectEvent, UserId } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { applyEvent, type ProjectCopy, withNodes, withoutNodes } from './project-copy.ts';

const uuid = (n: number) => `01936f6e-0000-7000-8000-${String(n).padStart(12, '0')}`;
const projectId = ProjectId.parse(uuid(1));
const garam = UserId.parse(uuid(2));
const naru = UserId.parse(uuid(3));
const at = '2026-11-23T05:00:00.000Z';
const node = (n: number, parent: number | null, more: Partial<Node> = {}): Node => ({
  id: NodeId.parse(uuid(n)),
  projectId,
  parentId: parent === null ? null : NodeId.parse(uuid(parent)),
  kind: 'chapter',
  title: `${n}`,
  orderKey: `a${n}`,
  numbering: 'counted',
  status: 'draft',
  label: '',
  note: '',
  aiHidden: false,
  documentId: null,
  lengths: null,
  rev: 1,
  createdAt: at,
  updatedAt: at,
  trashedAt: null,
  ...more,
});
const member = (userId: UserId, role: Member['role']): Member => ({ userId, name: userId === garam ? '가람' : '나루', role, colour: 1, joinedAt: at });
const project: Project = { id: projectId, title: '동백꽃', description: '', genre: '', settings: {}, coverId: null, state: 'active', role: 'owner', rev: 1, seq: 4, createdAt: at, updatedAt: at, trashedAt: null };
const stale: ProjectCopy = { seq: 4, project, nodes: [node(10, null, { kind: 'part' }), node(11, 10), node(12, 11, { kind: 'scene' })], members: [member(garam, 'owner')], ai: null };

const event = (seq: number, change: ProjectChange): ProjectEvent => ({ projectId, seq, by: naru, change });
const after = (copy: ProjectCopy, ...changes: ProjectChange[]): ProjectCopy =>
  changes.reduce((now, change) => {
    const applied = applyEvent(now, event(now.seq + 1, change), garam);
    if (applied.kind !== 'copy') throw new Error(applied.kind);
    return applied.copy;
  }, copy);

test('a stale copy with the events after it equals a fresh read', () => {
  const { role, seq, ...shared } = { ...project, title: '동백꽃 2판', rev: 2 };
  const fresh: ProjectCopy = {
    seq: 9,
    project: { ...project, title: '동백꽃 2판', rev: 2 },
    nodes: [node(10, null, { kind: 'part', title: '봄', rev: 2 }), node(13, 10)],
    members: [member(garam, 'owner'), member(naru, 'writer')],
    ai: null,
  };
  expect(role).toBe('owner');
  expect(seq).toBe(4);
  expect(
    after(
      stale,
      { type: 'nodes.changed', nodes: [node(10, null, { kind: 'part', title: '봄', rev: 2 }), node(13, 10)] },
      { type: 'nodes.trashed', nodeIds: [NodeId.parse(uuid(11)), NodeId.parse(uuid(12))] },
      { type: 'project.changed', project: shared },
      { type: 'member.changed', member: member(naru, 'reader') },
      { type: 'member.changed', member: member(naru, 'writer') },
    ),
  ).toEqual(fresh);
});

test('takes an event once, and asks for a reread when one is missing or too much changed', () => {
  const again = applyEvent(stale, event(4, { type: 'nodes.trashed', nodeIds: [NodeId.parse(uuid(10))] }), garam);
  expect(again).toEqual({ kind: 'copy', copy: stale });
  expect(applyEvent(stale, event(6, { type: 'nodes.trashed', nodeIds: [] }), garam)).toEqual({ kind: 'reread' });
  expect(applyEvent(stale, event(5, { type: 'outline.replaced' }), garam)).toEqual({ kind: 'reread' });
});

test('one’s own role follows, and leaving says so', () => {
  expect(after(stale, { type: 'member.changed', member: member(garam, 'reader') }).project.role).toBe('reader');
  expect(applyEvent(stale, event(5, { type: 'member.left', userId: garam }), garam)).toEqual({ kind: 'left' });
  const both = after(stale, { type: 'member.changed', member: member(naru, 'writer') });
  expect(after(both, { type: 'member.left', userId: naru }).members).toEqual(stale.members);
});

test('an answer that an event overtook does not put old things back', () => {
  const newer = withNodes(stale.nodes, [node(11, 10, { title: '새 이름', rev: 3 })]);
  expect(withNodes(newer, [node(11, 10, { title: '옛 이름', rev: 2 })]).find(({ id }) => id === uuid(11))?.title).toBe('새 이름');
});

test('what goes takes everything under it along', () => {
  expect(withoutNodes(stale.nodes, [uuid(10)])).toEqual([]);
  expect(withNodes(stale.nodes, [node(11, 10, { trashedAt: at, rev: 2 })]).map(({ id }) => id)).toEqual([uuid(10)]);
});
