import { sql } from 'kysely';
import type { Database } from '../platform/database.ts';

/** Cosine distances were out of their range before (its changelog, 0.5.0). */
const OLDEST = [0, 5] as const;

/** The extension `vector` of the database: in which schema its type and its operators are. */
export interface Pgvector {
  schema: string;
  version: string;
}

/**
 * The extension of this database, or why it cannot be asked to compare numbers. Where the server has it, and this role may, it is
 * created; whoever owns the database may do that for us (docs/ops/install.md). @throws only when the database does not answer.
 */
export async function findPgvector(db: Database): Promise<Pgvector | { missing: string }> {
  const there = await installed(db);
  if (there !== undefined) return usable(db, there);
  const { rows } = await sql<{ allowed: boolean }>`SELECT has_database_privilege(current_database(), 'CREATE') AS allowed FROM pg_available_extensions WHERE name = 'vector'`.execute(db);
  if (rows.length === 0) return { missing: 'this PostgreSQL does not have the extension vector' };
  if (!rows[0]!.allowed) return { missing: 'the extension vector is not in this database, and this role may not put it there' };
  try {
    await sql`CREATE EXTENSION IF NOT EXISTS vector`.execute(db);
  } catch (failure) {
    // Another node may have been first; otherwise it is not there, which is no failure of ours.
    const now = await installed(db);
    return now === undefined ? { missing: `the extension vector could not be created: ${(failure as Error).message}` } : usable(db, now);
  }
  return usable(db, (await installed(db))!);
}

const installed = async (db: Database): Promise<Pgvector | undefined> =>
  (await sql<Pgvector>`SELECT n.nspname AS schema, e.extversion AS version FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'`.execute(db)).rows[0];

async function usable(db: Database, found: Pgvector): Promise<Pgvector | { missing: string }> {
  if (!isNewEnough(found.version)) return { missing: `the extension vector is ${found.version}, older than ${OLDEST.join('.')}` };
  try {
    // Its library may be gone from the server, and its schema closed to this role.
    await sql`SELECT ${distance(found, sql`'{1,0}'`, [0, 1])}`.execute(db);
    return found;
  } catch (failure) {
    return { missing: `the extension vector does not work: ${(failure as Error).message}` };
  }
}

/** Whether a version such as `0.8.1` is one that we can use. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** How far apart two arrays point, from 0 to 2, as SQL. Named by its schema, which need not be among those that are searched. */
export const distance = ({ schema }: Pgvector, one: ReturnType<typeof sql>, other: readonly number[]): ReturnType<typeof sql> =>
  sql`(${one}::real[]::${sql.id(schema)}.vector OPERATOR(${sql.id(schema)}.<=>) ${[...other]}::real[]::${sql.id(schema)}.vector)`;
