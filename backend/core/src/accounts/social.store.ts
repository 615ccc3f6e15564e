import type { IdentityId, UserId } from '@cowrite/contract';
import type { Insertable } from 'kysely';
import type { Reader, Tables, Tx } from '../platform/database.ts';

export async function addAttempt(db: Reader, attempt: Insertable<Tables['core.social_attempt']>): Promise<void> {
  await db.insertInto('core.social_attempt').values(attempt).execute();
}

/** Takes an attempt out: it is good once, whatever comes of it. */
export const takeAttempt = (db: Reader, state: Uint8Array) => db.deleteFrom('core.social_attempt').where('state', '=', state).returningAll().executeTakeFirst();

export const identityOf = (db: Reader, issuer: string, subject: string) => db.selectFrom('core.identity').selectAll().where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst();

export const identitiesOf = (db: Reader, userId: UserId) => db.selectFrom('core.identity').selectAll().where('user_id', '=', userId).orderBy('created_at').execute();

/** Adds an identity. @returns false when it is linked already, to whomever. */
export async function addIdentity(tx: Tx, identity: Insertable<Tables['core.identity']>): Promise<boolean> {
  const added = await tx
    .insertInto('core.identity')
    .values(identity)
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return added !== undefined;
}

export async function useIdentity(tx: Tx, id: IdentityId, email: string | null, now: Date): Promise<void> {
  await tx.updateTable('core.identity').set({ email, last_used_at: now }).where('id', '=', id).execute();
}

export async function removeIdentity(tx: Tx, userId: UserId, id: IdentityId): Promise<boolean> {
  return (await tx.deleteFrom('core.identity').where('id', '=', id).where('user_id', '=', userId).returning('id').executeTakeFirst()) !== undefined;
}

/** The account, held until the transaction ends: two links taken away at once must not both be the last but one. */
export const holdAccount = (tx: Tx, id: UserId) => tx.selectFrom('core.account').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

export async function addLink(db: Reader, link: Insertable<Tables['core.social_link']>): Promise<void> {
  await db.insertInto('core.social_link').values(link).execute();
}

/** The link of `secret`, held until the transaction ends. */
export const holdLink = (tx: Tx, secret: Uint8Array) => tx.selectFrom('core.social_link').selectAll().where('secret', '=', secret).forUpdate().executeTakeFirst();

export const readLink = (db: Reader, secret: Uint8Array) => db.selectFrom('core.social_link').selectAll().where('secret', '=', secret).executeTakeFirst();

export async function removeLink(tx: Tx, secret: Uint8Array): Promise<void> {
  await tx.deleteFrom('core.social_link').where('secret', '=', secret).execute();
}

/** Forgets browsers that never came back. */
export async function forgetAttempts(db: Reader, before: Date): Promise<void> {
  await db.deleteFrom('core.social_attempt').where('expires_at', '<', before).execute();
  await db.deleteFrom('core.social_link').where('expires_at', '<', before).execute();
}
