import { randomUUID } from 'node:crypto';
import { readBatch, writeBatch } from '@cowrite/sync-core';
import { expect, test } from 'vitest';
import { NO_CREDITS } from './update-log.memory.ts';
import type { NewRow, UpdateLog } from './update-log.ts';

/** A log in the suite's hand, and the one thing a log itself cannot do: replace a document's history. */
export interface LogUnderTest extends AsyncDisposable {
  log: UpdateLog;
  replaceHistory(documentId: string): Promise<void>;
}

const aRow = (row: Partial<NewRow> = {}): NewRow => ({ documentId: randomUUID(), epoch: 1, node: randomUUID(), seq: 1, updates: writeBatch([Uint8Array.of(0, 0)]), credits: NO_CREDITS, ...row });

/** What every implementation of UpdateLog must do. */
export function updateLogSuite(make: () => Promise<LogUnderTest>): void {
  test('a document nobody wrote in is empty and of epoch 1', async () => {
    await using world = await make();
    expect(await world.log.load(randomUUID())).toMatchObject({ epoch: 1, snapshot: { version: 0, bytes: null, cover: {} }, tail: [], owners: [] });
    expect(await world.log.snapshot(randomUUID())).toMatchObject({ version: 0, bytes: null, cover: {} });
  });

  test('what was appended is loaded, in order, byte for byte', async () => {
    await using world = await make();
    const first = aRow({ updates: writeBatch([Uint8Array.of(1, 2, 3), Uint8Array.of(0, 255)]), credits: { credits: [{ client: 4_000_000_000, from: 0, to: 3, by: randomUUID() }], owners: [] } });
    const second = { ...first, seq: 2, updates: writeBatch([Uint8Array.of(9)]) };
    expect(await world.log.append([first])).toEqual([]);
    expect(await world.log.append([second, aRow()])).toEqual([]);
    const { tail } = await world.log.load(first.documentId);
    expect(tail.map(({ row }) => row.seq)).toEqual([1, 2]);
    expect(readBatch(tail[0]!.updates).map((update) => [...update])).toEqual([
      [1, 2, 3],
      [0, 255],
    ]);
    expect(tail[0]!.credits).toEqual(first.credits);
  });

  test('a row that is there already counts as written, once', async () => {
    await using world = await make();
    const row = aRow();
    await world.log.append([row]);
    expect(await world.log.append([row])).toEqual([]);
    expect((await world.log.load(row.documentId)).tail).toHaveLength(1);
  });

  test('a row of an epoch that is over is not written and is named; the others are', async () => {
    await using world = await make();
    const [old, other] = [aRow(), aRow()];
    await world.log.append([old]);
    await world.replaceHistory(old.documentId);
    const late = { ...old, seq: 2 };
    expect(await world.log.append([late, other])).toEqual([late]);
    expect(await world.log.load(old.documentId)).toMatchObject({ epoch: 2, tail: [] });
    expect((await world.log.load(other.documentId)).tail).toHaveLength(1);
  });
}
