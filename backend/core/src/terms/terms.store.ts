import type { ProjectId, Term, TermId } from '@cowrite/contract';
import type { Insertable, Updateable } from 'kysely';
import type { Reader, Tables, Tx } from '../platform/database.ts';

type Row = Insertable<Tables['core.term']>;

/** A work's terms, by language and word. */
export const list = async (db: Reader, projectId: ProjectId): Promise<Term[]> =>
  (await db.selectFrom('core.term').selectAll().where('project_id', '=', projectId).orderBy('language').orderBy('source').orderBy('target').execute()).map((row) => ({
    id: row.id,
    language: row.language,
    source: row.source,
    target: row.target,
    note: row.note,
    changedBy: row.changed_by,
    changedAt: row.changed_at.toISOString(),
    rev: row.rev,
  }));

export async function add(tx: Tx, rows: readonly Row[]): Promise<void> {
  await tx
    .insertInto('core.term')
    .values([...rows])
    .execute();
}

export async function change(tx: Tx, projectId: ProjectId, id: TermId, values: Updateable<Tables['core.term']>): Promise<void> {
  await tx.updateTable('core.term').set(values).where('project_id', '=', projectId).where('id', '=', id).execute();
}

export async function remove(tx: Tx, projectId: ProjectId, id: TermId): Promise<void> {
  await tx.deleteFrom('core.term').where('project_id', '=', projectId).where('id', '=', id).execute();
}
