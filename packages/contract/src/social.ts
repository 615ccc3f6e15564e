import * as z from 'zod';
import { User } from './accounts.ts';
import { IdentityId, Instant } from './ids.ts';
import { accountRoute, publicRoute } from './route.ts';

/** Houses one may sign in with, where this installation has set them up. */
export const SignInProvider = z.enum(['google', 'kakao']);
export type SignInProvider = z.infer<typeof SignInProvider>;

/** Someone’s account at another house, as that house names it (issuer and subject), linked to one’s own here. */
export const Identity = z.object({ id: IdentityId, provider: SignInProvider, email: z.string().nullable(), createdAt: Instant });
export type Identity = z.infer<typeof Identity>;

const At = z.object({ provider: SignInProvider });
/** With this the `state` of a link begins, so that the page one comes back to knows which of the two ways to finish. */
export const LINK_STATE = 'link.';

/** What the other house sent the browser back with: the page’s own query, `?code=…&state=…`. */
const Returned = z.strictObject({ query: z.string().max(4096) });
const Signed = z.object({ user: User });

/** The details of `link-needed`: what someone may show so that the account is theirs. */
export const LinkNeeded = z.object({ email: z.string(), link: z.string(), canClaim: z.boolean(), hasPassword: z.boolean(), providers: z.array(SignInProvider) });
export type LinkNeeded = z.infer<typeof LinkNeeded>;

export const social = {
  providers: publicRoute('GET /auth/providers', { output: z.object({ providers: z.array(SignInProvider) }), summary: 'With which other houses one may sign in here.' }),
  begin: publicRoute('POST /auth/social/:provider/begin', {
    params: At,
    body: z.strictObject({ next: z.string().max(500).optional() }),
    output: z.object({ url: z.string() }),
    summary: 'Where to send the browser so that someone signs in there. Good for ten minutes and for this browser.',
    example: { url: 'https://accounts.google.com/o/oauth2/v2/auth?client_id=…' },
  }),
  finish: publicRoute('POST /auth/social/:provider/finish', {
    params: At,
    body: Returned,
    output: Signed.extend({ next: z.string().nullable() }),
    summary: 'Sign in with what the other house sent back (cookies are set); a first time makes an account. 409 `link-needed` when its mail has an account here already.',
  }),
  prove: publicRoute('POST /auth/social/prove', {
    body: z.strictObject({ link: z.string().max(100), password: z.string().min(1).max(256) }),
    output: Signed,
    summary: 'After `link-needed`: the account’s password links the two and signs in.',
  }),
  claim: publicRoute('POST /auth/social/claim', {
    body: z.strictObject({ link: z.string().max(100) }),
    output: Signed,
    summary: 'After `link-needed` with `canClaim`: whoever holds the mail takes the account that never proved it; its password, sign-ins and tokens end.',
  }),
  identities: accountRoute('GET /auth/identities', { output: z.object({ items: z.array(Identity), hasPassword: z.boolean() }), summary: 'With what one may sign in.' }),
  beginLink: accountRoute('POST /auth/social/:provider/link', {
    params: At,
    output: z.object({ url: z.string() }),
    summary: 'Where to send the browser to link an account there with one’s own.',
    example: { url: 'https://kauth.kakao.com/oauth/authorize?client_id=…' },
  }),
  finishLink: accountRoute('POST /auth/social/:provider/finish-link', { params: At, body: Returned, output: z.object({ items: z.array(Identity), hasPassword: z.boolean() }), summary: 'Link what the other house sent back.' }),
  unlink: accountRoute('DELETE /auth/identities/:identityId', { params: z.object({ identityId: IdentityId }), summary: 'Take a link away; the last way to sign in stays.' }),
};
