import { expect, test } from 'vitest';
import { SessionCookies } from './cookies.ts';

const tokens = { accessToken: 'a', accessExpiresAt: new Date(0), refreshToken: 'r', refreshExpiresAt: new Date(0) };
const at = (studioUrl: string) => new SessionCookies({ studioUrl, secureCookies: studioUrl.startsWith('https:') });
const kept = (cookies: SessionCookies): string =>
  cookies
    .set(tokens)
    .map((line) => line.split(';', 1)[0])
    .join('; ');

test('two installations on one machine do not read each other’s cookies', () => {
  expect(at('http://localhost:3100').read(kept(at('http://localhost:3100')))).toEqual({ access: 'a', refresh: 'r' });
  expect(at('http://localhost:3200').read(kept(at('http://localhost:3100')))).toEqual({ access: undefined, refresh: undefined });
});

test('under TLS a cookie is bound to its host, and scripts never read one', () => {
  for (const line of at('https://studio.example').set(tokens)) expect(line).toMatch(/^__Host-cowrite-\w+=.*; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
});
