import type { DocumentId, ProjectId, UserId } from '@cowrite/contract';
import { sql } from 'kysely';
import type { Reader } from '../platform/database.ts';
import type { Authors } from './authors.ts';

/** Whether a document is of this project, and whether it is in the trash. */
export async function place(db: Reader, projectId: ProjectId, documentId: DocumentId): Promise<{ trashed: boolean } | null> {
  const { rows } = await sql<{ project_id: ProjectId; trashed: boolean }>`SELECT project_id, trashed FROM core.document_place(${documentId})`.execute(db);
  const [row] = rows;
  return row === undefined || row.project_id !== projectId ? null : { trashed: row.trashed };
}

/** An edit of core's own that sync has not taken yet, and whose it is. */
export interface WaitingEdit {
  bytes: Uint8Array;
  actor: UserId;
}

/** The committed state of a document: what sync has, and what still waits for it, seen at one moment. */
export async function state(db: Reader, projectId: ProjectId, documentId: DocumentId): Promise<{ snapshot: Uint8Array | null; tail: Uint8Array[]; edits: WaitingEdit[] }> {
  // One statement, one snapshot of the database: an edit on its way from one table to the other is in exactly one.
  const { rows } = await sql<{ snapshot: Uint8Array | null; tail: Uint8Array[] | null; edits: Uint8Array[]; actors: UserId[] }>`
    SELECT s.snapshot, s.tail,
           ARRAY(SELECT e.bytes FROM core.document_edit e WHERE e.document_id = ${documentId} AND e.project_id = ${projectId} ORDER BY e.seq) AS edits,
           ARRAY(SELECT e.actor::text FROM core.document_edit e WHERE e.document_id = ${documentId} AND e.project_id = ${projectId} ORDER BY e.seq) AS actors
    FROM (SELECT 1) AS one LEFT JOIN sync.document_state(${documentId}) s ON true`.execute(db);
  const row = rows[0]!;
  return { snapshot: row.snapshot, tail: row.tail ?? [], edits: row.edits.map((bytes, at) => ({ bytes, actor: row.actors[at]! })) };
}

export async function oldestEdit(db: Reader): Promise<Date | null> {
  const { oldest } = await db
    .selectFrom('core.document_edit')
    .select((row) => row.fn.min('created_at').as('oldest'))
    .executeTakeFirstOrThrow();
  return oldest;
}

/** Whose the clocks of a document's clients are, as sync says. */
export async function authors(db: Reader, documentId: DocumentId): Promise<Authors> {
  const { rows } = await sql<{ client: number; clock_from: number; clock_to: number | null; user_id: UserId }>`SELECT client, clock_from, clock_to, user_id FROM sync.document_authors(${documentId})`.execute(db);
  return rows.map(({ client, clock_from: from, clock_to: to, user_id: by }) => ({ client, from, to, by }));
}
