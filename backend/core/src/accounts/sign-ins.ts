import { SignInId, type UserId } from '@cowrite/contract';
import { newId } from '@cowrite/service-kit';
import { randomBytes } from 'node:crypto';
import type { CoreConfig } from '../config.ts';
import type { Clock } from '../platform/clock.ts';
import type { SessionTokens } from '../platform/cookies.ts';
import type { Tx } from '../platform/database.ts';
import { type Keys, sha256 } from '../platform/keys.ts';
import { standingChanged } from '../platform/outbox.ts';
import * as store from './accounts.store.ts';
import type { Identities } from './identities.ts';

/** Where a sign-in comes from, for the person to recognise it and for the limits. */
export interface Origin {
  address: string;
  userAgent: string;
  locale: 'ko' | 'en';
}

/** How a sign-in begins and ends, whatever someone showed for it. */
export class SignIns {
  constructor(
    private readonly keys: Keys,
    private readonly identities: Identities,
    private readonly config: Pick<CoreConfig, 'accessTokenMs' | 'refreshTokenMs' | 'signInMaxMs'>,
    private readonly clock: Clock,
  ) {}

  /** Begins one: a new family of refresh tokens. */
  async begin(tx: Tx, userId: UserId, from: Origin): Promise<SessionTokens> {
    const now = this.clock.now();
    const id = newId(SignInId, this.clock.now());
    const refreshToken = randomBytes(32).toString('base64url');
    const expiresAt = new Date(now.getTime() + Math.min(this.config.refreshTokenMs, this.config.signInMaxMs));
    await store.addSignIn(tx, { id, user_id: userId, user_agent: from.userAgent, created_at: now, last_used_at: now, expires_at: expiresAt, ended_at: null }, sha256(refreshToken));
    return this.tokens(userId, id, refreshToken, expiresAt);
  }

  /** What the browser is to keep for a sign-in. */
  async tokens(userId: UserId, signInId: SignInId, refreshToken: string, refreshExpiresAt: Date): Promise<SessionTokens> {
    const { token, expiresAt } = await this.keys.sign('access', { sub: userId, sid: signInId }, this.clock, this.config.accessTokenMs);
    return { accessToken: token, accessExpiresAt: expiresAt, refreshToken, refreshExpiresAt };
  }

  /** Ends the one of `id`, or all but `except`; open sockets are looked at again. @returns those that ended now. */
  async end(tx: Tx, userId: UserId, which: { id: SignInId } | { except: SignInId | null }): Promise<SignInId[]> {
    const ended = await store.endSignIns(tx, userId, which, this.clock.now());
    if (ended.length > 0) await standingChanged(tx, userId);
    for (const id of ended) this.identities.forget('sign-in', id);
    return ended;
  }
}
