import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { DOCUMENT_LIMITS } from './limits.ts';
import { type PushKind, Room, type RoomEffect } from './room.ts';
import { Coverage, deleteSetOf, deletionsOf, EMPTY_UPDATE } from './update.ts';

/** A person typing into a document of their own; `type` answers the update of that edit alone. */
function aWriter(clientId: number) {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  let last: Uint8Array = new Uint8Array();
  doc.on('update', (update: Uint8Array) => (last = update));
  return {
    doc,
    type: (words: string, at = doc.getText('t').length) => (doc.getText('t').insert(at, words), last),
    erase: (at: number, length: number) => (doc.getText('t').delete(at, length), last),
    whole: (since?: Uint8Array) => Y.encodeStateAsUpdate(doc, since),
    hear: (update: Uint8Array) => Y.applyUpdate(doc, update),
  };
}

/** A room with a store in the test's hand: nothing is committed until `commit`. */
function aRoom({ limits = DOCUMENT_LIMITS }: { limits?: typeof DOCUMENT_LIMITS } = {}) {
  const room = new Room({ coverage: new Coverage(), bytes: 0, limits });
  const stored: Extract<RoomEffect, { type: 'store' }>[] = [];
  let seq = 0;
  const step = (input: Parameters<Room['step']>[0]) => {
    const effects = room.step(input);
    for (const effect of effects) if (effect.type === 'store') stored.push(effect);
    return effects;
  };
  return {
    room,
    stored,
    join: (session: number, userId = `user-${session}`, canWrite = true) => step({ type: 'joined', session, userId, canWrite }),
    leave: (session: number) => step({ type: 'left', session }),
    push: (session: number, number: number, update: Uint8Array, kind: PushKind = 'edit') => step({ type: 'pushed', session, number, kind, update }),
    commit: (position = stored.at(-1)!.position) => step({ type: 'committed', rows: [{ position, row: { node: 'n', seq: (seq += 1) } }] }),
    step,
  };
}

const kinds = (effects: RoomEffect[]) => effects.map(({ type }) => type);

describe('who hears what', () => {
  test('[RM1] a session hears of every change after it joined and of none before', () => {
    const { join, push } = aRoom();
    const writer = aWriter(1);
    join(1);
    expect(push(1, 1, writer.type('가'))).toContainEqual(expect.objectContaining({ type: 'relay', except: 1 }));
    expect(push(2, 1, writer.type('나'))).toEqual([]);
  });

  test('[RM2] bytes that are no update end that session and touch nothing', () => {
    const { join, push, room, stored } = aRoom();
    join(1);
    expect(push(1, 1, Uint8Array.of(1, 2, 3))).toEqual([{ type: 'expel', session: 1, reason: 'malformed' }]);
    expect(room.sessionCount).toBe(0);
    expect(stored).toEqual([]);
  });

  test('[RM10] an update committed elsewhere reaches everyone and is not stored again', () => {
    const { join, step, stored } = aRoom();
    join(1);
    const update = aWriter(9).type('가져온 글');
    expect(step({ type: 'arrived', update, row: { node: 'core', seq: 1 } })).toEqual([{ type: 'relay', update, except: null }]);
    expect(step({ type: 'arrived', update, row: { node: 'core', seq: 1 } })).toEqual([]);
    expect(stored).toEqual([]);
  });

  test('[RM10] a row that brings nothing new is not kept beside what brought it', () => {
    const { join, push, step, room } = aRoom();
    join(1);
    const update = aWriter(9).type('두 번 온 글');
    push(1, 1, update);
    step({ type: 'arrived', update, row: { node: 'other', seq: 1 } });
    expect(room.tail()).toEqual([update]);
  });
});

describe('what is acknowledged', () => {
  test('[RM5] new text goes to the store first and then to the others', () => {
    const { join, push } = aRoom();
    join(1);
    expect(kinds(push(1, 1, aWriter(1).type('봄')))).toEqual(['store', 'relay']);
  });

  test('[RM6] an acknowledgement waits for the commit of everything the update rests on', () => {
    const { join, push, commit } = aRoom();
    const writer = aWriter(1);
    join(1);
    const first = writer.type('봄');
    expect(push(1, 1, first)).not.toContainEqual(expect.objectContaining({ type: 'ack' }));
    // The same again, as after a reconnect: known, and yet not committed.
    expect(push(1, 2, first)).toEqual([]);
    expect(commit()).toEqual([{ type: 'ack', session: 1, upTo: 2 }]);
    expect(push(1, 3, first)).toEqual([{ type: 'ack', session: 1, upTo: 3 }]);
  });

  test('[RM6] a deletion that moves no clock is stored and acknowledged like any other edit', () => {
    const { join, push, commit, stored } = aRoom();
    const writer = aWriter(1);
    join(1);
    push(1, 1, writer.type('지울 글'));
    commit();
    push(1, 2, writer.erase(0, 2));
    expect(stored).toHaveLength(2);
    expect(commit()).toEqual([{ type: 'ack', session: 1, upTo: 2 }]);
  });

  test('[RM3] what rests on something unknown is neither stored nor acknowledged, and the whole is asked for', () => {
    const { join, push, room, stored } = aRoom();
    const writer = aWriter(1);
    join(1);
    writer.type('잃어버린 ');
    expect(push(1, 2, writer.type('다음'))).toEqual([{ type: 'ask-whole', session: 1, stateVector: room.stateVector() }]);
    expect(stored).toEqual([]);
  });

  test('[RM3] a whole that does not suffice is asked for again only when the document has grown', () => {
    const { join, push } = aRoom();
    const [absent, heir, other] = [aWriter(1), aWriter(2), aWriter(3)];
    join(1);
    join(2);
    const lost = absent.type('사라진 ');
    heir.hear(lost);
    const orphan = heir.type('이어 쓴 글');
    expect(kinds(push(1, 1, orphan))).toEqual(['ask-whole']);
    expect(push(1, 2, orphan, 'resync')).toEqual([]);
    expect(push(1, 3, orphan, 'resync')).toEqual([]);
    expect(kinds(push(2, 1, other.type('다른 글')))).toEqual(['store', 'relay', 'ask-whole']);
    expect(push(1, 4, orphan, 'resync')).toEqual([]);
    expect(kinds(push(2, 2, lost, 'resync'))).toEqual(['store', 'relay', 'ask-whole']);
    expect(kinds(push(1, 5, orphan, 'resync'))).toEqual(['store', 'relay']);
  });

  test('[RM7] no acknowledgement runs ahead of an edit that waits for the whole', () => {
    const { join, push, commit, stored } = aRoom();
    const [lost, other] = [aWriter(1), aWriter(2)];
    join(1);
    lost.type('첫');
    push(1, 2, lost.type('둘'));
    // Independent of the gap, and still part of what the whole will bring.
    expect(push(1, 3, other.type('셋'))).toEqual([]);
    lost.hear(other.whole());
    push(1, 4, lost.whole(), 'resync');
    expect(stored).toHaveLength(1);
    expect(commit()).toEqual([{ type: 'ack', session: 1, upTo: 4 }]);
  });
});

describe('who may write', () => {
  test('[RM4] a reader stores nothing and is told so', () => {
    const { join, push, stored } = aRoom();
    join(1, 'reader', false);
    expect(push(1, 1, aWriter(1).type('낙서'))).toEqual([{ type: 'refuse', session: 1, number: 1, reason: 'not-allowed' }]);
    expect(stored).toEqual([]);
  });

  test('[RM4] a reader is refused what is new and answered what is known, message by message', () => {
    const { join, push, commit } = aRoom();
    const [writer, reader] = [aWriter(1), aWriter(2)];
    join(1);
    join(2, 'reader', false);
    push(1, 1, writer.type('봄'));
    commit();
    expect(kinds(push(2, 1, reader.type('낙서')))).toEqual(['refuse']);
    expect(push(2, 2, writer.whole())).toEqual([{ type: 'known', session: 2, number: 2 }]);
  });

  test('[RM4] a reader who shows only what is known is answered as anyone', () => {
    const { join, push, commit } = aRoom();
    const writer = aWriter(1);
    join(1);
    join(2, 'reader', false);
    push(1, 1, writer.type('봄'));
    push(1, 2, writer.erase(0, 1));
    commit();
    expect(push(2, 1, writer.whole(), 'resync')).toEqual([{ type: 'ack', session: 2, upTo: 1 }]);
    expect(push(2, 2, deletionsOf(writer.whole()))).toEqual([{ type: 'ack', session: 2, upTo: 2 }]);
  });

  test('[RM4] a right that is taken away holds from the next message on', () => {
    const { join, push, step } = aRoom();
    const writer = aWriter(1);
    join(1);
    push(1, 1, writer.type('받은 글'));
    step({ type: 'rights-changed', session: 1, canWrite: false });
    expect(kinds(push(1, 2, writer.type('늦은 글')))).toEqual(['refuse']);
  });

  test('[RM7] parts of a whole are stored as they come and acknowledged with the last of them', () => {
    const { join, push, commit, stored } = aRoom();
    const writer = aWriter(7);
    writer.type('앞');
    const first = writer.whole();
    const since = Y.encodeStateVector(writer.doc);
    const second = (writer.type('뒤'), writer.whole(since));
    join(1);
    expect(kinds(push(1, 0, first, 'resync'))).toEqual(['store', 'relay']);
    expect(commit()).toEqual([]);
    expect(kinds(push(1, 4, second, 'resync'))).toEqual(['store', 'relay']);
    expect(stored).toHaveLength(2);
    expect(commit()).toEqual([{ type: 'ack', session: 1, upTo: 4 }]);
  });

  test('[RM7] nothing later is acknowledged over what was refused, until the right comes back and the whole with it', () => {
    const { join, push, step, commit } = aRoom();
    const writer = aWriter(1);
    join(1);
    push(1, 1, writer.type('남을 글'));
    commit();
    step({ type: 'rights-changed', session: 1, canWrite: false });
    const refused = writer.erase(0, 1);
    expect(kinds(push(1, 2, refused))).toEqual(['refuse']);
    expect(kinds(step({ type: 'rights-changed', session: 1, canWrite: true }))).toEqual(['ask-whole']);
    expect(push(1, 3, writer.erase(0, 1))).toEqual([]);
    expect(kinds(push(1, 4, writer.whole(), 'resync'))).toEqual(['store', 'relay']);
    expect(commit()).toEqual([{ type: 'ack', session: 1, upTo: 4 }]);
  });

  test('[RM9] what is too large is refused by name', () => {
    const { join, push, stored } = aRoom({ limits: { updateBytesMax: 100, documentBytesMax: 150 } });
    const writer = aWriter(1);
    join(1);
    join(2);
    expect(push(2, 1, aWriter(5).type('가'.repeat(100)))).toEqual([{ type: 'refuse', session: 2, number: 1, reason: 'update-too-large' }]);
    push(1, 1, writer.type('가'.repeat(25)));
    expect(push(1, 2, writer.type('나'.repeat(25)))).toEqual([{ type: 'refuse', session: 1, number: 2, reason: 'document-full' }]);
    expect(stored).toHaveLength(1);
  });
});

describe('whose words they are', () => {
  test('[RM8] a client id belongs to the person whose own edit first brought it', () => {
    const { join, push, stored } = aRoom();
    join(1, 'garam');
    push(1, 1, aWriter(7).type('내 글'));
    expect(stored[0]).toMatchObject({ owners: [{ client: 7, by: 'garam' }], credits: [{ client: 7, from: 0, to: 3, by: 'garam' }] });
  });

  test('[RM8] what a re-sync brings is credited to its carrier and makes nobody an owner', () => {
    const { join, push, stored } = aRoom();
    join(1, 'naru');
    push(1, 1, aWriter(7).type('남의 글'), 'resync');
    expect(stored[0]).toMatchObject({ owners: [], credits: [{ client: 7, by: 'naru' }] });
  });

  test('[RM8] carried words are confirmed when their owner shows them, once', () => {
    const { join, push, stored, commit } = aRoom();
    const garam = aWriter(7);
    join(1, 'garam');
    join(2, 'naru');
    push(1, 1, garam.type('처음 '));
    const offline = garam.type('기차에서');
    push(2, 1, offline, 'resync');
    push(1, 2, offline);
    expect(stored[1]).toMatchObject({ credits: [{ client: 7, from: 3, to: 7, by: 'naru' }] });
    expect(stored[2]).toMatchObject({ update: null, credits: [{ client: 7, from: 3, to: 7, by: 'garam' }] });
    expect(commit()).toContainEqual({ type: 'ack', session: 1, upTo: 2 });
    expect(push(1, 3, offline)).toEqual([{ type: 'ack', session: 1, upTo: 3 }]);
  });
});

test('[RM8] words that came through another node are confirmed here when their owner shows them, once', () => {
  const { join, push, step, stored } = aRoom();
  const garam = aWriter(7);
  const [first, second] = [garam.type('처음 '), garam.type('기차에서')];
  const node = 'other';
  step({ type: 'arrived', update: first, row: { node, seq: 1 }, credited: { credits: [{ client: 7, from: 0, to: 3, by: 'garam' }], owners: [{ client: 7, by: 'garam' }] } });
  step({ type: 'arrived', update: second, row: { node, seq: 2 }, credited: { credits: [{ client: 7, from: 3, to: 7, by: 'naru' }], owners: [] } });
  join(1, 'garam');
  push(1, 1, first);
  expect(stored).toEqual([]);
  push(1, 2, second);
  expect(stored).toEqual([expect.objectContaining({ update: null, credits: [{ client: 7, from: 3, to: 7, by: 'garam' }], owners: [] })]);
});

test('the tail holds what no snapshot covers yet, committed or not', () => {
  const { join, push, commit, step, room } = aRoom();
  const writer = aWriter(1);
  join(1);
  push(1, 1, writer.type('하나'));
  commit();
  push(1, 2, writer.type('둘'));
  step({ type: 'compacted', covers: ({ seq }) => seq <= 1, snapshotBytes: 30, deleteSet: deleteSetOf(EMPTY_UPDATE) });
  expect(room.tail()).toHaveLength(1);
  expect(room.isSettled).toBe(false);
  commit();
  step({ type: 'compacted', covers: () => true, snapshotBytes: 40, deleteSet: deleteSetOf(EMPTY_UPDATE) });
  expect(room.tail()).toEqual([]);
  expect(room).toMatchObject({ isSettled: true, bytes: 40 });
});

test('a row that holds several updates lets all of them out of the tail when it is folded', () => {
  const { join, push, commit, step, room } = aRoom();
  const writer = aWriter(1);
  join(1);
  push(1, 1, writer.type('하나'));
  push(1, 2, writer.type('둘'));
  commit();
  step({ type: 'compacted', covers: ({ seq }) => seq <= 1, snapshotBytes: 30, deleteSet: deleteSetOf(EMPTY_UPDATE) });
  expect(room.tail()).toEqual([]);
});

test('an update that was folded before its commit was answered leaves the tail with the answer', () => {
  const { join, push, commit, step, room } = aRoom();
  join(1);
  push(1, 1, aWriter(1).type('빨리 접힌 글'));
  step({ type: 'compacted', covers: ({ seq }) => seq <= 1, snapshotBytes: 30, deleteSet: deleteSetOf(EMPTY_UPDATE) });
  expect(room.tail()).toHaveLength(1);
  commit();
  expect(room.tail()).toEqual([]);
  expect(room.bytes).toBe(30);
});
