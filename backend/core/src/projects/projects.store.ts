import type { NodeId, Project, ProjectId, Role, UserId } from '@cowrite/contract';
import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { Reader, Tables, Tx } from '../platform/database.ts';

export type ProjectRow = Selectable<Tables['core.project']>;

export async function add(tx: Tx, project: Insertable<Tables['core.project']>): Promise<boolean> {
  return (
    (await tx
      .insertInto('core.project')
      .values(project)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()) !== undefined
  );
}

export const read = (db: Reader, projectId: ProjectId): Promise<ProjectRow> => db.selectFrom('core.project').selectAll().where('id', '=', projectId).executeTakeFirstOrThrow();

/** The project as one of its members sees it, or undefined for anyone else. */
export const readAsMember = (db: Reader, projectId: ProjectId, userId: UserId) =>
  db.selectFrom('core.project as p').innerJoin('core.member as m', 'm.project_id', 'p.id').selectAll('p').select('m.role').where('p.id', '=', projectId).where('m.user_id', '=', userId).executeTakeFirst();

export const change = (tx: Tx, projectId: ProjectId, values: Updateable<Tables['core.project']>): Promise<ProjectRow> =>
  tx
    .updateTable('core.project')
    .set(values)
    .set((row) => ({ rev: row('rev', '+', 1) }))
    .where('id', '=', projectId)
    .returningAll()
    .executeTakeFirstOrThrow();

export interface ShelfRow extends ProjectRow {
  role: Role;
  member_count: number;
  characters: number;
  place_node: NodeId | null;
  place_title: string | null;
  place_at: Date | null;
}

/** The works of one person in `state`, the last changed first. */
export async function shelf(db: Reader, userId: UserId, state: Project['state']): Promise<ShelfRow[]> {
  const { rows } = await sql<ShelfRow>`
    SELECT p.*, m.role,
           (SELECT count(*)::int FROM core.member other WHERE other.project_id = p.id) AS member_count,
           (SELECT coalesce(sum(v.with_spaces), 0)::int
              FROM core.document d JOIN core.node n ON n.id = d.node_id AND n.trashed_at IS NULL JOIN sync.document_projection v ON v.document_id = d.id
             WHERE d.project_id = p.id) AS characters,
           l.node_id AS place_node, coalesce(nullif(n.title, ''), above.title, '') AS place_title, l.at AS place_at
    FROM core.member m
    JOIN core.project p ON p.id = m.project_id
    LEFT JOIN core.last_place l ON l.project_id = p.id AND l.user_id = m.user_id
    LEFT JOIN core.node n ON n.id = l.node_id
    LEFT JOIN core.node above ON above.id = n.parent_id
    WHERE m.user_id = ${userId} AND p.state = ${state}
    ORDER BY p.updated_at DESC, p.id`.execute(db);
  return rows;
}

/** @returns false when the node is not a live one of the project. */
export async function rememberPlace(db: Reader, projectId: ProjectId, userId: UserId, nodeId: NodeId, at: Date): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO core.last_place (project_id, user_id, node_id, at)
    SELECT project_id, ${userId}, id, ${at} FROM core.node WHERE id = ${nodeId} AND project_id = ${projectId} AND trashed_at IS NULL
    ON CONFLICT (project_id, user_id) DO UPDATE SET node_id = excluded.node_id, at = excluded.at
    RETURNING node_id`.execute(db);
  return rows.length > 0;
}
