import type { NodeKind, Place } from '@cowrite/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal, mayContain, type OutlineRow, OutlineTree, planInsert, planMove, withStandings } from './outline-tree.ts';

const row = (id: string, kind: NodeKind, orderKey: string, parentId: string | null = null): OutlineRow => ({ id, kind, orderKey, parentId });
const place = (value: { place: 'before' | 'after'; nodeId: string } | { place: 'into'; nodeId: string | null }): Place => value as Place;

/** 1부 { 1화 { 장면 가, 장면 나 }, 2화 }, 2부, 외딴 장면 */
const small = [row('1부', 'part', 'a0'), row('1화', 'chapter', 'a0', '1부'), row('가', 'scene', 'a0', '1화'), row('나', 'scene', 'a1', '1화'), row('2화', 'chapter', 'a1', '1부'), row('2부', 'part', 'a1'), row('외딴', 'scene', 'a2')];
const order = (rows: readonly OutlineRow[]) => new OutlineTree(rows).readingOrder().map((each) => each.id);
const moved = (ids: string[], to: Parameters<typeof place>[0]) => {
  const plan = planMove(new OutlineTree(small), ids, place(to));
  return isRefusal(plan) ? plan : order(withStandings(small, plan));
};

test('reads a parent, then what it holds', () => {
  expect(order(small)).toEqual(['1부', '1화', '가', '나', '2화', '2부', '외딴']);
  const tree = new OutlineTree(small);
  expect(tree.ancestors('나').map((each) => each.id)).toEqual(['1부', '1화']);
  expect(tree.descendants('1부').map((each) => each.id)).toEqual(['1화', '가', '나', '2화']);
});

test('a node whose parent is gone is shown at the root', () => {
  expect(order([row('길 잃은 장면', 'scene', 'a0', '없는 화')])).toEqual(['길 잃은 장면']);
});

test('moves before, after and into', () => {
  expect(moved(['2화'], { place: 'before', nodeId: '1화' })).toEqual(['1부', '2화', '1화', '가', '나', '2부', '외딴']);
  expect(moved(['가'], { place: 'after', nodeId: '나' })).toEqual(['1부', '1화', '나', '가', '2화', '2부', '외딴']);
  expect(moved(['1화'], { place: 'into', nodeId: '2부' })).toEqual(['1부', '2화', '2부', '1화', '가', '나', '외딴']);
  expect(moved(['1부'], { place: 'into', nodeId: null })).toEqual(['2부', '외딴', '1부', '1화', '가', '나', '2화']);
});

test('moves many in their reading order, whatever order they were chosen in, and takes what is under them along once', () => {
  expect(moved(['외딴', '나', '1화'], { place: 'into', nodeId: '2부' })).toEqual(['1부', '2화', '2부', '1화', '가', '나', '외딴']);
});

test('a move next to itself changes nothing', () => {
  expect(moved(['1화'], { place: 'before', nodeId: '1화' })).toEqual(order(small));
  expect(moved(['1화', '2화'], { place: 'after', nodeId: '1화' })).toEqual(order(small));
});

test('refuses a place under itself, a place in something lower, and nodes that are not there', () => {
  expect(moved(['1부'], { place: 'into', nodeId: '1화' })).toBe('impossible-place');
  expect(moved(['1부'], { place: 'before', nodeId: '가' })).toBe('impossible-place');
  expect(moved(['가'], { place: 'into', nodeId: '나' })).toBe('impossible-place');
  expect(moved(['2부'], { place: 'into', nodeId: '1부' })).toBe('impossible-place');
  expect(moved(['없음'], { place: 'into', nodeId: null })).toBe('unknown-node');
  expect(moved(['가'], { place: 'before', nodeId: '없음' })).toBe('unknown-node');
});

test('puts new nodes last in their parent, or where they are wanted', () => {
  const tree = new OutlineTree(small);
  expect(planInsert(tree, ['새'], 'chapter', { place: 'into', nodeId: null })).toEqual([{ id: '새', parentId: null, orderKey: 'a3' }]);
  expect(planInsert(tree, ['새'], 'part', place({ place: 'into', nodeId: '1화' }))).toBe('impossible-place');
  expect(planInsert(tree, ['새'], 'chapter', place({ place: 'before', nodeId: '2화' }))).toEqual([{ id: '새', parentId: '1부', orderKey: 'a0V' }]);
});

test('finds room between two siblings that share a key', () => {
  const twins = [row('ㄱ', 'scene', 'a0'), row('ㄴ', 'scene', 'a0'), row('ㄷ', 'scene', 'a1')];
  const plan = planMove(new OutlineTree(twins), ['ㄷ'], place({ place: 'after', nodeId: 'ㄱ' }));
  expect(isRefusal(plan) ? plan : order(withStandings(twins, plan))).toEqual(['ㄱ', 'ㄷ', 'ㄴ']);
});

test('the kinds nest downwards and everything may stand at the root', () => {
  const kinds: NodeKind[] = ['series', 'part', 'chapter', 'scene'];
  for (const [at, parent] of kinds.entries()) {
    expect(mayContain(null, parent)).toBe(true);
    expect(kinds.filter((child) => mayContain(parent, child))).toEqual(kinds.slice(at + 1));
  }
});

test('no history of moves makes a cycle or an orphan, loses a node or breaks the nesting', () => {
  const kind = fc.constantFrom<NodeKind>('series', 'part', 'chapter', 'scene');
  const at = fc.record({ place: fc.constantFrom('before', 'after', 'into'), target: fc.nat() });
  const acts = fc.array(fc.oneof(fc.record({ add: kind, to: at }), fc.record({ move: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), to: at })), { maxLength: 60 });
  fc.assert(
    fc.property(acts, (history) => {
      let rows: OutlineRow[] = [];
      for (const act of history) {
        const pick = (number: number) => rows[number % rows.length]?.id ?? null;
        const target = act.to.place === 'into' && act.to.target % 5 === 0 ? null : pick(act.to.target);
        const to = target === null ? place({ place: 'into', nodeId: null }) : place({ place: act.to.place as 'into', nodeId: target });
        const tree = new OutlineTree(rows);
        if ('add' in act) {
          const id = `n${rows.length}`;
          const plan = planInsert(tree, [id], act.add, to);
          if (!isRefusal(plan)) rows = [...withStandings(rows, plan), row(id, act.add, plan[0]!.orderKey, plan[0]!.parentId)];
        } else if (rows.length > 0) {
          const plan = planMove(
            tree,
            act.move.map((number) => pick(number)!),
            to,
          );
          if (!isRefusal(plan)) rows = withStandings(rows, plan);
        }
        const after = new OutlineTree(rows);
        expect(after.readingOrder()).toHaveLength(rows.length);
        for (const each of rows) {
          const parent = each.parentId === null ? null : after.get(each.parentId);
          expect(parent).not.toBeUndefined();
          expect(mayContain(parent?.kind ?? null, each.kind)).toBe(true);
        }
      }
    }),
  );
});
