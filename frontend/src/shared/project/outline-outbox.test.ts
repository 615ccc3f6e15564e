import { type Node, Problem, ProjectId } from '@cowrite/contract';
import { expect, test, vi } from 'vitest';
import { createOp, type OutlineOp } from './outline-op.ts';
import { OutlineOutbox, type OutboxHost } from './outline-outbox.ts';

const projectId = ProjectId.parse('01936f6e-0000-7000-8000-000000000001');
const chapter = (title: string) => createOp('chapter', title, { place: 'into', nodeId: null });

/** A device and a core in the test's hand: what is on disk, what core answers next, and when the network is back. */
function aDevice(kept: OutlineOp[] = []) {
  const disk = new Map(kept.map((op) => [op.opId, op]));
  const sent: string[] = [];
  const refused: string[] = [];
  const answers: (() => Promise<(nodes: readonly Node[]) => Node[]>)[] = [];
  let back: (() => void) | undefined;
  const host: OutboxHost = {
    projectId,
    store: { opsOf: async () => [...disk.values()], addOp: async (_, op) => void disk.set(op.opId, op), removeOp: async (_, opId) => void disk.delete(opId) },
    send: async (op) => {
      const answer = answers.shift();
      if (answer) return await answer();
      sent.push(op.opId);
      return (nodes) => [...nodes];
    },
    took: () => undefined,
    refused: (op) => void refused.push(op.opId),
    alone: (drain) => drain(),
    later: () => new Promise((resolve) => (back = resolve)),
  };
  return { outbox: new OutlineOutbox(host), disk, sent, refused, answers, isWaitingForNetwork: () => back !== undefined, networkReturns: () => back?.() };
}

const settled = (outbox: OutlineOutbox) => vi.waitFor(() => expect(outbox.waiting()).toEqual([]));

test('sends what was done in the order in which it was done, and keeps nothing of it afterwards', async () => {
  const device = aDevice();
  const [first, second] = [chapter('1화'), chapter('2화')];
  device.outbox.add(first);
  device.outbox.add(second);
  expect(device.outbox.waiting()).toEqual([first, second]);
  await settled(device.outbox);
  expect(device.sent).toEqual([first.opId, second.opId]);
  expect(device.disk.size).toBe(0);
});

test('waits for the network, and sends what an earlier tab left behind first', async () => {
  const left = chapter('지난 탭에서');
  const device = aDevice([left]);
  device.answers.push(async () => {
    throw new TypeError('no network');
  });
  await device.outbox.open();
  const now = chapter('이 탭에서');
  device.outbox.add(now);
  await vi.waitFor(() => expect(device.isWaitingForNetwork()).toBe(true));
  expect(device.outbox.waiting().map((op) => op.opId)).toEqual([left.opId, now.opId]);
  expect(device.disk.size).toBe(2);
  device.networkReturns();
  await settled(device.outbox);
  expect(device.sent).toEqual([left.opId, now.opId]);
});

test('drops a change that core refuses, and goes on with the next', async () => {
  const device = aDevice();
  const [wrong, right] = [chapter('틀린 것'), chapter('맞는 것')];
  device.answers.push(async () => {
    throw new Problem('impossible-move');
  });
  device.outbox.add(wrong);
  device.outbox.add(right);
  await settled(device.outbox);
  expect(device.refused).toEqual([wrong.opId]);
  expect(device.sent).toEqual([right.opId]);
});

test('keeps a change when it is the sign-in that ran out, not the change', async () => {
  const device = aDevice();
  device.answers.push(async () => {
    throw new Problem('signed-out');
  });
  device.outbox.add(chapter('1화'));
  await vi.waitFor(() => expect(device.isWaitingForNetwork()).toBe(true));
  expect(device.refused).toEqual([]);
  expect(device.disk.size).toBe(1);
});

test('takes back what has not been sent, and says when it is too late', async () => {
  const device = aDevice();
  device.answers.push(async () => {
    throw new TypeError('no network');
  });
  const [sending, waiting] = [chapter('1화'), chapter('2화')];
  device.outbox.add(sending);
  device.outbox.add(waiting);
  await vi.waitFor(() => expect(device.isWaitingForNetwork()).toBe(true));
  expect(device.outbox.takeBack(waiting.opId)).toBe(true);
  expect(device.outbox.takeBack(sending.opId)).toBe(false);
  expect(device.outbox.waiting()).toEqual([sending]);
});
