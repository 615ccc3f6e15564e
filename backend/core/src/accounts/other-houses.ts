import { PersonName, Problem, type SignInProvider } from '@cowrite/contract';
import type { Logger } from '@cowrite/service-kit';
import * as openid from 'openid-client';
import { z } from 'zod';
import type { CoreConfig } from '../config.ts';

/** Someone as another house tells of them. */
export interface Arrived {
  provider: SignInProvider;
  issuer: string;
  subject: string;
  email: string | null;
  /** Whether that house may be believed that the mail is theirs at this moment. */
  isEmailProven: boolean;
  name: string | null;
}

/** What is remembered of a browser that was sent away, to know it again. */
export interface Errand {
  state: string;
  nonce: string;
  verifier: string;
}

const ANSWERS_WITHIN_S = 10;

const SCOPES: Record<SignInProvider, string> = { google: 'openid email profile', kakao: 'openid account_email profile_nickname' };

/** What Kakao's own API tells of the person: whether there is a mail, and whether it is to be believed, is said only there. */
const KakaoPerson = z.object({
  id: z.number(),
  kakao_account: z
    .object({
      email: z.string().optional(),
      email_needs_agreement: z.boolean().optional(),
      is_email_valid: z.boolean().optional(),
      is_email_verified: z.boolean().optional(),
      profile: z.object({ nickname: z.string().optional() }).optional(),
    })
    .optional(),
});

/** The other houses that this installation has set up, spoken with by OpenID Connect: code, PKCE, state and nonce. */
export class OtherHouses {
  readonly #config: Pick<CoreConfig, 'social' | 'studioUrl'>;
  readonly #log: Logger;
  readonly #found = new Map<SignInProvider, Promise<openid.Configuration>>();

  constructor(config: Pick<CoreConfig, 'social' | 'studioUrl'>, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  get providers(): SignInProvider[] {
    return Object.keys(this.#config.social.clients) as SignInProvider[];
  }

  /** Where to send a browser, and what to remember of it. @throws Problem `not-found` for a house that is not set up, `unavailable` */
  async begin(provider: SignInProvider, state: string): Promise<Errand & { url: string }> {
    const configuration = await this.#configurationOf(provider);
    const [nonce, verifier] = [openid.randomNonce(), openid.randomPKCECodeVerifier()];
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#returnTo(provider),
      scope: SCOPES[provider],
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { state, nonce, verifier, url: url.href };
  }

  /** Who came back. @throws Problem `social-cancelled`, `social-refused`, `unavailable` */
  async finish(provider: SignInProvider, query: string, { state, nonce, verifier }: Errand): Promise<Arrived> {
    const configuration = await this.#configurationOf(provider);
    try {
      const tokens = await openid.authorizationCodeGrant(configuration, new URL(`${this.#returnTo(provider)}${query}`), { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true });
      const claims = tokens.claims()!;
      const known = { provider, issuer: claims.iss, subject: claims.sub };
      return provider === 'google' ? { ...known, ...googlePerson(claims) } : { ...known, ...(await this.#kakaoPerson(tokens.access_token, claims.sub)) };
    } catch (failure) {
      throw this.#problem(provider, failure);
    }
  }

  /** One address for each house, so that the answer of one is never taken for another's. */
  #returnTo(provider: SignInProvider): string {
    return `${this.#config.studioUrl}/sign-in/${provider}`;
  }

  async #configurationOf(provider: SignInProvider): Promise<openid.Configuration> {
    const client = this.#config.social.clients[provider];
    if (client === undefined) throw new Problem('not-found');
    let found = this.#found.get(provider);
    if (found === undefined) {
      const execute = client.issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : [];
      found = openid.discovery(client.issuer, client.id, undefined, openid.ClientSecretPost(client.secret), { execute, timeout: ANSWERS_WITHIN_S });
      this.#found.set(provider, found);
      // A house that could not be reached is asked again by the next one.
      found.catch(() => this.#found.delete(provider));
    }
    try {
      return await found;
    } catch (failure) {
      throw this.#problem(provider, failure);
    }
  }

  async #kakaoPerson(accessToken: string, subject: string): Promise<Pick<Arrived, 'email' | 'isEmailProven' | 'name'>> {
    const answer = await fetch(new URL('/v2/user/me', this.#config.social.kakaoApi), { headers: { authorization: `Bearer ${accessToken}` }, redirect: 'error', signal: AbortSignal.timeout(ANSWERS_WITHIN_S * 1_000) });
    if (!answer.ok) throw new TypeError(`the user API answered ${answer.status}`);
    const person = KakaoPerson.parse(await answer.json());
    if (String(person.id) !== subject) throw new Error('the user API speaks of somebody else');
    const account = person.kakao_account ?? {};
    const email = account.email_needs_agreement === true ? null : (account.email ?? null);
    return { email, isEmailProven: email !== null && account.is_email_valid === true && account.is_email_verified === true, name: account.profile?.nickname ?? null };
  }

  #problem(provider: SignInProvider, failure: unknown): Problem {
    if (failure instanceof Problem) return failure;
    if (failure instanceof openid.AuthorizationResponseError && failure.error === 'access_denied') return new Problem('social-cancelled');
    const { name, code } = failure as { name?: string; code?: string };
    this.#log.warn({ provider, failure: name, code }, 'a sign-in with another house failed');
    // What fetch throws when nobody answers, and what our time limits throw.
    return new Problem(failure instanceof TypeError || name === 'TimeoutError' || code === 'OAUTH_TIMEOUT' ? 'unavailable' : 'social-refused');
  }
}

/** Google answers for the mails that it hosts itself: gmail.com, and the domains of its organisations (`hd`). */
function googlePerson(claims: openid.IDToken): Pick<Arrived, 'email' | 'isEmailProven' | 'name'> {
  const email = typeof claims['email'] === 'string' ? claims['email'] : null;
  const isHosted = typeof claims['hd'] === 'string' || /@(gmail|googlemail)\.com$/i.test(email ?? '');
  return { email, isEmailProven: email !== null && claims['email_verified'] === true && isHosted, name: typeof claims['name'] === 'string' ? claims['name'] : null };
}

/** A name that may stand here, or null. */
export function nameFrom(told: string | null): string | null {
  const name = PersonName.safeParse((told ?? '').slice(0, 80));
  return name.success ? name.data : null;
}
