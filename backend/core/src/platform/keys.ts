import { createHash, createHmac, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Clock } from './clock.ts';

/** Who signs, in every token's `iss`. */
const ISSUER = 'cowrite';
/** PKCS#8 around a raw Ed25519 seed (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What a signed token is for: its `typ` and `aud`. One is never taken for the other. */
export type Purpose = 'access' | 'ticket' | 'assist-ticket' | 'mandate' | 'media-ticket' | 'media-address';
const PURPOSES: Record<Purpose, { type: string; audience: string }> = {
  access: { type: 'at+jwt', audience: 'cowrite-core' },
  ticket: { type: 'ticket+jwt', audience: 'cowrite-sync' },
  'assist-ticket': { type: 'ticket+jwt', audience: 'cowrite-ai' },
  mandate: { type: 'mandate+jwt', audience: 'cowrite-core' },
  'media-ticket': { type: 'ticket+jwt', audience: 'cowrite-media' },
  'media-address': { type: 'address+jwt', audience: 'cowrite-media' },
};

/** Core's keys, all derived from one secret: every process of an installation has the same, and none is stored. */
export class Keys {
  readonly #private: KeyObject;
  readonly #public: KeyObject;
  readonly #succession: Buffer;
  /** The public key, as the edges read it. */
  readonly jwk: JWK & { kid: string };

  private constructor(privateKey: KeyObject, publicKey: KeyObject, succession: Buffer, jwk: JWK & { kid: string }) {
    this.#private = privateKey;
    this.#public = publicKey;
    this.#succession = succession;
    this.jwk = jwk;
  }

  static async from(secret: string): Promise<Keys> {
    const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, 'cowrite', purpose, 32));
    const privateKey = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, derive('signing ed25519 1')]), format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(privateKey);
    const jwk = await exportJWK(publicKey);
    return new Keys(privateKey, publicKey, derive('refresh succession 1'), { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' });
  }

  /** A token of `lifeMs` from now. */
  async sign(purpose: Purpose, claims: JWTPayload, clock: Clock, lifeMs: number): Promise<{ token: string; expiresAt: Date }> {
    const now = Math.floor(clock.now().getTime() / 1000);
    const expires = now + Math.floor(lifeMs / 1000);
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: PURPOSES[purpose].type, kid: this.jwk.kid })
      .setIssuer(ISSUER)
      .setAudience(PURPOSES[purpose].audience)
      .setIssuedAt(now)
      .setExpirationTime(expires)
      .sign(this.#private);
    return { token, expiresAt: new Date(expires * 1000) };
  }

  /** The claims of a token that we signed for `purpose`. @throws a jose error when it is not one, or has expired. */
  async verify(purpose: Purpose, token: string, clock: Clock): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.#public, { algorithms: ['EdDSA'], issuer: ISSUER, audience: PURPOSES[purpose].audience, typ: PURPOSES[purpose].type, currentDate: clock.now() });
    return payload;
  }

  /**
   * The refresh token that follows `token`. Derived and not random, so that two tabs which refresh at the same moment
   * are given the same one although only hashes are stored.
   */
  successorOf(token: string): string {
    return createHmac('sha256', this.#succession).update(token).digest('base64url');
  }
}

/** What is stored of a secret that we handed out. */
export const sha256 = (secret: string): Buffer => createHash('sha256').update(secret).digest();
