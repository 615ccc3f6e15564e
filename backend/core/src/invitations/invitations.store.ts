import type { InvitationId, ProjectId } from '@cowrite/contract';
import type { Insertable } from 'kysely';
import type { Reader, Tables, Tx } from '../platform/database.ts';

export async function add(db: Reader, invitation: Insertable<Tables['core.invitation']>): Promise<void> {
  await db.insertInto('core.invitation').values(invitation).execute();
}

const withPeople = (db: Reader) =>
  db
    .selectFrom('core.invitation as i')
    .innerJoin('core.account as a', 'a.id', 'i.created_by')
    .innerJoin('core.project as p', 'p.id', 'i.project_id')
    .selectAll('i')
    .select(['a.name as invited_by', 'p.title as project_title', 'p.state as project_state']);

export const open = (db: Reader, projectId: ProjectId, now: Date) => withPeople(db).where('i.project_id', '=', projectId).where('i.revoked_at', 'is', null).where('i.expires_at', '>', now).orderBy('i.created_at', 'desc').execute();

export const byCode = (db: Reader, codeHash: Uint8Array) => withPeople(db).where('i.code_hash', '=', codeHash).executeTakeFirst();

export async function revoke(db: Reader, projectId: ProjectId, id: InvitationId, now: Date): Promise<boolean> {
  const revoked = await db.updateTable('core.invitation').set({ revoked_at: now }).where('id', '=', id).where('project_id', '=', projectId).where('revoked_at', 'is', null).returning('id').executeTakeFirst();
  return revoked !== undefined;
}

export async function countUse(tx: Tx, id: InvitationId): Promise<void> {
  await tx
    .updateTable('core.invitation')
    .set((row) => ({ uses: row('uses', '+', 1) }))
    .where('id', '=', id)
    .execute();
}
