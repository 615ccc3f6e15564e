import type { DocumentId, ProjectId, Provider, UserId } from '@cowrite/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Reader, Tx } from '../platform/database.ts';
import { directionOf } from './nearest.ts';
import { distance, type Pgvector } from './pgvector.ts';

/** Whose numbers, under which version of the provider's notice. */
export interface Source {
  provider: Provider;
  notice: string;
  model: string;
}

/** Whether passages of the work are found by meaning, and may go to this provider for that. */
export async function isOn(db: Reader, projectId: ProjectId, { provider, notice }: Source): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM core.ai_setting s JOIN core.ai_allowed a ON a.project_id = s.project_id AND a.provider = ${provider} AND a.notice = ${notice}
     WHERE s.project_id = ${projectId} AND s.mode = 'on' AND s.by_meaning`.execute(db);
  return rows.length > 0;
}

/** Everyone whose text may go there. */
export const agreed = async (db: Reader, projectId: ProjectId, { provider, notice }: Source): Promise<Set<UserId>> =>
  new Set((await db.selectFrom('core.ai_consent').select('user_id').where('project_id', '=', projectId).where('provider', '=', provider).where('notice', '=', notice).execute()).map((row) => row.user_id));

/** Of these scenes those of which something may be left to be sent, as they are settled now. */
export async function unread(db: Reader, projectId: ProjectId, documentIds: readonly DocumentId[], { provider, model }: Source): Promise<Map<DocumentId, string>> {
  const { rows } = await sql<{ document_id: DocumentId; settled_at: string }>`
    SELECT v.document_id, v.settled_at::text FROM sync.document_projection v
      LEFT JOIN core.passages_read r ON r.document_id = v.document_id AND r.project_id = ${projectId} AND r.provider = ${provider} AND r.model = ${model}
     WHERE v.document_id = ANY(${[...documentIds]}::uuid[]) AND r.settled_at IS DISTINCT FROM v.settled_at::text`.execute(db);
  return new Map(rows.map((row) => [row.document_id, row.settled_at]));
}

/** The passages of a scene that have their numbers. */
export const hashes = async (db: Reader, documentId: DocumentId, { provider, model }: Source): Promise<Set<string>> =>
  new Set((await db.selectFrom('core.passage_meaning').select('hash').where('document_id', '=', documentId).where('provider', '=', provider).where('model', '=', model).execute()).map(({ hash }) => hash));

export async function keep(tx: Tx, { projectId, provider, model }: Source & { projectId: ProjectId }, passages: readonly { documentId: DocumentId; hash: string; authors: readonly UserId[]; vector: Uint8Array }[]): Promise<void> {
  if (passages.length === 0) return;
  await tx
    .insertInto('core.passage_meaning')
    .values(passages.map(({ documentId, hash, authors, vector }) => ({ document_id: documentId, project_id: projectId, provider, model, hash, authors: [...authors], vector: Buffer.from(vector), direction: directionOf(vector) })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Nothing of a scene is left to be sent as it was settled; what it no longer says is forgotten. */
export async function markRead(tx: Tx, { projectId, provider, model }: Source & { projectId: ProjectId }, documentId: DocumentId, settledAt: string, still: readonly string[]): Promise<void> {
  await sql`DELETE FROM core.passage_meaning WHERE document_id = ${documentId} AND provider = ${provider} AND model = ${model} AND hash <> ALL(${[...still]}::text[])`.execute(tx);
  await tx
    .insertInto('core.passages_read')
    .values({ document_id: documentId, project_id: projectId, provider, model, settled_at: settledAt })
    .onConflict((conflict) => conflict.columns(['document_id', 'provider', 'model']).doUpdateSet({ settled_at: settledAt }))
    .execute();
}

/** Among which passages is looked: of these scenes of this work, by whose numbers, of how many bytes each. */
export interface Among extends Source {
  projectId: ProjectId;
  documentIds: readonly DocumentId[];
  bytes: number;
}

/** A passage and its numbers. */
export interface Numbered {
  documentId: DocumentId;
  hash: string;
  vector: Uint8Array;
}

/**
 * Which passages may be found: those of these scenes of this work, which are the ones that may be known and told, as far as everyone whose
 * words are in them agrees now. Every way to rank them asks by this.
 */
const mayBeFound = ({ projectId, documentIds, provider, notice, model, bytes }: Among) => sql`
  FROM core.passage_meaning m JOIN core.document d ON d.id = m.document_id AND d.project_id = ${projectId}
 WHERE m.project_id = ${projectId} AND m.document_id = ANY(${[...documentIds]}::uuid[]) AND m.provider = ${provider} AND m.model = ${model} AND octet_length(m.vector) = ${bytes}
   AND NOT EXISTS (SELECT FROM unnest(m.authors) AS author (id)
                    WHERE NOT EXISTS (SELECT FROM core.ai_consent c WHERE c.project_id = ${projectId} AND c.user_id = author.id AND c.provider = ${provider} AND c.notice = ${notice}))`;

/** In which order they come, wherever they are kept: what is equally near stays in it. */
const inOrder = sql`ORDER BY document_id, hash COLLATE "C"`;

/** The numbers of all passages that may be found. */
export const vectors = (db: Reader, among: Among): Promise<Numbered[]> => numbered(db, sql`SELECT m.document_id, m.hash, m.vector ${mayBeFound(among)} ${inOrder}`);

/** The numbers of those that come nearest to a direction by the database's own comparing, in no order of nearness. */
export const nearestVectors = (db: Reader, pgvector: Pgvector, among: Among, direction: readonly number[], limit: number): Promise<Numbered[]> =>
  numbered(
    db,
    sql`SELECT * FROM (SELECT m.document_id, m.hash, m.vector ${mayBeFound(among)} AND m.direction IS NOT NULL
                        ORDER BY ${distance(pgvector, sql`m.direction`, direction)}, m.document_id, m.hash COLLATE "C" LIMIT ${limit}) AS nearest ${inOrder}`,
  );

async function numbered(db: Reader, statement: RawBuilder<{ document_id: DocumentId; hash: string; vector: Uint8Array }>): Promise<Numbered[]> {
  const { rows } = await statement.execute(db);
  return rows.map((row) => ({ documentId: row.document_id, hash: row.hash, vector: row.vector }));
}

/** Forgets what may no longer be had: nothing is left where it is turned off or the provider taken out, nor of those who do not agree. What may go is looked at anew. */
export async function forget(tx: Tx, projectId: ProjectId): Promise<void> {
  await sql`
    DELETE FROM core.passage_meaning m
     WHERE m.project_id = ${projectId}
       AND (NOT EXISTS (SELECT FROM core.ai_setting s WHERE s.project_id = ${projectId} AND s.mode = 'on' AND s.by_meaning)
         OR NOT EXISTS (SELECT FROM core.ai_allowed a WHERE a.project_id = ${projectId} AND a.provider = m.provider)
         OR EXISTS (SELECT FROM unnest(m.authors) AS author (id) WHERE NOT EXISTS (SELECT FROM core.ai_consent c WHERE c.project_id = ${projectId} AND c.user_id = author.id AND c.provider = m.provider)))`.execute(tx);
  await tx.deleteFrom('core.passages_read').where('project_id', '=', projectId).execute();
}
