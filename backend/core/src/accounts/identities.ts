import { Problem, ProjectId, SignInId, TokenId, UserId } from '@cowrite/contract';
import { errors } from 'jose';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { SignedIn } from '../platform/grants.ts';
import { type Keys, sha256 } from '../platform/keys.ts';
import * as store from './accounts.store.ts';

/** How long an answer about a credential is believed. Ending a sign-in takes effect within this, everywhere. */
const BELIEVED_MS = 3_000;
const REMEMBERED_MAX = 20_000;

/** Programs' tokens begin so, which lets scanners of leaked secrets recognise them. */
export const TOKEN_PREFIX = 'cwp_';

/** What something says that is shown in a person's name. */
const Delegated = z.object({ sub: UserId, project: ProjectId, credential: z.discriminatedUnion('kind', [z.object({ kind: z.literal('sign-in'), id: SignInId }), z.object({ kind: z.literal('token'), id: TokenId })]) });

/** Who a request comes from. */
export class Identities {
  readonly #seen = new Map<string, { until: number; who: SignedIn | null }>();

  constructor(
    private readonly db: Database,
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /**
   * Who is behind an `Authorization` header or else an access cookie.
   * @throws Problem `signed-out`, or `sign-in-expired` when a refresh may help.
   */
  async identify(authorization: string | undefined, accessCookie: string | undefined): Promise<SignedIn> {
    if (authorization !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (token === undefined || !token.startsWith(TOKEN_PREFIX)) throw new Problem('signed-out');
      return this.#alive(`token ${sha256(token).toString('base64')}`, () => this.#byToken(token));
    }
    if (accessCookie === undefined || accessCookie === '') throw new Problem('signed-out');
    let claims;
    try {
      claims = await this.keys.verify('access', accessCookie, this.clock);
    } catch (failure) {
      throw new Problem(failure instanceof errors.JWTExpired ? 'sign-in-expired' : 'signed-out');
    }
    // We signed it, so the ids are what we put there.
    const userId = claims.sub as UserId;
    const signInId = claims['sid'] as SignInId;
    return this.#alive(`sign-in ${signInId}`, async () => ((await store.isSignInAlive(this.db, signInId, userId, this.clock.now())) ? { userId, credential: { kind: 'sign-in', id: signInId } } : null));
  }

  /**
   * Who is behind something that we signed for them to show instead of themselves, and the one work that it is for.
   * @throws Problem `signed-out` when it is not such a thing, has expired, or what it came from is over.
   */
  async behind(purpose: 'assist-ticket' | 'mandate', token: string): Promise<SignedIn & { projectId: ProjectId }> {
    let claims;
    try {
      claims = Delegated.parse(await this.keys.verify(purpose, token, this.clock));
    } catch {
      throw new Problem('signed-out');
    }
    const { sub: userId, credential } = claims;
    const isAlive = (): Promise<boolean> => (credential.kind === 'sign-in' ? store.isSignInAlive(this.db, credential.id, userId, this.clock.now()) : store.isTokenAlive(this.db, credential.id, userId, this.clock.now()));
    const who = await this.#alive(`${credential.kind} ${credential.id}`, async () => ((await isAlive()) ? { userId, credential } : null));
    return { ...who, projectId: claims.project };
  }

  /** Forgets what is believed of a sign-in or token of this process; others forget within three seconds. */
  forget(kind: 'sign-in' | 'token', id: SignInId | TokenId): void {
    if (kind === 'sign-in') this.#seen.delete(`sign-in ${id}`);
    else for (const [key, { who }] of this.#seen) if (who?.credential.id === id) this.#seen.delete(key);
  }

  async #alive(key: string, ask: () => Promise<SignedIn | null>): Promise<SignedIn> {
    const now = this.clock.now().getTime();
    let known = this.#seen.get(key);
    if (known === undefined || known.until <= now) {
      known = { until: now + BELIEVED_MS, who: await ask() };
      if (this.#seen.size >= REMEMBERED_MAX) this.#seen.clear();
      this.#seen.set(key, known);
    }
    if (known.who === null) throw new Problem('signed-out');
    return known.who;
  }

  async #byToken(token: string): Promise<SignedIn | null> {
    const found = await store.useToken(this.db, sha256(token), this.clock.now());
    return found === undefined ? null : { userId: found.user_id, credential: { kind: 'token', id: found.id } };
  }
}
