import { randomBytes, randomUUID } from 'node:crypto';
import type { Pool } from '@cowrite/service-kit';
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

  test.for([0, 1, 24_576, 24_577, 3_000_000])('a snapshot of %i bytes is read as it lies, whichever way it comes', async (size) => {
    await using database = await aDatabase();
    const log = new PostgresUpdateLog(database.pool);
    const documentId = randomUUID();
    const bytes = randomBytes(size);
    await keepSnapshot(database.pool, documentId, bytes);
    expect((await log.snapshot(documentId)).bytes!.equals(bytes)).toBe(true);
    const { epoch, snapshot } = await log.load(documentId);
    expect({ epoch, version: snapshot.version, isEqual: snapshot.bytes!.equals(bytes) }).toEqual({ epoch: 1, version: 7, isEqual: true });
  });

  test('a large snapshot that is folded anew while it is read comes whole, with what is told of it', async () => {
    await using database = await aDatabase();
    const documentId = randomUUID();
    const [before, after] = [randomBytes(100_000), randomBytes(120_000)];
    await keepSnapshot(database.pool, documentId, before);
    // The compactor is done between the question for the row, which the pool asks by itself, and that for the bytes.
    let isFolded = false;
    const connect = async () => {
      if (!isFolded) await keepSnapshot(database.pool, documentId, after, 8);
      isFolded = true;
      return database.pool.connect();
    };
    const pool = { query: database.pool.query.bind(database.pool), connect } as unknown as Pool;
    const { version, bytes } = await new PostgresUpdateLog(pool).snapshot(documentId);
    expect({ isFolded, version, isEqual: bytes!.equals(after) }).toEqual({ isFolded: true, version: 8, isEqual: true });
  });

  test('a large snapshot whose bytes went bad is given to nobody, and the compactor is asked for it', async () => {
    await using database = await aDatabase();
    const documentId = randomUUID();
    await keepSnapshot(database.pool, documentId, randomBytes(100_000));
    await database.pool.query('UPDATE sync.document SET snapshot = set_byte(snapshot, 50000, get_byte(snapshot, 50000) # 1)');
    await expect(new PostgresUpdateLog(database.pool).snapshot(documentId)).rejects.toThrow('checksum');
    expect((await database.pool.query('SELECT document_id FROM sync.fold_job')).rows).toEqual([{ document_id: documentId }]);
  });
});

async function keepSnapshot(pool: Pool, documentId: string, bytes: Buffer, version = 7): Promise<void> {
  await pool.query(
    `INSERT INTO sync.document (document_id, version, snapshot, checksum, state_vector, delete_set_at) VALUES ($1, $2, $3, sha256($3), '\\x00', 0)
         ON CONFLICT (document_id) DO UPDATE SET version = $2, snapshot = $3, checksum = sha256($3)`,
    [documentId, version, bytes],
  );
}
