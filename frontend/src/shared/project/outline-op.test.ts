import { type Node, ProjectId } from '@cowrite/contract';
import { OutlineTree } from '@cowrite/manuscript';
import { expect, test } from 'vitest';
import { outlineViewOf, rowOf, sceneOf } from './display.ts';
import { newId } from './new-id.ts';
import { afterOp, createOp, moveOp, restoreOp, trashOp, updateOp } from './outline-op.ts';

const projectId = ProjectId.parse('01936f6e-0000-7000-8000-000000000001');
const titles = (nodes: readonly Node[]) =>
  new OutlineTree(nodes)
    .readingOrder()
    .filter((node) => node.kind === 'chapter')
    .map((node) => node.title);

const three = ['1화', '2화', '3화'].reduce<readonly Node[]>((nodes, title) => afterOp(nodes, createOp('chapter', title, { place: 'into', nodeId: null }), projectId), []);
const chapter = (title: string) => three.find((node) => node.kind === 'chapter' && node.title === title)!;

test('a new chapter brings the scene one writes in, and stands last', () => {
  expect(titles(three)).toEqual(['1화', '2화', '3화']);
  const view = outlineViewOf(three);
  const scene = sceneOf(view, chapter('2화').id)!;
  expect(scene.documentId).not.toBeNull();
  expect(rowOf(view, scene).id).toBe(chapter('2화').id);
});

test('the same creation laid over what core already holds adds nothing', () => {
  const op = createOp('chapter', '4화', { place: 'into', nodeId: null });
  const once = afterOp(three, op, projectId);
  expect(afterOp(once, op, projectId)).toBe(once);
});

test('moves, renames and trashes show at once, and a restored node is back with its scene', () => {
  const moved = afterOp(three, moveOp([chapter('3화').id], { place: 'before', nodeId: chapter('1화').id }), projectId);
  expect(titles(moved)).toEqual(['3화', '1화', '2화']);
  const renamed = afterOp(moved, updateOp(chapter('1화').id, { title: '닭싸움' }), projectId);
  expect(titles(renamed)).toEqual(['3화', '닭싸움', '2화']);
  const gone = three.filter((node) => node.id === chapter('2화').id || node.parentId === chapter('2화').id);
  const trashed = afterOp(renamed, trashOp([chapter('2화').id]), projectId);
  expect(titles(trashed)).toEqual(['3화', '닭싸움']);
  expect(trashed).toHaveLength(4);
  expect(titles(afterOp(trashed, restoreOp([chapter('2화').id], gone), projectId))).toEqual(['3화', '닭싸움', '2화']);
});

test('a move that can no longer happen changes nothing', () => {
  const elsewhere = createOp('part', '1부', { place: 'into', nodeId: null });
  expect(afterOp(three, moveOp([chapter('1화').id], { place: 'into', nodeId: elsewhere.id }), projectId)).toBe(three);
});

test('ids made on this device sort by time and are of version 7', () => {
  const first = newId(1_000, new Uint8Array(10).fill(255));
  const second = newId(1_001, new Uint8Array(10));
  expect(first < second).toBe(true);
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
