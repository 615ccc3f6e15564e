import type { ProjectChange, ProjectId, UserId } from '@cowrite/contract';
import { sql } from 'kysely';
import type { Tx } from './database.ts';

/**
 * What core tells the edges. Events are rows, written in the transaction of the change they tell of; the notification
 * is a hint sent when that transaction commits, so a lost one delays and never loses.
 */
const CHANNEL = 'cowrite';

type Hint = { kind: 'event'; projectId: ProjectId; seq: number } | { kind: 'standing'; projectId?: ProjectId; userId: UserId } | { kind: 'edits' };

async function notify(tx: Tx, hint: Hint): Promise<void> {
  await sql`SELECT pg_notify(${CHANNEL}, ${JSON.stringify(hint)})`.execute(tx);
}

/** Holds the project's row until the transaction ends: changes of one project happen one after the other. */
export async function lockProject(tx: Tx, projectId: ProjectId): Promise<void> {
  await tx.selectFrom('core.project').select('id').where('id', '=', projectId).forUpdate().executeTakeFirstOrThrow();
}

/** Adds `change` to the project's events, gapless, and tells sync when the transaction commits. @returns its number. */
export async function appendEvent(tx: Tx, event: { projectId: ProjectId; by: UserId; at: Date; change: ProjectChange }): Promise<number> {
  const { seq } = await tx
    .updateTable('core.project')
    .set((row) => ({ seq: row('seq', '+', 1) }))
    .where('id', '=', event.projectId)
    .returning('seq')
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('core.project_event')
    .values({ project_id: event.projectId, seq, by_user: event.by, change: JSON.stringify(event.change), created_at: event.at })
    .execute();
  await notify(tx, { kind: 'event', projectId: event.projectId, seq });
  return seq;
}

/** Says that what someone may do has changed (in one project, or everywhere): open sockets are looked at again. */
export const standingChanged = (tx: Tx, userId: UserId, projectId?: ProjectId): Promise<void> => notify(tx, { kind: 'standing', userId, ...(projectId === undefined ? {} : { projectId }) });

/** Says that edits wait in `core.document_edit`. */
export const editsWait = (tx: Tx): Promise<void> => notify(tx, { kind: 'edits' });
