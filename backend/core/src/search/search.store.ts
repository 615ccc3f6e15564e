import type { DocumentId } from '@cowrite/contract';
import { sql } from 'kysely';
import type { Reader } from '../platform/database.ts';

/** Texts of those documents that hold the query, as sync's projection last saw them. */
export async function find(db: Reader, documentIds: readonly DocumentId[], query: string, initials: boolean): Promise<Map<DocumentId, string>> {
  if (documentIds.length === 0) return new Map();
  const { rows } = await sql<{ document_id: DocumentId; text: string }>`SELECT document_id, text FROM sync.find_documents(${documentIds}::uuid[], ${query}, ${initials})`.execute(db);
  return new Map(rows.map((row) => [row.document_id, row.text]));
}

/** When the oldest of these documents' texts was settled; null when none has been. */
export async function oldest(db: Reader, documentIds: readonly DocumentId[]): Promise<Date | null> {
  if (documentIds.length === 0) return null;
  const { rows } = await sql<{ settled_at: Date | null }>`SELECT min(settled_at) AS settled_at FROM sync.document_projection WHERE document_id = ANY(${documentIds}::uuid[])`.execute(db);
  return rows[0]!.settled_at;
}
