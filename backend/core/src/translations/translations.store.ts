import type { AssistId, DocumentId, ProjectId, Provider, SegmentId, UserId } from '@cowrite/contract';
import { type Insertable, sql } from 'kysely';
import type { Reader, Tables, Tx } from '../platform/database.ts';

/** A segment as it is kept. */
export interface Segment {
  id: SegmentId;
  source: string;
  before: string | null;
  after: string | null;
  target: string;
  madeBy: UserId;
  madeAt: Date;
  model: { provider: Provider; model: string; assistId: AssistId } | null;
  changedBy: UserId | null;
  changedAt: Date | null;
  rev: number;
}

/** Of which scene, and in which language. */
export interface Place {
  projectId: ProjectId;
  documentId: DocumentId;
  language: string;
}

const segments = (db: Reader, { projectId, documentId, language }: Place) => db.selectFrom('core.translation_segment').selectAll().where('project_id', '=', projectId).where('document_id', '=', documentId).where('language', '=', language);

/** All of them, in their order. */
export const list = async (db: Reader, place: Place): Promise<Segment[]> =>
  (await segments(db, place).orderBy('position').orderBy('id').execute()).map((row) => ({
    id: row.id,
    source: row.source,
    before: row.before_hash,
    after: row.after_hash,
    target: row.target,
    madeBy: row.made_by,
    madeAt: row.made_at,
    model: row.provider === null ? null : { provider: row.provider, model: row.model!, assistId: row.assist_id! },
    changedBy: row.changed_by,
    changedAt: row.changed_at,
    rev: row.rev,
  }));

/** How many segments a scene has in each language, and when one of them was changed last. */
export const languages = async (db: Reader, projectId: ProjectId, documentId: DocumentId): Promise<{ language: string; segments: number; changedAt: Date }[]> =>
  (
    await db
      .selectFrom('core.translation_segment')
      .select((row) => ['language', row.fn.countAll<number>().as('segments'), sql<Date>`max(greatest(made_at, changed_at))`.as('changedAt')])
      .where('project_id', '=', projectId)
      .where('document_id', '=', documentId)
      .groupBy('language')
      .orderBy('language')
      .execute()
  ).map((row) => ({ ...row, segments: Number(row.segments) }));

const rowOf = (place: Place, segment: Segment, position: number): Insertable<Tables['core.translation_segment']> => ({
  id: segment.id,
  project_id: place.projectId,
  document_id: place.documentId,
  language: place.language,
  position,
  source: segment.source,
  before_hash: segment.before,
  after_hash: segment.after,
  target: segment.target,
  made_by: segment.madeBy,
  made_at: segment.madeAt,
  provider: segment.model?.provider ?? null,
  model: segment.model?.model ?? null,
  assist_id: segment.model?.assistId ?? null,
  changed_by: segment.changedBy,
  changed_at: segment.changedAt,
  rev: segment.rev,
});

/** Puts these segments, in this order, in the place of all that the scene has in this language. */
export async function replaceAll(tx: Tx, place: Place, kept: readonly Segment[]): Promise<void> {
  await tx.deleteFrom('core.translation_segment').where('project_id', '=', place.projectId).where('document_id', '=', place.documentId).where('language', '=', place.language).execute();
  const rows = kept.map((segment, position) => rowOf(place, segment, position));
  for (let from = 0; from < rows.length; from += 1_000)
    await tx
      .insertInto('core.translation_segment')
      .values(rows.slice(from, from + 1_000))
      .execute();
}
