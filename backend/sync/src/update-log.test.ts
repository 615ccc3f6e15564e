import { randomUUID } from 'node:crypto';
import { aDatabase } from '@cowrite/service-kit/testing';
import { writeBatch } from '@cowrite/sync-core';
import { describe, expect, test } from 'vitest';
import { MemoryUpdateLog, NO_CREDITS } from './update-log.memory.ts';
import { PostgresUpdateLog } from './update-log.postgres.ts';
import { updateLogSuite } from './update-log.suite.ts';
import { PoisonedRows } from './update-log.ts';

describe('in memory', () => {
  updateLogSuite(async () => {
    const log = new MemoryUpdateLog();
    return { log, replaceHistory: async (documentId) => log.replace(documentId), [Symbol.asyncDispose]: async () => undefined };
  });
});

describe('in PostgreSQL', () => {
  updateLogSuite(async () => {
    const database = await aDatabase();
    return {
      log: new PostgresUpdateLog(database.pool),
      replaceHistory: async (documentId) => {
        await database.pool.query('UPDATE sync.document SET epoch = epoch + 1 WHERE document_id = $1', [documentId]);
      },
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  });

  test('one row the database will never take does not fail the batch it came in', async () => {
    await using database = await aDatabase();
    const log = new PostgresUpdateLog(database.pool);
    const row = { documentId: randomUUID(), epoch: 1, node: randomUUID(), seq: 1, updates: writeBatch([Uint8Array.of(0, 0)]), credits: NO_CREDITS };
    const bad = { ...row, documentId: 'no document', seq: 1 };
    await expect(log.append([row, bad])).rejects.toMatchObject({ rows: [bad] });
    await expect(log.append([bad])).rejects.toThrow(PoisonedRows);
    expect((await log.load(row.documentId)).tail).toHaveLength(1);
  });
});
