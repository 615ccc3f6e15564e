import { type accounts, type In, type Out, Problem, TokenId, type User, UserId } from '@cowrite/contract';
import { newId } from '@cowrite/service-kit';
import { randomBytes } from 'node:crypto';
import type { CoreConfig } from '../config.ts';
import type { Clock } from '../platform/clock.ts';
import type { SessionTokens } from '../platform/cookies.ts';
import type { Database } from '../platform/database.ts';
import type { SignedIn } from '../platform/grants.ts';
import { type Keys, sha256 } from '../platform/keys.ts';
import { standingChanged } from '../platform/outbox.ts';
import { Patience, Rate } from '../platform/rates.ts';
import * as store from './accounts.store.ts';
import { type Identities, TOKEN_PREFIX } from './identities.ts';
import { isCommonPassword, type Passwords } from './passwords.ts';
import type { Origin, SignIns } from './sign-ins.ts';

/** Two tabs that refresh at the same moment both get the successor; later reuse means that a token was stolen. */
const RACE_MS = 10_000;

/** Ended sign-ins are kept so long: a stolen refresh token that turns up later still finds its family ended. */
const KEPT_AFTER_END_MS = 30 * 86_400_000;

/** Someone signed in by this request, and what their browser is to keep. */
export interface Signed {
  user: User;
  tokens: SessionTokens;
}

/** People's accounts, their sign-ins and their programs' tokens. */
export class Accounts {
  readonly #patience: Patience;
  readonly #logins: Rate;
  readonly #registrations: Rate;
  readonly #refreshes: Rate;

  constructor(
    private readonly db: Database,
    private readonly parts: { keys: Keys; passwords: Passwords; identities: Identities; signIns: SignIns },
    private readonly config: Pick<CoreConfig, 'limits' | 'refreshTokenMs' | 'signInMaxMs'>,
    private readonly clock: Clock,
  ) {
    const { limits } = config;
    this.#patience = new Patience(clock, limits);
    this.#logins = new Rate('login', limits.loginsPerAddress, 900);
    this.#registrations = new Rate('register', limits.registrationsPerHour, 3600);
    this.#refreshes = new Rate('refresh', limits.refreshesPerMinute, 60);
  }

  /** Makes an account and signs in. @throws Problem `email-taken`, `invalid-input` for a password everyone tries first. */
  async register(input: In<typeof accounts.register>, from: Origin): Promise<Signed> {
    if (isCommonPassword(input.password)) throw new Problem('invalid-input', {}, [{ path: 'password', message: 'too-common' }]);
    await this.#registrations.take(from.address);
    const passwordHash = await this.parts.passwords.hash(input.password);
    return this.db.transaction().execute(async (tx) => {
      const account: store.Account = {
        id: newId(UserId, this.clock.now()),
        email: input.email,
        name: input.name,
        password_hash: passwordHash,
        locale: input.locale ?? from.locale,
        email_verified_at: null,
        created_at: this.clock.now(),
        suspended_at: null,
      };
      if (!(await store.addAccount(tx, account))) throw new Problem('email-taken');
      return { user: asUser(account), tokens: await this.parts.signIns.begin(tx, account.id, from) };
    });
  }

  /**
   * Signs in. An unknown address, a wrong password and a suspended account are one answer after one time.
   * @throws Problem `wrong-credentials`, or `too-many-requests` after several wrong ones.
   */
  async login(input: In<typeof accounts.login>, from: Origin): Promise<Signed> {
    this.#patience.check(input.email);
    await this.#logins.check(from.address);
    const account = await store.accountByEmail(this.db, input.email);
    const right = await this.parts.passwords.matches(account?.password_hash ?? undefined, input.password);
    if (!right || account?.suspended_at !== null || account.password_hash === null) {
      this.#patience.wrong(input.email);
      await this.#logins.take(from.address);
      throw new Problem('wrong-credentials');
    }
    this.#patience.right(input.email);
    const rehashed = this.parts.passwords.isOutdated(account.password_hash) ? await this.parts.passwords.hash(input.password) : null;
    return this.db.transaction().execute(async (tx) => {
      if (rehashed !== null) await store.changeAccount(tx, account.id, { password_hash: rehashed });
      return { user: asUser(account), tokens: await this.parts.signIns.begin(tx, account.id, from) };
    });
  }

  /**
   * Exchanges a refresh token for the next pair. Within ten seconds an already exchanged one gives the same successor;
   * after that its whole sign-in ends.
   * @throws Problem `signed-out` without a token or with an unknown one, `sign-in-expired` when the sign-in is over.
   */
  async refresh(token: string | undefined, from: Origin): Promise<Signed> {
    if (token === undefined || token === '') throw new Problem('signed-out');
    await this.#refreshes.take(from.address);
    const now = this.clock.now();
    const outcome = await this.db.transaction().execute(async (tx): Promise<Signed | Problem> => {
      const held = await store.holdRefreshToken(tx, sha256(token));
      if (held === undefined) return new Problem('signed-out');
      if (held.ended_at !== null || held.expires_at <= now || held.suspended_at !== null) return new Problem('sign-in-expired');
      const successor = this.parts.keys.successorOf(token);
      let expiresAt = held.expires_at;
      if (held.rotated_at === null) {
        expiresAt = new Date(Math.min(now.getTime() + this.config.refreshTokenMs, held.created_at.getTime() + this.config.signInMaxMs));
        await store.rotate(tx, held.hash, sha256(successor), { id: held.sign_in_id, at: now, expiresAt });
      } else if (now.getTime() - held.rotated_at.getTime() > RACE_MS) {
        await this.parts.signIns.end(tx, held.user_id, { id: held.sign_in_id });
        return new Problem('sign-in-expired');
      }
      const account = (await store.accountById(tx, held.user_id))!;
      return { user: asUser(account), tokens: await this.parts.signIns.tokens(held.user_id, held.sign_in_id, successor, expiresAt) };
    });
    // Outside the transaction: ending the family must be committed, not undone by the refusal.
    if (outcome instanceof Problem) throw outcome;
    return outcome;
  }

  /** Ends the sign-in that a refresh token belongs to. Without one there is nothing to end. */
  async logout(token: string | undefined): Promise<void> {
    if (token === undefined || token === '') return;
    await this.db.transaction().execute(async (tx) => {
      const held = await store.holdRefreshToken(tx, sha256(token));
      if (held !== undefined) await this.parts.signIns.end(tx, held.user_id, { id: held.sign_in_id });
    });
  }

  /** Forgets sign-ins that have been over for a month. */
  async sweep(): Promise<void> {
    await store.forgetSignIns(this.db, new Date(this.clock.now().getTime() - KEPT_AFTER_END_MS));
  }

  async me(who: SignedIn): Promise<Out<typeof accounts.me>> {
    const account = await store.accountById(this.db, who.userId);
    if (account === undefined) throw new Problem('signed-out');
    return { user: asUser(account) };
  }

  async update(who: SignedIn, { name, locale }: In<typeof accounts.update>): Promise<Out<typeof accounts.update>> {
    if (name === undefined && locale === undefined) return this.me(who);
    return { user: asUser(await store.changeAccount(this.db, who.userId, { ...(name === undefined ? {} : { name }), ...(locale === undefined ? {} : { locale }) })) };
  }

  /** Changes the password and ends every other sign-in. @throws Problem `wrong-credentials`, `too-many-requests`, `invalid-input`. */
  async changePassword(who: SignedIn, input: In<typeof accounts.changePassword>): Promise<void> {
    if (isCommonPassword(input.next)) throw new Problem('invalid-input', {}, [{ path: 'next', message: 'too-common' }]);
    const account = await store.accountById(this.db, who.userId);
    if (account === undefined) throw new Problem('signed-out');
    if (account.password_hash !== null) await this.prove(account, input.current);
    // Without an address there is nothing to sign in with by password.
    else if (account.email === null) throw new Problem('invalid-input', {}, [{ path: 'next', message: 'no-email' }]);
    const passwordHash = await this.parts.passwords.hash(input.next);
    await this.db.transaction().execute(async (tx) => {
      await store.changeAccount(tx, who.userId, { password_hash: passwordHash });
      await this.parts.signIns.end(tx, who.userId, { except: who.credential.kind === 'sign-in' ? who.credential.id : null });
    });
  }

  /** Whether `password` is the account's. @throws Problem `wrong-credentials`, or `too-many-requests` after several wrong ones. */
  async prove(account: store.Account, password: string | undefined): Promise<void> {
    const key = account.email ?? account.id;
    this.#patience.check(key);
    if (password === undefined || !(await this.parts.passwords.matches(account.password_hash ?? undefined, password))) {
      this.#patience.wrong(key);
      throw new Problem('wrong-credentials');
    }
    this.#patience.right(key);
  }

  async signIns(who: SignedIn): Promise<Out<typeof accounts.signIns>> {
    const rows = await store.liveSignIns(this.db, who.userId, this.clock.now());
    return {
      items: rows.map((row) => ({
        id: row.id,
        current: row.id === who.credential.id,
        userAgent: row.user_agent,
        createdAt: row.created_at.toISOString(),
        lastUsedAt: row.last_used_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
      })),
    };
  }

  /** Ends one sign-in of the caller's. @throws Problem `not-found`. */
  async endSignIn(who: SignedIn, { signInId }: In<typeof accounts.endSignIn>): Promise<void> {
    const ended = await this.db.transaction().execute((tx) => this.parts.signIns.end(tx, who.userId, { id: signInId }));
    if (ended.length === 0) throw new Problem('not-found');
  }

  /** Makes a token for a program; what is returned is the only copy. */
  async createToken(who: SignedIn, input: In<typeof accounts.createToken>): Promise<Out<typeof accounts.createToken>> {
    const token = TOKEN_PREFIX + randomBytes(32).toString('base64url');
    const now = this.clock.now();
    const row = {
      id: newId(TokenId, this.clock.now()),
      user_id: who.userId,
      name: input.name,
      hash: sha256(token),
      scopes: [...new Set(input.scopes)],
      created_at: now,
      expires_at: new Date(now.getTime() + input.expiresInDays * 86_400_000),
      last_used_at: null,
      revoked_at: null,
    };
    await store.addToken(this.db, row);
    return { id: row.id, name: row.name, scopes: row.scopes, createdAt: now.toISOString(), expiresAt: row.expires_at.toISOString(), lastUsedAt: null, token };
  }

  async tokens(who: SignedIn): Promise<Out<typeof accounts.tokens>> {
    const rows = await store.liveTokens(this.db, who.userId, this.clock.now());
    return {
      items: rows.map((row) => ({
        id: row.id,
        name: row.name,
        scopes: row.scopes,
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        lastUsedAt: row.last_used_at?.toISOString() ?? null,
      })),
    };
  }

  /** Revokes a token of the caller's. @throws Problem `not-found`. */
  async revokeToken(who: SignedIn, { tokenId }: In<typeof accounts.revokeToken>): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      if (!(await store.revokeToken(tx, who.userId, tokenId, this.clock.now()))) throw new Problem('not-found');
      await standingChanged(tx, who.userId);
    });
    this.parts.identities.forget('token', tokenId);
  }
}

export const asUser = (account: store.Account): User => ({ id: account.id, email: account.email, name: account.name, locale: account.locale, createdAt: account.created_at.toISOString() });
