import type { SignInId, TokenId, UserId } from '@cowrite/contract';
import type { Reader, Tables, Tx } from '../platform/database.ts';
import type { Insertable, Selectable } from 'kysely';

export type Account = Selectable<Tables['core.account']>;

/** Adds an account. @returns false when the address is taken. */
export async function addAccount(tx: Tx, account: Insertable<Tables['core.account']>): Promise<boolean> {
  const added = await tx
    .insertInto('core.account')
    .values(account)
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst();
  return added !== undefined;
}

export const accountByEmail = (db: Reader, email: string): Promise<Account | undefined> => db.selectFrom('core.account').selectAll().where('email', '=', email).executeTakeFirst();

export const accountById = (db: Reader, id: UserId): Promise<Account | undefined> => db.selectFrom('core.account').selectAll().where('id', '=', id).executeTakeFirst();

export const changeAccount = (db: Reader, id: UserId, change: Partial<Pick<Account, 'name' | 'locale' | 'password_hash' | 'email_verified_at'>>): Promise<Account> =>
  db.updateTable('core.account').set(change).where('id', '=', id).returningAll().executeTakeFirstOrThrow();

export async function addSignIn(tx: Tx, signIn: Insertable<Tables['core.sign_in']>, refreshHash: Uint8Array): Promise<void> {
  await tx.insertInto('core.sign_in').values(signIn).execute();
  await tx.insertInto('core.refresh_token').values({ hash: refreshHash, sign_in_id: signIn.id, created_at: signIn.created_at, rotated_at: null }).execute();
}

/** The refresh token of `hash` with its sign-in and account, held until the transaction ends. */
export const holdRefreshToken = (tx: Tx, hash: Uint8Array) =>
  tx
    .selectFrom('core.refresh_token as r')
    .innerJoin('core.sign_in as s', 's.id', 'r.sign_in_id')
    .innerJoin('core.account as a', 'a.id', 's.user_id')
    .select(['r.hash', 'r.rotated_at', 's.id as sign_in_id', 's.user_id', 's.created_at', 's.expires_at', 's.ended_at', 'a.suspended_at'])
    .where('r.hash', '=', hash)
    .forUpdate(['r', 's'])
    .executeTakeFirst();

export async function rotate(tx: Tx, from: Uint8Array, to: Uint8Array, signIn: { id: SignInId; at: Date; expiresAt: Date }): Promise<void> {
  await tx.updateTable('core.refresh_token').set({ rotated_at: signIn.at }).where('hash', '=', from).execute();
  await tx.insertInto('core.refresh_token').values({ hash: to, sign_in_id: signIn.id, created_at: signIn.at, rotated_at: null }).execute();
  await tx.updateTable('core.sign_in').set({ last_used_at: signIn.at, expires_at: signIn.expiresAt }).where('id', '=', signIn.id).execute();
}

/** Whether a sign-in may still be used, by someone who may still sign in. */
export async function isSignInAlive(db: Reader, id: SignInId, userId: UserId, now: Date): Promise<boolean> {
  const alive = await db
    .selectFrom('core.sign_in as s')
    .innerJoin('core.account as a', 'a.id', 's.user_id')
    .select('s.id')
    .where('s.id', '=', id)
    .where('s.user_id', '=', userId)
    .where('s.ended_at', 'is', null)
    .where('s.expires_at', '>', now)
    .where('a.suspended_at', 'is', null)
    .executeTakeFirst();
  return alive !== undefined;
}

export const liveSignIns = (db: Reader, userId: UserId, now: Date) =>
  db.selectFrom('core.sign_in').selectAll().where('user_id', '=', userId).where('ended_at', 'is', null).where('expires_at', '>', now).orderBy('last_used_at', 'desc').execute();

/** Ends sign-ins of one person: the one of `id`, or all but `except`. @returns those that ended now. */
export async function endSignIns(db: Reader, userId: UserId, which: { id: SignInId } | { except: SignInId | null }, now: Date): Promise<SignInId[]> {
  let query = db.updateTable('core.sign_in').set({ ended_at: now }).where('user_id', '=', userId).where('ended_at', 'is', null);
  if ('id' in which) query = query.where('id', '=', which.id);
  else if (which.except !== null) query = query.where('id', '<>', which.except);
  return (await query.returning('id').execute()).map((row) => row.id);
}

/** Forgets sign-ins that ended or ran out before `before`, with their refresh tokens. */
export async function forgetSignIns(db: Reader, before: Date): Promise<void> {
  await db
    .deleteFrom('core.sign_in')
    .where((where) => where.or([where('ended_at', '<', before), where('expires_at', '<', before)]))
    .execute();
}

export async function addToken(db: Reader, token: Insertable<Tables['core.personal_token']>): Promise<void> {
  await db.insertInto('core.personal_token').values(token).execute();
}

export const liveTokens = (db: Reader, userId: UserId, now: Date) =>
  db.selectFrom('core.personal_token').selectAll().where('user_id', '=', userId).where('revoked_at', 'is', null).where('expires_at', '>', now).orderBy('created_at', 'desc').execute();

/** The live token with this hash, marked as used now. */
export async function isTokenAlive(db: Reader, id: TokenId, userId: UserId, now: Date): Promise<boolean> {
  const alive = await db
    .selectFrom('core.personal_token as t')
    .innerJoin('core.account as a', 'a.id', 't.user_id')
    .select('t.id')
    .where('t.id', '=', id)
    .where('t.user_id', '=', userId)
    .where('t.revoked_at', 'is', null)
    .where('t.expires_at', '>', now)
    .where('a.suspended_at', 'is', null)
    .executeTakeFirst();
  return alive !== undefined;
}

export const useToken = (db: Reader, hash: Uint8Array, now: Date) =>
  db
    .updateTable('core.personal_token as t')
    .from('core.account as a')
    .set({ last_used_at: now })
    .whereRef('a.id', '=', 't.user_id')
    .where('t.hash', '=', hash)
    .where('t.revoked_at', 'is', null)
    .where('t.expires_at', '>', now)
    .where('a.suspended_at', 'is', null)
    .returning(['t.id', 't.user_id'])
    .executeTakeFirst();

/** Revokes every token of one person. */
export async function revokeTokens(db: Reader, userId: UserId, now: Date): Promise<TokenId[]> {
  const revoked = await db.updateTable('core.personal_token').set({ revoked_at: now }).where('user_id', '=', userId).where('revoked_at', 'is', null).returning('id').execute();
  return revoked.map(({ id }) => id);
}

export async function revokeToken(db: Reader, userId: UserId, id: TokenId, now: Date): Promise<boolean> {
  const revoked = await db.updateTable('core.personal_token').set({ revoked_at: now }).where('id', '=', id).where('user_id', '=', userId).where('revoked_at', 'is', null).returning('id').executeTakeFirst();
  return revoked !== undefined;
}
