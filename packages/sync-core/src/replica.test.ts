import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { Replica, type ReplicaEffect, type ReplicaInput } from './replica.ts';
import { readUpdate } from './update.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

/** A small update that can be told from others: it deletes the first clock of that client. */
const edit = (client: number) => bytes(0, 1, client, 1, 0, 1);

/** A replica whose disk and socket are the test's hand. */
function aReplica() {
  const replica = new Replica();
  const step = (input: ReplicaInput): ReplicaEffect[] => replica.step(input);
  return {
    replica,
    step,
    type: (value: number) => step({ type: 'edited', update: edit(value) }),
    typeAndKeep: (value: number) => {
      const [persist] = step({ type: 'edited', update: edit(value) });
      return step({ type: 'persisted', number: (persist as { number: number }).number });
    },
    connect: (canWrite = true) => [...step({ type: 'opening' }), ...step({ type: 'opened', canWrite }), ...step({ type: 'ready', stateVector: bytes(0) })],
  };
}

const pushes = (effects: ReplicaEffect[]) => effects.flatMap((effect) => (effect.type === 'push' ? [effect.number] : []));

test('[RP1] an edit is sent only when the disk has it', () => {
  const { connect, type, step } = aReplica();
  connect();
  expect(type(1)).toEqual([{ type: 'persist', number: 1, update: edit(1) }, { type: 'changed' }]);
  expect(pushes(step({ type: 'persisted', number: 1 }))).toEqual([1]);
});

test('[RP1] a later edit does not overtake one the disk is still writing', () => {
  const { connect, type, step } = aReplica();
  connect();
  type(1);
  type(2);
  expect(pushes(step({ type: 'persisted', number: 2 }))).toEqual([]);
  expect(pushes(step({ type: 'persisted', number: 1 }))).toEqual([1, 2]);
});

test('[RP2] everything unacknowledged is sent again, in order, after a reconnect', () => {
  const { connect, typeAndKeep, step } = aReplica();
  connect();
  typeAndKeep(1);
  typeAndKeep(2);
  typeAndKeep(3);
  step({ type: 'acked', upTo: 1 });
  step({ type: 'disconnected' });
  typeAndKeep(4);
  expect(pushes(connect())).toEqual([2, 3, 4]);
});

test('[RP2] edits of an earlier life of the tab are sent too', () => {
  const { connect, step, replica } = aReplica();
  step({
    type: 'restored',
    entries: [
      { number: 1, update: edit(1) },
      { number: 2, update: edit(2) },
    ],
  });
  expect(pushes(connect())).toEqual([1, 2]);
  expect(replica.nextNumber).toBe(3);
});

test('[RP3] an edit leaves the disk when it is acknowledged and not before', () => {
  const { connect, typeAndKeep, step } = aReplica();
  connect();
  typeAndKeep(1);
  typeAndKeep(2);
  expect(step({ type: 'acked', upTo: 1 })).toEqual([{ type: 'forget', upTo: 1 }, { type: 'changed' }]);
  expect(step({ type: 'acked', upTo: 1 })).toEqual([]);
});

test('[RP4] what waits is counted from the keystroke to the acknowledgement', () => {
  const { connect, typeAndKeep, replica, step } = aReplica();
  typeAndKeep(1);
  connect();
  typeAndKeep(2);
  expect(replica.waiting).toBe(2);
  step({ type: 'acked', upTo: 2 });
  expect(replica.waiting).toBe(0);
});

test('[RP5] the whole is numbered after every edit in it, and its acknowledgement is theirs', () => {
  const { connect, typeAndKeep, step, replica } = aReplica();
  connect();
  typeAndKeep(1);
  expect(step({ type: 'whole-wanted', stateVector: bytes(7) })).toEqual([{ type: 'whole', stateVector: bytes(7) }]);
  expect(step({ type: 'whole', update: bytes(9) })).toEqual([{ type: 'push', number: 2, kind: 'resync', update: bytes(9) }]);
  step({ type: 'acked', upTo: 2 });
  expect(replica.waiting).toBe(0);
  expect(pushes(typeAndKeep(3))).toEqual([3]);
});

test('[RP5] a join is compared by clocks and by deletions, with what is on its way counted in', () => {
  const { step } = aReplica();
  step({ type: 'opening' });
  step({ type: 'opened', canWrite: true });
  // No structs; client 7 deleted clocks 0 and 1.
  step({ type: 'received', update: bytes(0, 1, 7, 1, 0, 2) });
  const compare = step({ type: 'ready', stateVector: bytes(1, 7, 5) }).find((effect) => effect.type === 'compare');
  const news = (...update: number[]) => compare?.server.isNews(readUpdate(bytes(...update)));
  expect(news(0, 1, 7, 1, 0, 2)).toBe(false);
  expect(news(0, 1, 7, 1, 1, 3)).toBe(true);
});

test('[RP5] what was held back over a reconnect is compared when it is applied', () => {
  const { connect, step } = aReplica();
  connect();
  step({ type: 'composing', composing: true });
  step({ type: 'received', update: edit(9) });
  connect();
  expect(step({ type: 'composing', composing: false }).map(({ type }) => type)).toEqual(['apply', 'compare']);
});

test('[RP6] after a refusal nothing is sent and nothing is forgotten', () => {
  const { connect, typeAndKeep, step, replica } = aReplica();
  connect();
  typeAndKeep(1);
  step({ type: 'refused' });
  expect(pushes(typeAndKeep(2))).toEqual([]);
  expect(replica).toMatchObject({ waiting: 2, canWrite: false });
  expect(replica.unsent()).toEqual([edit(1), edit(2)]);
});

test('[RP6] a right that comes back sends what waited', () => {
  const { connect, typeAndKeep, step } = aReplica();
  connect(false);
  typeAndKeep(1);
  expect(pushes(step({ type: 'rights', canWrite: true }))).toEqual([1]);
});

test('[RP6] a right that comes back with a new connection sends what waited', () => {
  const { connect, typeAndKeep, step } = aReplica();
  connect();
  typeAndKeep(1);
  step({ type: 'refused' });
  step({ type: 'disconnected' });
  expect(pushes(connect())).toEqual([1]);
});

test('[RP5] a whole that is asked for while nothing may be sent is sent when the right comes back', () => {
  const { connect, typeAndKeep, step } = aReplica();
  connect();
  step({ type: 'rights', canWrite: false });
  typeAndKeep(1);
  // The room asks in the moment in which the right comes back, and the word of it follows.
  expect(step({ type: 'whole-wanted', stateVector: bytes(7) })).toEqual([]);
  expect(step({ type: 'rights', canWrite: true })).toEqual([{ type: 'whole', stateVector: bytes(7) }, { type: 'changed' }]);
  expect(step({ type: 'whole', update: bytes(9) })).toEqual([{ type: 'push', number: 2, kind: 'resync', update: bytes(9) }]);
});

test('[RP5] what the server lacks is kept by a reader until they may write', () => {
  const { connect, step } = aReplica();
  connect(false);
  // The host's answer to `compare`: someone else wrote this, and the server lost it with them.
  expect(step({ type: 'whole', update: edit(9) })).toEqual([]);
  expect(step({ type: 'rights', canWrite: true })).toEqual([{ type: 'whole', stateVector: bytes(0) }, { type: 'changed' }]);
});

test('[RP7] words of others wait while the surface composes, and keep their order', () => {
  const { connect, step } = aReplica();
  connect();
  step({ type: 'composing', composing: true });
  expect(step({ type: 'received', update: bytes(1) })).toEqual([]);
  expect(step({ type: 'received', update: bytes(2) })).toEqual([]);
  expect(step({ type: 'composing', composing: false })).toEqual([
    { type: 'apply', update: bytes(1) },
    { type: 'apply', update: bytes(2) },
  ]);
  expect(step({ type: 'received', update: bytes(3) })).toEqual([{ type: 'apply', update: bytes(3) }]);
});

test('[RP8] a paste of a novel is several edits, each on the disk before it is sent, and saved when the last of them is', () => {
  const { connect, step } = aReplica();
  connect();
  const doc = new Y.Doc();
  doc.getText('t').insert(0, '눈이 내렸다. '.repeat(60_000));
  const persists = step({ type: 'edited', update: Y.encodeStateAsUpdate(doc) }).filter((effect) => effect.type === 'persist');
  expect(persists.length).toBeGreaterThan(1);
  const sent = persists.flatMap(({ number }) => step({ type: 'persisted', number })).filter((effect) => effect.type === 'push');
  expect(sent.map(({ number, kind }) => [number, kind])).toEqual(persists.map(({ number }) => [number, 'edit']));
  const there = new Y.Doc();
  for (const { update } of sent) Y.applyUpdate(there, update);
  expect(there.getText('t').toString()).toBe(doc.getText('t').toString());
});

test('[RP8] a whole that is too large goes in parts, of which the last carries its number', () => {
  const { connect, step } = aReplica();
  connect();
  const doc = new Y.Doc();
  doc.getText('t').insert(0, '눈이 내렸다. '.repeat(60_000));
  const numbers = step({ type: 'whole', update: Y.encodeStateAsUpdate(doc) }).map((effect) => (effect.type === 'push' ? [effect.number, effect.kind] : null));
  expect(numbers.length).toBeGreaterThan(1);
  expect(numbers.slice(0, -1).every((each) => each?.[0] === 0)).toBe(true);
  expect(numbers.at(-1)).toEqual([1, 'resync']);
});
