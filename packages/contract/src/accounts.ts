import * as z from 'zod';
import { Instant, SignInId, TokenId, UserId } from './ids.ts';
import { accountRoute, publicRoute } from './route.ts';

const cleanLine = (max: number) =>
  z
    .string()
    .transform((value) => value.normalize('NFC').trim())
    // Control characters could forge log lines and headers; direction overrides could disguise a name (A32).
    .refine((value) => !/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.test(value), { message: 'control-characters' })
    .pipe(z.string().min(1, { message: 'empty' }).max(max, { message: 'too-long' }));

/** One line a person types as a name: NFC, trimmed, no control characters, 1–80 UTF-16 units. */
export const PersonName = cleanLine(80);
/** One line a person types as a title: as a name, up to 200 UTF-16 units. */
export const Title = cleanLine(200);

export const Email = z
  .string()
  .transform((value) => value.normalize('NFC').trim().toLowerCase())
  .pipe(z.email({ message: 'not-an-email' }).max(254, { message: 'too-long' }));

/** 8–256 characters, any characters (ASVS 6.2); the list of common passwords is checked by the use case. */
export const Password = z.string().min(8, { message: 'too-short' }).max(256, { message: 'too-long' });

export const LocaleChoice = z.enum(['ko', 'en']);

/** `email` is null when another house, which one signs in with, told none. */
export const User = z.object({ id: UserId, email: z.string().nullable(), name: z.string(), locale: LocaleChoice, createdAt: Instant });
export type User = z.infer<typeof User>;

/** A sign-in: one browser's refresh family, or what the person sees as "this device". */
export const SignIn = z.object({ id: SignInId, current: z.boolean(), userAgent: z.string(), createdAt: Instant, lastUsedAt: Instant, expiresAt: Instant });
export type SignIn = z.infer<typeof SignIn>;

/** A personal token for programs. The token itself is shown once, at its making. */
export const PersonalToken = z.object({ id: TokenId, name: z.string(), scopes: z.array(z.string()), createdAt: Instant, expiresAt: Instant, lastUsedAt: Instant.nullable() });
export type PersonalToken = z.infer<typeof PersonalToken>;

const Signed = z.object({ user: User });

export const accounts = {
  register: publicRoute('POST /auth/register', {
    status: 201,
    body: z.strictObject({ email: Email, password: Password, name: PersonName, locale: LocaleChoice.optional() }),
    output: Signed,
    summary: 'Make an account and sign in (cookies are set).',
  }),
  login: publicRoute('POST /auth/login', { body: z.strictObject({ email: Email, password: z.string().min(1).max(256) }), output: Signed, summary: 'Sign in (cookies are set).' }),
  refresh: publicRoute('POST /auth/refresh', { output: Signed, summary: 'Exchange the refresh cookie for a new pair. A second use of a rotated refresh token ends the sign-in.' }),
  logout: publicRoute('POST /auth/logout', { summary: 'End this sign-in and clear the cookies.' }),
  me: accountRoute('GET /auth/me', { output: Signed, summary: 'Who is signed in.' }),
  update: accountRoute('PATCH /auth/me', { body: z.strictObject({ name: PersonName.optional(), locale: LocaleChoice.optional() }), output: Signed, summary: 'Change one’s name or language.' }),
  changePassword: accountRoute('POST /auth/password', {
    body: z.strictObject({ current: z.string().min(1).max(256).optional(), next: Password }),
    summary: 'Change the password; every other sign-in ends. Who has none, since they sign in with another house, leaves `current` out.',
  }),
  signIns: accountRoute('GET /auth/sign-ins', { output: z.object({ items: z.array(SignIn) }), summary: 'Where one is signed in.' }),
  endSignIn: accountRoute('DELETE /auth/sign-ins/:signInId', { params: z.object({ signInId: SignInId }), summary: 'End a sign-in; its sockets close.' }),
  createToken: accountRoute('POST /auth/tokens', {
    status: 201,
    body: z.strictObject({ name: PersonName, scopes: z.array(z.enum(['*'])).min(1), expiresInDays: z.int().min(1).max(366) }),
    output: PersonalToken.extend({ token: z.string() }),
    summary: 'Make a personal token for a program. It is shown once.',
  }),
  tokens: accountRoute('GET /auth/tokens', { output: z.object({ items: z.array(PersonalToken) }), summary: 'One’s personal tokens.' }),
  revokeToken: accountRoute('DELETE /auth/tokens/:tokenId', { params: z.object({ tokenId: TokenId }), summary: 'Revoke a personal token; its sockets close.' }),
};
