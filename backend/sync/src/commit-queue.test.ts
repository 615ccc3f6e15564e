import { createLogger } from '@cowrite/service-kit';
import { expect, test } from 'vitest';
import { CommitQueue, type CommitRoom } from './commit-queue.ts';
import { Turn } from './turn.ts';
import { MemoryUpdateLog } from './update-log.memory.ts';

/** Longer than any test lives: what waits for it to pass does not come by itself. */
const FOREVER_MS = 600_000;

function aQueue() {
  const log = new MemoryUpdateLog();
  const queue = new CommitQueue({ log, node: '01a20733-0000-7000-8000-000000000001', windowMs: 0, logger: createLogger({ service: 'test', level: 'silent' }), turn: new Turn() });
  const heard: string[] = [];
  const aRoom = (name: string, documentId: string, gatherMs: number): CommitRoom => {
    let seq = 0;
    return { documentId, epoch: 1, gatherMs, nextSeq: () => ++seq, committed: (upTo) => void heard.push(`${name} ${upTo}`), failed: (reason) => void heard.push(`${name} ${reason}`) };
  };
  const write = (room: CommitRoom, position: number) => queue.add(room, { update: Uint8Array.of(0, 0), credits: [], owners: [], position });
  const crowd = aRoom('crowd', '01a20733-44ac-7f91-a340-ff07e05ddccd', FOREVER_MS);
  const two = aRoom('two', '01a20733-44ac-7f91-a340-ff07e05ddcce', 0);
  return { queue, heard, write, crowd, two };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
}

test('what a crowd writes after a rest is committed at once, and what follows waits for the others of its slice', async () => {
  const { heard, write, crowd } = aQueue();
  write(crowd, 1);
  await turns();
  expect(heard).toEqual(['crowd 1']);
  write(crowd, 2);
  write(crowd, 3);
  await turns();
  expect(heard).toEqual(['crowd 1']);
});

test('what a crowd gathered goes with the next commit of anybody, who does not wait for it', async () => {
  const { heard, write, crowd, two } = aQueue();
  write(crowd, 1);
  await turns();
  write(crowd, 2);
  await turns();
  write(two, 1);
  await turns();
  expect(heard).toEqual(['crowd 1', 'crowd 2', 'two 1']);
});

test('an orderly stop does not wait for a slice to end', async () => {
  const { queue, heard, write, crowd } = aQueue();
  write(crowd, 1);
  await turns();
  write(crowd, 2);
  write(crowd, 3);
  await queue.settled();
  expect(heard).toEqual(['crowd 1', 'crowd 3']);
});
