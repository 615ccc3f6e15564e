import { Email, IdentityId, type In, LINK_STATE, type LinkNeeded, type Out, Problem, type SignInProvider, type social, UserId } from '@cowrite/contract';
import { newId } from '@cowrite/service-kit';
import { randomBytes } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { SignedIn } from '../platform/grants.ts';
import { sha256 } from '../platform/keys.ts';
import * as accounts from './accounts.store.ts';
import { type Accounts, asUser, type Signed } from './accounts.ts';
import type { Identities } from './identities.ts';
import { type Arrived, nameFrom, type OtherHouses } from './other-houses.ts';
import type { Origin, SignIns } from './sign-ins.ts';
import * as store from './social.store.ts';

/** How long someone may take at the other house, or to find their password. */
const ERRAND_MS = 600_000;

/** Whom we take on without a name of their own. */
const NAMELESS = { ko: '작가', en: 'Author' } as const;

const secret = () => randomBytes(32).toString('base64url');

/** The two secrets of an errand: one comes back in the address, the other stays in the browser’s cookie. */
export interface Sent {
  url: string;
  browser: string;
  expiresAt: Date;
}

/**
 * Signing in with Google and Kakao. Who someone is there is issuer and subject. A mail address links nothing by itself:
 * whoever comes with the mail of an account here shows that it is theirs, by its password or by an identity it has.
 */
export class Social {
  constructor(
    private readonly db: Database,
    private readonly parts: { houses: OtherHouses; accounts: Accounts; identities: Identities; signIns: SignIns },
    private readonly clock: Clock,
  ) {}

  providers(): Out<typeof social.providers> {
    return { providers: this.parts.houses.providers };
  }

  /** Sends a browser to another house. `who`: someone signed in, who links it. */
  async begin(provider: SignInProvider, { next = null, who = null }: { next?: string | null; who?: SignedIn | null }): Promise<Sent> {
    const browser = secret();
    const { url, state, nonce, verifier } = await this.parts.houses.begin(provider, `${who === null ? '' : LINK_STATE}${secret()}`);
    const expiresAt = new Date(this.clock.now().getTime() + ERRAND_MS);
    await store.addAttempt(this.db, { state: sha256(state), browser: sha256(browser), provider, nonce, verifier, user_id: who?.userId ?? null, next, expires_at: expiresAt });
    return { url, browser, expiresAt };
  }

  /**
   * Signs in whoever came back; a first time makes an account.
   * @throws Problem `social-refused`, `social-cancelled`, `account-suspended`, or `link-needed` when the mail has an account.
   */
  async finish(provider: SignInProvider, query: string, browser: string | undefined, from: Origin): Promise<Signed & { next: string | null }> {
    const { arrived, attempt } = await this.#comeBack(provider, query, browser, null);
    const outcome = await this.db.transaction().execute(async (tx): Promise<Signed | Problem> => {
      const known = await store.identityOf(tx, arrived.issuer, arrived.subject);
      if (known !== undefined) return this.#signIn(tx, known.user_id, known.id, arrived, from);
      const email = emailOf(arrived);
      const holder = email === null ? undefined : await accounts.accountByEmail(tx, email);
      if (email !== null && holder !== undefined) return this.#linkNeeded(tx, arrived, { email, holder, browser: browser! });
      // An address that nobody has shown to be theirs must not be kept from whoever it belongs to.
      return this.#join(tx, arrived, arrived.isEmailProven ? email : null, from);
    });
    if (outcome instanceof Problem) throw outcome;
    return { ...outcome, next: attempt.next };
  }

  /** Links what came back to the caller’s account. @throws Problem `social-refused`, `social-cancelled`, `identity-taken` */
  async finishLink(who: SignedIn, provider: SignInProvider, query: string, browser: string | undefined): Promise<Out<typeof social.finishLink>> {
    const { arrived } = await this.#comeBack(provider, query, browser, who);
    const known = await this.db.transaction().execute(async (tx) => {
      if (!(await this.#link(tx, who.userId, arrived))) return store.identityOf(tx, arrived.issuer, arrived.subject);
      return undefined;
    });
    if (known !== undefined && known.user_id !== who.userId) throw new Problem('identity-taken');
    return this.list(who);
  }

  /** Shows by password that the account is one’s own. @throws Problem `social-refused`, `wrong-credentials`, `too-many-requests` */
  async prove({ link: given, password }: In<typeof social.prove>, browser: string | undefined, from: Origin): Promise<Signed> {
    const link = await this.#readLink(given, browser);
    const account = await accounts.accountById(this.db, link.user_id);
    if (account === undefined) throw new Problem('social-refused');
    await this.parts.accounts.prove(account, password);
    return this.#useLink(given, browser, from, async () => undefined);
  }

  /**
   * Takes over an account that was made with this mail by someone who never showed that it was theirs. Whatever that someone
   * had to come in with ends. @throws Problem `social-refused`
   */
  async claim({ link: given }: In<typeof social.claim>, browser: string | undefined, from: Origin): Promise<Signed> {
    return this.#useLink(given, browser, from, async (tx, link) => {
      const account = await store.holdAccount(tx, link.user_id);
      if (!link.can_claim || account === undefined || account.email_verified_at !== null) throw new Problem('social-refused');
      const now = this.clock.now();
      await accounts.changeAccount(tx, link.user_id, { password_hash: null, email_verified_at: now });
      await this.parts.signIns.end(tx, link.user_id, { except: null });
      for (const id of await accounts.revokeTokens(tx, link.user_id, now)) this.parts.identities.forget('token', id);
    });
  }

  async list(who: SignedIn): Promise<Out<typeof social.identities>> {
    const [account, identities] = await Promise.all([accounts.accountById(this.db, who.userId), store.identitiesOf(this.db, who.userId)]);
    return { items: identities.map(({ id, provider, email, created_at: createdAt }) => ({ id, provider, email, createdAt: createdAt.toISOString() })), hasPassword: (account?.password_hash ?? null) !== null };
  }

  /** @throws Problem `not-found`, `last-way-in` */
  async unlink(who: SignedIn, { identityId }: In<typeof social.unlink>): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      const account = await store.holdAccount(tx, who.userId);
      const identities = await store.identitiesOf(tx, who.userId);
      if (!identities.some(({ id }) => id === identityId)) throw new Problem('not-found');
      if (account?.password_hash === null && identities.length === 1) throw new Problem('last-way-in');
      await store.removeIdentity(tx, who.userId, identityId);
    });
  }

  async sweep(): Promise<void> {
    await store.forgetAttempts(this.db, this.clock.now());
  }

  /** The errand that a browser comes back from, once, by the house it was sent to, as whoever it was sent by. */
  async #comeBack(provider: SignInProvider, query: string, browser: string | undefined, who: SignedIn | null): Promise<{ arrived: Arrived; attempt: { next: string | null } }> {
    const state = new URLSearchParams(query).get('state');
    const attempt = state === null ? undefined : await store.takeAttempt(this.db, sha256(state));
    const isTheirs = attempt !== undefined && browser !== undefined && sha256(browser).equals(attempt.browser);
    if (!isTheirs || attempt.provider !== provider || attempt.user_id !== (who?.userId ?? null) || attempt.expires_at <= this.clock.now()) throw new Problem('social-refused');
    return { arrived: await this.parts.houses.finish(provider, query, { state: state!, nonce: attempt.nonce, verifier: attempt.verifier }), attempt };
  }

  async #signIn(tx: Tx, userId: UserId, identityId: IdentityId, arrived: Arrived, from: Origin): Promise<Signed | Problem> {
    const account = (await accounts.accountById(tx, userId))!;
    if (account.suspended_at !== null) return new Problem('account-suspended');
    // What the mail is there may change; the account’s own does not follow it.
    await store.useIdentity(tx, identityId, arrived.email, this.clock.now());
    return { user: asUser(account), tokens: await this.parts.signIns.begin(tx, userId, from) };
  }

  async #join(tx: Tx, arrived: Arrived, email: string | null, from: Origin): Promise<Signed> {
    const now = this.clock.now();
    const account: accounts.Account = {
      id: newId(UserId, this.clock.now()),
      email,
      email_verified_at: email === null ? null : now,
      name: nameFrom(arrived.name) ?? NAMELESS[from.locale],
      password_hash: null,
      locale: from.locale,
      created_at: now,
      suspended_at: null,
    };
    // Two browsers at the same moment: the second finds the address, or the identity, taken, and begins again.
    if (!(await accounts.addAccount(tx, account)) || !(await this.#link(tx, account.id, arrived))) throw new Problem('social-refused');
    return { user: asUser(account), tokens: await this.parts.signIns.begin(tx, account.id, from) };
  }

  #link(tx: Tx, userId: UserId, { provider, issuer, subject, email }: Pick<Arrived, 'provider' | 'issuer' | 'subject' | 'email'>): Promise<boolean> {
    const now = this.clock.now();
    return store.addIdentity(tx, { id: newId(IdentityId, this.clock.now()), user_id: userId, provider, issuer, subject, email, created_at: now, last_used_at: now });
  }

  async #linkNeeded(tx: Tx, arrived: Arrived, { email, holder, browser }: { email: string; holder: accounts.Account; browser: string }): Promise<Problem> {
    const link = secret();
    const canClaim = arrived.isEmailProven && holder.email_verified_at === null;
    const { provider, issuer, subject } = arrived;
    await store.addLink(tx, { secret: sha256(link), browser: sha256(browser), user_id: holder.id, provider, issuer, subject, email, can_claim: canClaim, expires_at: new Date(this.clock.now().getTime() + ERRAND_MS) });
    const others = await store.identitiesOf(tx, holder.id);
    const details: LinkNeeded = { email, link, canClaim, hasPassword: holder.password_hash !== null, providers: [...new Set(others.map((identity) => identity.provider))] };
    return new Problem('link-needed', details);
  }

  async #readLink(given: string, browser: string | undefined) {
    const link = await store.readLink(this.db, sha256(given));
    if (link === undefined || browser === undefined || !sha256(browser).equals(link.browser) || link.expires_at <= this.clock.now()) throw new Problem('social-refused');
    return link;
  }

  /** Links and signs in, after `before` has made sure of it. */
  async #useLink(given: string, browser: string | undefined, from: Origin, before: (tx: Tx, link: Awaited<ReturnType<typeof store.readLink>> & object) => Promise<void>): Promise<Signed> {
    const { secret: hash } = await this.#readLink(given, browser);
    return this.db.transaction().execute(async (tx) => {
      const link = await store.holdLink(tx, hash);
      if (link === undefined) throw new Problem('social-refused');
      await before(tx, link);
      await store.removeLink(tx, hash);
      const account = (await accounts.accountById(tx, link.user_id))!;
      if (account.suspended_at !== null) throw new Problem('account-suspended');
      if (!(await this.#link(tx, link.user_id, link))) throw new Problem('identity-taken');
      return { user: asUser(account), tokens: await this.parts.signIns.begin(tx, link.user_id, from) };
    });
  }
}

/** The mail that someone came with, as accounts keep it, or null when there is none that could be one. */
function emailOf({ email }: Arrived): string | null {
  const parsed = Email.safeParse(email ?? '');
  return parsed.success ? parsed.data : null;
}
