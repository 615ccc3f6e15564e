import { createLogger } from '@cowrite/service-kit';
import { DOCUMENT_LIMITS, StateVector } from '@cowrite/sync-core';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { CommitQueue } from './commit-queue.ts';
import { type Listener, type OpenRoom, RoomHost } from './room-host.ts';
import { MemoryUpdateLog } from './update-log.memory.ts';

const DOCUMENT = '01a20733-44ac-7f91-a340-ff07e05ddccd';

/** A host whose store is the test's hand. */
function aHost(log = new MemoryUpdateLog()) {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const commits = new CommitQueue({ log, node: '01a20733-0000-7000-8000-000000000001', windowMs: 0, logger });
  const host = new RoomHost({ log, commits, limits: DOCUMENT_LIMITS, presence: { expiresAfterMs: 30_000, stateBytesMax: 1_000 }, lingerMs: 60_000, editorsMax: 2, readersMax: 1, clock: () => 0, logger });
  return { log, host, commits };
}

/** A session that notes what it hears. */
function aListener(userId = 'garam') {
  const heard: string[] = [];
  const doc = new Y.Doc();
  const listener: Listener = {
    who: { userId, name: userId, colour: 0 },
    update: (update) => {
      heard.push('update');
      Y.applyUpdate(doc, update);
    },
    ack: (upTo) => void heard.push(`ack ${upTo}`),
    known: (number) => void heard.push(`known ${number}`),
    refuse: (number, reason) => void heard.push(`refuse ${number} ${reason}`),
    askWhole: () => void heard.push('whole'),
    presence: (changes) => void heard.push(`presence ${changes.length}`),
    end: (code) => void heard.push(`end ${code}`),
  };
  return { listener, heard, doc };
}

async function joined(room: OpenRoom, { userId = 'garam', canWrite = true } = {}) {
  const { listener, heard, doc } = aListener(userId);
  const session = await room.join(listener, canWrite, new StateVector(), (updates) => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return { session: session!, heard, doc };
}

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
  expect(other.heard).toEqual(['update']);
  expect(writer.heard).toEqual([]);
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
  const { doc } = await joined(await aHost(log).host.open(DOCUMENT));
  expect(doc.getText('t').toString()).toBe('남은 글');
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

test('who leaves is gone from everyone’s margin', async () => {
  const { host } = aHost();
  const room = await host.open(DOCUMENT);
  const [writer, other] = [await joined(room), await joined(room, { userId: 'naru' })];
  room.say(writer.session, 7, 1, '{"cursor":null}');
  room.leave(writer.session);
  expect(other.heard).toEqual(['presence 1', 'presence 1']);
});
