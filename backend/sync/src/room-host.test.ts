import { createLogger } from '@cowrite/service-kit';
import { DOCUMENT_LIMITS, StateVector } from '@cowrite/sync-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as Y from 'yjs';
import type { BusMessage } from './bus.ts';
import { CommitQueue } from './commit-queue.ts';
import type { Listener } from './listener.ts';
import type { OpenRoom } from './open-room.ts';
import { RoomHost } from './room-host.ts';
import { Turn } from './turn.ts';
import { MemoryUpdateLog } from './update-log.memory.ts';

const DOCUMENT = '01a20733-44ac-7f91-a340-ff07e05ddccd';

/** A host whose store is the test's hand. */
function aHost({ log = new MemoryUpdateLog(), editorsMax = 2, readersMax = 1, say = (_messages: readonly BusMessage[]): void => undefined } = {}) {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const turn = new Turn();
  const commits = new CommitQueue({ log, node: '01a20733-0000-7000-8000-000000000001', windowMs: 0, logger, turn });
  const host = new RoomHost({ log, commits, limits: DOCUMENT_LIMITS, presence: { expiresAfterMs: 30_000, stateBytesMax: 1_000 }, lingerMs: 60_000, editorsMax, readersMax, clock: () => 0, turn, say, logger });
  return { log, host, commits };
}

/** A session that notes what it hears. */
function aListener(userId = 'garam') {
  const heard: string[] = [];
  const doc = new Y.Doc();
  const listener: Listener = {
    who: { userId, name: userId, colour: 0 },
    updates: ({ items }) => {
      heard.push(`updates ${items.length}`);
      for (const update of items) Y.applyUpdate(doc, update);
    },
    ack: (upTo) => void heard.push(`ack ${upTo}`),
    known: (number) => void heard.push(`known ${number}`),
    refuse: (number, reason) => void heard.push(`refuse ${number} ${reason}`),
    askWhole: () => void heard.push('whole'),
    presence: ({ items }) => void heard.push(`presence ${items.length}`),
    end: (code) => void heard.push(`end ${code}`),
  };
  return { listener, heard, doc };
}

async function joined(room: OpenRoom, { userId = 'garam', canWrite = true } = {}) {
  const { listener, heard, doc } = aListener(userId);
  const session = await room.join(listener, canWrite, new StateVector(), ({ updates }) => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return { session: session!, heard, doc };
}

const endOfTurn = () => new Promise((done) => setImmediate(done));

const updateOf = (words: string) => {
  const doc = new Y.Doc();
  doc.getText('t').insert(0, words);
  return Y.encodeStateAsUpdate(doc);
};

test('the writer hears of the commit, the others of the words', async () => {
  const { host, commits } = aHost();
  const room = await host.open(DOCUMENT);
  const [writer, other] = [await joined(room), await joined(room, { userId: 'naru' })];
  room.push(writer.session, 1, 'edit', updateOf('봄'));
  expect(other.heard).toEqual([]);
  await endOfTurn();
  expect(other.heard).toEqual(['updates 1']);
  await commits.settled();
  expect(writer.heard).toEqual(['ack 1']);
});

test('while the store fails nobody is told that anything is saved, and then it happens once', async () => {
  const { host, commits, log } = aHost();
  log.failNext(new Error('no connection'));
  log.loseNextAnswer();
  const room = await host.open(DOCUMENT);
  const writer = await joined(room);
  room.push(writer.session, 1, 'edit', updateOf('봄'));
  await commits.settled();
  expect(writer.heard).toEqual(['ack 1']);
  expect((await log.load(DOCUMENT)).tail).toHaveLength(1);
});

test('a document whose history was replaced sends everyone away and acknowledges nothing', async () => {
  const { host, commits, log } = aHost();
  const room = await host.open(DOCUMENT);
  const writer = await joined(room);
  log.replace(DOCUMENT);
  room.push(writer.session, 1, 'edit', updateOf('옛 글'));
  await commits.settled();
  expect(writer.heard).toEqual(['end 4409']);
  expect(await host.open(DOCUMENT)).toMatchObject({ epoch: 2 });
});

test('rows the database never takes end that room, and leave the others alone', async () => {
  const { host, commits, log } = aHost();
  const other = '01a20733-44ac-7f91-a340-ff07e05ddccc';
  log.poison(DOCUMENT);
  const [bad, good] = [await host.open(DOCUMENT), await host.open(other)];
  const [unlucky, lucky] = [await joined(bad), await joined(good)];
  bad.push(unlucky.session, 1, 'edit', updateOf('독'));
  good.push(lucky.session, 1, 'edit', updateOf('약'));
  await commits.settled();
  expect(unlucky.heard).toEqual(['end 4503']);
  expect(lucky.heard).toEqual(['ack 1']);
});

test('a room is loaded once however many ask, and a fresh one holds what was committed', async () => {
  const { host, commits, log } = aHost();
  const [one, same] = await Promise.all([host.open(DOCUMENT), host.open(DOCUMENT)]);
  expect(one).toBe(same);
  const writer = await joined(one);
  one.push(writer.session, 1, 'edit', updateOf('남은 글'));
  await commits.settled();
  const { doc } = await joined(await aHost({ log }).host.open(DOCUMENT));
  expect(doc.getText('t').toString()).toBe('남은 글');
});

test('a room that somebody is about to join does not leave before they could', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { host } = aHost();
  await host.open(DOCUMENT);
  vi.advanceTimersByTime(59_999);
  const room = await host.open(DOCUMENT);
  vi.advanceTimersByTime(1);
  expect((await joined(room)).session).not.toBeNull();
});

test('a full room takes no more writers and still takes readers', async () => {
  const { host } = aHost();
  const room = await host.open(DOCUMENT);
  await joined(room);
  await joined(room, { userId: 'naru' });
  expect((await joined(room, { userId: 'third' })).session).toBeNull();
  expect((await joined(room, { userId: 'third', canWrite: false })).session).not.toBeNull();
  expect((await joined(room, { userId: 'fourth', canWrite: false })).session).toBeNull();
});

test('what is written in one turn comes as one slice, without one’s own words', async () => {
  const { host } = aHost();
  const room = await host.open(DOCUMENT);
  const [one, other] = [await joined(room), await joined(room, { userId: 'naru' })];
  const reader = await joined(room, { userId: 'reader', canWrite: false });
  for (const number of [1, 2]) room.push(one.session, number, 'edit', updateOf(`하나 ${number}`));
  room.push(other.session, 1, 'edit', updateOf('둘'));
  await endOfTurn();
  expect([one, other, reader].map(({ heard }) => heard.filter((word) => word.startsWith('updates')))).toEqual([['updates 1'], ['updates 2'], ['updates 3']]);
});

test('who joins in the middle of a slice has its words once', async () => {
  const { host } = aHost();
  const room = await host.open(DOCUMENT);
  const writer = await joined(room);
  room.push(writer.session, 1, 'edit', updateOf('봄'));
  const late = await joined(room, { userId: 'naru' });
  await endOfTurn();
  expect(late.heard).toEqual([]);
  expect(late.doc.getText('t').toString()).toBe('봄');
});

test('a crowd hears once in a slice of time, and those who only read in longer ones', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { host } = aHost({ editorsMax: 100, readersMax: 100 });
  const room = await host.open(DOCUMENT);
  const writers = [];
  for (let at = 0; at < 25; at += 1) writers.push(await joined(room, { userId: `writer ${at}` }));
  const reader = await joined(room, { userId: 'reader', canWrite: false });
  // After a rest it is handed out at once; what follows gathers until the slice is over.
  room.push(writers[0]!.session, 1, 'edit', updateOf('가'));
  vi.advanceTimersByTime(1);
  expect([writers[1]!.heard, reader.heard]).toEqual([['updates 1'], ['updates 1']]);
  for (const number of [2, 3]) room.push(writers[0]!.session, number, 'edit', updateOf(`나 ${number}`));
  vi.advanceTimersByTime(6);
  expect(writers[1]!.heard).toEqual(['updates 1']);
  vi.advanceTimersByTime(2);
  expect(writers[1]!.heard).toEqual(['updates 1', 'updates 2']);
  expect(reader.heard).toEqual(['updates 1']);
  vi.advanceTimersByTime(50);
  expect(reader.heard).toEqual(['updates 1', 'updates 2']);
});

test('carets that moved within a slice come as one message, and who left within it is only gone', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { host } = aHost();
  const room = await host.open(DOCUMENT);
  const [writer, other] = [await joined(room), await joined(room, { userId: 'naru' })];
  room.say(writer.session, 7, 1, '{"cursor":null}');
  room.say(writer.session, 7, 2, '{"cursor":1}');
  room.say(other.session, 8, 1, '{"cursor":null}');
  vi.advanceTimersByTime(80);
  expect(other.heard).toEqual(['presence 2']);
  room.say(writer.session, 7, 3, '{"cursor":2}');
  room.leave(writer.session);
  vi.advanceTimersByTime(80);
  expect(other.heard).toEqual(['presence 2', 'presence 1']);
});

test('when the bus is back, people who did not move meanwhile are told all the same, and the others are asked for theirs', async () => {
  const said: BusMessage[] = [];
  const { host } = aHost({ say: (messages) => void said.push(...messages) });
  const room = await host.open(DOCUMENT);
  const { session } = await joined(room);
  room.say(session, 7, 1, '{"cursor":"봄"}');
  said.length = 0;
  host.greet();
  await endOfTurn();
  expect(said).toContainEqual({ kind: 'who', documentId: DOCUMENT });
  expect(said).toContainEqual({ kind: 'people', documentId: DOCUMENT, people: [{ client: 7, clock: 1, state: '{"cursor":"봄"}', who: { userId: 'garam', name: 'garam', colour: 0 } }] });
});
