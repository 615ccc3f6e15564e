import { expect, test } from 'vitest';
import { CoreEnvironment } from './config.ts';

const ENOUGH = { DATABASE_URL: 'postgres://x', JWT_SECRET: 'b'.repeat(40) };

test.each([
  [{}, ['DATABASE_URL', 'JWT_SECRET']],
  [{ DATABASE_URL: 'postgres://x', JWT_SECRET: 'short' }, ['JWT_SECRET']],
  [{ DATABASE_URL: 'postgres://x', JWT_SECRET: 'your_very_long_jwt_secret_goes_here_0123456789' }, ['JWT_SECRET']],
  [{ DATABASE_URL: 'postgres://x', JWT_SECRET: 'b'.repeat(40), FRONTEND_URL: 'http://studio.example' }, ['FRONTEND_URL']],
  [{ DATABASE_URL: 'postgres://x', JWT_SECRET: 'b'.repeat(40), PUBLIC_ORIGINS: 'studio.example', COWRITE_ARGON2_MEMORY_KIB: '1024', JWT_EXPIRES_IN: 'soon' }, ['COWRITE_ARGON2_MEMORY_KIB', 'JWT_EXPIRES_IN', 'PUBLIC_ORIGINS']],
])('refuses to start with %j', (environment, variables) => {
  const result = CoreEnvironment.safeParse(environment);
  expect(result.error?.issues.map((issue) => issue.path[0]).toSorted()).toEqual(variables);
});

test('what is documented has a description, and what may be left out a default', () => {
  for (const [name, schema] of Object.entries(CoreEnvironment.in.shape)) expect([name, schema.description]).toEqual([name, expect.stringMatching(/\w/)]);
  expect(CoreEnvironment.parse(ENOUGH)).toMatchObject({ port: 8100, hosts: ['127.0.0.1', '::1'], accessTokenMs: 900_000, refreshTokenMs: 604_800_000, passwordHash: { memoryKib: 65_536, passes: 3 } });
});

test('on this machine every spelling of it is one of our origins, elsewhere only the address itself', () => {
  expect([...CoreEnvironment.parse({ ...ENOUGH, FRONTEND_URL: 'http://localhost:3100/' }).allowedOrigins]).toEqual(['http://localhost:3100', 'http://127.0.0.1:3100', 'http://[::1]:3100']);
  expect([...CoreEnvironment.parse({ ...ENOUGH, FRONTEND_URL: 'https://studio.example', PUBLIC_ORIGINS: 'https://a.example, https://b.example' }).allowedOrigins]).toEqual([
    'https://studio.example',
    'https://a.example',
    'https://b.example',
  ]);
});
