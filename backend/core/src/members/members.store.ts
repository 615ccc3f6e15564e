import type { Member, ProjectId, Role, UserId } from '@cowrite/contract';
import type { Insertable } from 'kysely';
import type { Reader, Tables, Tx } from '../platform/database.ts';

const COLOURS = 12;

const asMember = (row: { user_id: UserId; name: string; role: Role; colour: number; joined_at: Date }): Member => ({
  userId: row.user_id,
  name: row.name,
  role: row.role,
  colour: row.colour,
  joinedAt: row.joined_at.toISOString(),
});

const rows = (db: Reader, projectId: ProjectId) =>
  db.selectFrom('core.member as m').innerJoin('core.account as a', 'a.id', 'm.user_id').select(['m.user_id', 'a.name', 'm.role', 'm.colour', 'm.joined_at']).where('m.project_id', '=', projectId);

/** Everyone, in the order they came. */
export const list = async (db: Reader, projectId: ProjectId): Promise<Member[]> => (await rows(db, projectId).orderBy('m.joined_at').orderBy('m.user_id').execute()).map(asMember);

export async function read(db: Reader, projectId: ProjectId, userId: UserId): Promise<Member | null> {
  const row = await rows(db, projectId).where('m.user_id', '=', userId).executeTakeFirst();
  return row === undefined ? null : asMember(row);
}

export async function add(tx: Tx, member: Insertable<Tables['core.member']>): Promise<void> {
  await tx.insertInto('core.member').values(member).execute();
}

export async function setRole(tx: Tx, projectId: ProjectId, userId: UserId, role: Role): Promise<void> {
  await tx.updateTable('core.member').set({ role }).where('project_id', '=', projectId).where('user_id', '=', userId).execute();
}

export async function remove(tx: Tx, projectId: ProjectId, userId: UserId): Promise<void> {
  await tx.deleteFrom('core.member').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
}

/** The first colour nobody has yet, or else one of those that the fewest have. */
export function freeColour(members: readonly Member[]): number {
  const uses = Array.from({ length: COLOURS }, (_, colour) => members.filter((member) => member.colour === colour).length);
  return uses.indexOf(Math.min(...uses));
}
