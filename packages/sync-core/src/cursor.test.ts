import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { type CommittedRow, Cursor, type CursorEffect, type CursorInput } from './cursor.ts';
import { DOCUMENT_LIMITS } from './limits.ts';
import { type LogRow, Room } from './room.ts';
import { Coverage } from './update.ts';

/** A room of this node with its cursor; what is let in goes to the room, as the host does it. */
function aNode({ passed = [] as LogRow[] } = {}) {
  const room = new Room({ coverage: new Coverage(), bytes: 0, limits: DOCUMENT_LIMITS });
  const cursor = new Cursor({ passed, knows: (client) => room.knows(client) });
  const doc = new Y.Doc();
  const step = (input: CursorInput): CursorEffect[] => {
    const effects = cursor.step(input);
    for (const effect of effects) {
      if (effect.type !== 'let-in') continue;
      for (const update of effect.updates) for (const told of room.step({ type: 'arrived', update, row: effect.row })) if (told.type === 'relay') Y.applyUpdate(doc, told.update);
    }
    return effects;
  };
  return { step, text: () => doc.getText('t').toString(), hear: (row: CommittedRow) => step({ type: 'heard', ...row }), read: (...found: CommittedRow[]) => step({ type: 'read', rows: found, snapshot: null }) };
}

/** The words of one person, one update each, as rows of the nodes that took them. */
function rowsOf(words: readonly (readonly [node: string, seq: number, word: string])[]): CommittedRow[] {
  const doc = new Y.Doc();
  let last: Uint8Array = new Uint8Array();
  doc.on('update', (update: Uint8Array) => (last = update));
  return words.map(([node, seq, word]) => {
    doc.getText('t').insert(doc.getText('t').length, word);
    return { row: { node, seq }, updates: [last] };
  });
}

const shown = (effects: CursorEffect[]) => effects.map((effect) => (effect.type === 'read' ? 'read' : `${effect.type} ${effect.row.node}${effect.row.seq}`));

describe('rows of the bus', () => {
  test('[CU1] a row that is next is let in, and a second time it is not', () => {
    const { hear, text } = aNode();
    const [one] = rowsOf([['a', 1, '봄']]);
    expect(shown(hear(one!))).toEqual(['let-in a1']);
    expect(hear(one!)).toEqual([]);
    expect(text()).toBe('봄');
  });

  test('[CU1] what the room was loaded with is not let in', () => {
    const { hear, step } = aNode({ passed: [{ node: 'a', seq: 7 }] });
    expect(hear({ row: { node: 'a', seq: 7 }, updates: [] })).toEqual([]);
    expect(step({ type: 'hinted', row: { node: 'a', seq: 3 } })).toEqual([]);
    expect(shown(hear({ row: { node: 'a', seq: 8 }, updates: [] }))).toEqual(['let-in a8']);
  });

  test('[CU1] a row after a hole is not let in: what is missed may be a deletion, which no clock shows', () => {
    const { hear } = aNode();
    expect(hear({ row: { node: 'a', seq: 2 }, updates: [] })).toEqual([{ type: 'read', beyond: new Map() }]);
  });

  test('[CU2] a row that rests on what came through another node waits for the log', () => {
    const { hear, text } = aNode();
    const [first, second] = rowsOf([
      ['a', 1, '첫째 '],
      ['b', 1, '둘째'],
    ]);
    expect(shown(hear(second!))).toEqual(['read']);
    expect(shown(hear(first!))).toEqual(['let-in a1']);
    expect(shown(hear(second!))).toEqual(['let-in b1']);
    expect(text()).toBe('첫째 둘째');
  });

  test('[CU2] an update of a row may rest on an earlier one of the same row', () => {
    const { hear, text } = aNode();
    const [first, second] = rowsOf([
      ['a', 1, '첫째 '],
      ['a', 2, '둘째'],
    ]);
    hear({ row: { node: 'a', seq: 1 }, updates: [...first!.updates, ...second!.updates] });
    expect(text()).toBe('첫째 둘째');
  });

  test('[CU3] garbage on the bus is what was not heard', () => {
    expect(shown(aNode().hear({ row: { node: 'a', seq: 1 }, updates: [Uint8Array.of(9, 9)] }))).toEqual(['read']);
  });
});

describe('readings of the log', () => {
  test('[CU2] rows come in the order in which they fit, whatever the log’s time stamps say', () => {
    const { step, read, text } = aNode();
    const [a1, b1, a2, c1] = rowsOf([
      ['a', 1, '하나 '],
      ['b', 1, '둘 '],
      ['a', 2, '셋 '],
      ['c', 1, '넷'],
    ]);
    step({ type: 'doubted' });
    expect(shown(read(c1!, a2!, b1!, a1!))).toEqual(['let-in a1', 'let-in b1', 'let-in a2', 'let-in c1']);
    expect(text()).toBe('하나 둘 셋 넷');
  });

  test('[CU3] however much is missed, one reading is under way, and one more follows for what came meanwhile', () => {
    const { step, read } = aNode();
    expect(shown(step({ type: 'hinted', row: { node: 'a', seq: 5 } }))).toEqual(['read']);
    expect(step({ type: 'hinted', row: { node: 'a', seq: 6 } })).toEqual([]);
    expect(step({ type: 'doubted' })).toEqual([]);
    expect(shown(read())).toEqual(['read']);
    expect(read()).toEqual([]);
  });

  test('[CU3] a reading that failed leaves the next doubt free to read', () => {
    const { step } = aNode();
    step({ type: 'doubted' });
    expect(step({ type: 'read-failed' })).toEqual([]);
    expect(shown(step({ type: 'doubted' }))).toEqual(['read']);
  });

  test('[CU3] what the bus brought while the log was read is not let in twice', () => {
    const { step, hear, read } = aNode();
    const [one, two] = rowsOf([
      ['a', 1, '하나'],
      ['a', 2, '둘'],
    ]);
    step({ type: 'doubted' });
    hear(one!);
    expect(shown(read(one!, two!))).toEqual(['let-in a2']);
  });

  test('[CU4] a number that the log leaves out below one it shows is passed over', () => {
    const { step, hear, read } = aNode();
    step({ type: 'hinted', row: { node: 'a', seq: 3 } });
    expect(shown(read({ row: { node: 'a', seq: 3 }, updates: [] }))).toEqual(['let-in a3']);
    expect(shown(hear({ row: { node: 'a', seq: 4 }, updates: [] }))).toEqual(['let-in a4']);
  });

  test('[CU5] what was folded meanwhile comes as the snapshot, and what rests on it after', () => {
    const { step, text } = aNode();
    const [a1, b1, a2] = rowsOf([
      ['a', 1, '접힌 '],
      ['b', 1, '글과 '],
      ['a', 2, '새 글'],
    ]);
    step({ type: 'doubted' });
    const snapshot = {
      update: Y.mergeUpdates([...a1!.updates, ...b1!.updates]),
      cover: [
        { node: 'a', seq: 1 },
        { node: 'b', seq: 1 },
      ],
    };
    expect(shown(step({ type: 'read', rows: [a2!], snapshot }))).toEqual(['let-in a1', 'let-in a2']);
    expect(text()).toBe('접힌 글과 새 글');
    expect(step({ type: 'hinted', row: { node: 'b', seq: 1 } })).toEqual([]);
  });

  test('[CU5] a snapshot that the host takes up for its joiners lets in what was not heard of', () => {
    const { step, text } = aNode();
    const [one] = rowsOf([['a', 1, '먼저 접힌 글']]);
    expect(shown(step({ type: 'folded', cover: [{ node: 'a', seq: 1 }], update: one!.updates[0]! }))).toEqual(['let-in a1']);
    expect(text()).toBe('먼저 접힌 글');
  });

  test('[CU5] a snapshot of what has passed already is not let in', () => {
    const { step } = aNode({ passed: [{ node: 'a', seq: 1 }] });
    step({ type: 'doubted' });
    expect(step({ type: 'read', rows: [], snapshot: { cover: [{ node: 'a', seq: 1 }], update: Uint8Array.of(0, 0) } })).toEqual([]);
  });

  test('[CU7] a node that the cover has forgotten writes again, and its row comes by a reading', () => {
    const { step, hear, read, text } = aNode({ passed: [{ node: 'b', seq: 4 }] });
    const [folded, again] = rowsOf([
      ['a', 7, '오래전 글과 '],
      ['a', 8, '오늘 글'],
    ]);
    // What the snapshot held; the cover names only b.
    step({ type: 'folded', cover: [{ node: 'b', seq: 5 }], update: folded!.updates[0]! });
    expect(shown(hear(again!))).toEqual(['read']);
    expect(shown(read(again!))).toEqual(['let-in a8']);
    // A retry of what was folded long ago lands once more: it is known.
    step({ type: 'hinted', row: folded!.row });
    expect(text()).toBe('오래전 글과 오늘 글');
  });

  test('[CU2] what the log itself cannot explain is named and not let in, and holds up nothing else', () => {
    const { step, read } = aNode();
    const [, orphan] = rowsOf([
      ['a', 1, '없는 '],
      ['b', 1, '글'],
    ]);
    step({ type: 'doubted' });
    expect(shown(read(orphan!, { row: { node: 'c', seq: 1 }, updates: [] }))).toEqual(['let-in c1', 'unfit b1']);
  });

  test('[CU6] the rows that a room is loaded with are let in beyond the cover of its snapshot', () => {
    const { step, read, text } = aNode({ passed: [{ node: 'a', seq: 2 }] });
    const [b1, a3] = rowsOf([
      ['b', 1, '앞의 '],
      ['a', 3, '뒤의 글'],
    ]);
    expect(shown(read({ row: { node: 'a', seq: 2 }, updates: [] }, a3!, b1!))).toEqual(['let-in b1', 'let-in a3']);
    expect(text()).toBe('앞의 뒤의 글');
    const beyond = new Map([
      ['a', 3],
      ['b', 1],
    ]);
    expect(step({ type: 'doubted' })).toEqual([{ type: 'read', beyond }]);
  });
});
