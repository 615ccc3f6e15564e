import { type Node, NodeId, ProjectId } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { outlineViewOf } from '../../shared/project/display.ts';
import { rangeOf, rowsOf } from './rows.ts';

const id = (n: number) => NodeId.parse(`01936f6e-0000-7000-8000-${String(n).padStart(12, '0')}`);
const at = '2026-11-23T05:00:00.000Z';
const node = (n: number, kind: Node['kind'], title: string, parent: number | null = null): Node => ({
  id: id(n),
  projectId: ProjectId.parse('01936f6e-0000-7000-8000-000000000000'),
  parentId: parent === null ? null : id(parent),
  kind,
  title,
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
});

const view = outlineViewOf([node(1, 'part', '봄'), node(2, 'chapter', '1화 장인님', 1), node(3, 'scene', '장인님', 2), node(4, 'chapter', '감자', 1), node(5, 'scene', '아침', 4), node(6, 'scene', '저녁', 4)]);

test('shows a chapter of one scene as one line that opens it', () => {
  const rows = rowsOf(view, new Set(), 'ko');
  expect(rows.map((row) => [row.depth, row.number, row.title])).toEqual([
    [0, '', '봄'],
    [1, '1화', '장인님'],
    [1, '2화', '감자'],
    [2, '', '아침'],
    [2, '', '저녁'],
  ]);
  expect(rows[1]).toMatchObject({ expanded: null, scene: { id: id(3) } });
  expect(rows[2]).toMatchObject({ expanded: true, scene: null, position: 2, siblings: 2 });
});

test('hides what is under a collapsed node', () => {
  expect(rowsOf(view, new Set([id(1)]), 'ko')).toHaveLength(1);
});

test('selects from one line to another in either direction', () => {
  const rows = rowsOf(view, new Set(), 'ko');
  expect(rangeOf(rows, id(4), id(2))).toEqual([id(2), id(4)]);
});
