import { assists, ProblemBody } from '@cowrite/contract';
import { createLogger } from '@cowrite/service-kit';
import { openApiDocument } from '@cowrite/service-kit/http';
import { aDatabase, type TestDatabase } from '@cowrite/service-kit/testing';
import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, createLocalJWKSet } from 'jose';
import { expect, test } from 'vitest';
import { aiApi } from './api.ts';
import { createAi } from './app.ts';
import { AiConfig } from './config.ts';

const { privateKey, publicKey } = await generateKeyPair('EdDSA');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA' }] });

/** A service over a database of a test's own, in which one writer has one work and is signed in. */
async function aService(environment: Record<string, string> = {}) {
  const database = await aDatabase();
  const writer = await aWriter(database);
  const ai = createAi({ config: AiConfig.parse({ NODE_ENV: 'test', DATABASE_URL: database.url, ...environment }), logger: createLogger({ service: 'ai', level: 'silent' }), keys });
  await ai.instance.ready();
  const ticket = (claims: Record<string, unknown> = {}, { audience = 'cowrite-ai', lifeS = 30 } = {}) =>
    new SignJWT({ jti: randomUUID(), sub: writer.userId, name: '김유정', colour: 1, project: writer.projectId, role: 'owner', credential: { kind: 'sign-in', id: writer.signInId }, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'ticket+jwt' })
      .setAudience(audience)
      .setExpirationTime(Math.floor(Date.now() / 1000) + lifeS)
      .sign(privateKey);
  const ask = async (bearer?: string, { projectId = writer.projectId, headers = {} }: { projectId?: string; headers?: Record<string, string> } = {}) => {
    const answer = await ai.instance.inject({ method: 'GET', url: `${assists.providers.path}?projectId=${projectId}`, headers: { ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }), ...headers } });
    return { status: answer.statusCode, ...(answer.statusCode === 200 ? { body: answer.json<unknown>() } : { code: ProblemBody.parse(answer.json()).code }) };
  };
  return {
    ...writer,
    ai,
    database,
    ticket,
    ask,
    async [Symbol.asyncDispose]() {
      await ai.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function aWriter({ pool }: TestDatabase) {
  const [userId, projectId, signInId, tokenId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const token = `cwp_${randomUUID()}`;
  await pool.query("INSERT INTO core.account (id, email, name, password_hash, locale, created_at) VALUES ($1, $2, '김유정', 'x', 'ko', now())", [userId, `${userId}@example.com`]);
  await pool.query("INSERT INTO core.project (id, title, description, genre, settings, state, rev, seq, created_at, updated_at) VALUES ($1, '동백꽃', '', '', '{}', 'active', 1, 0, now(), now())", [projectId]);
  await pool.query("INSERT INTO core.member (project_id, user_id, role, colour, joined_at) VALUES ($1, $2, 'owner', 1, now())", [projectId, userId]);
  await pool.query("INSERT INTO core.sign_in (id, user_id, user_agent, created_at, last_used_at, expires_at) VALUES ($1, $2, '', now(), now(), now() + interval '1 day')", [signInId, userId]);
  await pool.query("INSERT INTO core.personal_token (id, user_id, name, hash, scopes, created_at, expires_at) VALUES ($1, $2, '프로그램', $3, '{*}', now(), now() + interval '1 day')", [
    tokenId,
    userId,
    createHash('sha256').update(token).digest(),
  ]);
  return { userId, projectId, signInId, token };
}

test('says which makers of models the house has set up, to whoever holds a ticket, once', async () => {
  await using service = await aService({ ANTHROPIC_API_KEY: 'a key of this test' });
  const ticket = await service.ticket();
  expect(await service.ask(ticket)).toEqual({ status: 200, body: { providers: ['anthropic'] } });
  expect(await service.ask(ticket)).toEqual({ status: 401, code: 'ticket-refused' });
});

test('says that there is none when no key is set', async () => {
  await using service = await aService();
  expect(await service.ask(await service.ticket())).toEqual({ status: 200, body: { providers: [] } });
});

test('takes a personal token in the place of a ticket', async () => {
  await using service = await aService();
  expect((await service.ask(service.token)).status).toBe(200);
  expect((await service.ask(service.token)).status).toBe(200);
  expect(await service.ask('cwp_nobody')).toEqual({ status: 401, code: 'signed-out' });
});

test('a stranger is told to sign in, whatever is asked', async () => {
  await using service = await aService();
  expect(await service.ask()).toEqual({ status: 401, code: 'signed-out' });
  expect(await service.ask(undefined, { projectId: 'nonsense' })).toEqual({ status: 401, code: 'signed-out' });
  expect(await service.ask('not.a.ticket')).toEqual({ status: 401, code: 'signed-out' });
});

test('a ticket of another service, for another work, or of a sign-in that ended opens nothing', async () => {
  await using service = await aService();
  expect(await service.ask(await service.ticket({}, { audience: 'cowrite-sync' }))).toEqual({ status: 401, code: 'signed-out' });
  expect(await service.ask(await service.ticket({}, { lifeS: -120 }))).toEqual({ status: 401, code: 'ticket-refused' });
  expect(await service.ask(await service.ticket(), { projectId: randomUUID() })).toEqual({ status: 404, code: 'not-found' });
  expect(await service.ask(await service.ticket({ credential: { kind: 'sign-in', id: randomUUID() } }))).toEqual({ status: 401, code: 'signed-out' });
  await service.database.pool.query('DELETE FROM core.member');
  expect(await service.ask(await service.ticket())).toEqual({ status: 404, code: 'not-found' });
});

test('a page of another site is refused, the studio is answered with what a browser needs', async () => {
  await using service = await aService();
  expect(await service.ask(service.token, { headers: { origin: 'https://evil.example' } })).toEqual({ status: 403, code: 'foreign-origin' });
  const answer = await service.ai.instance.inject({ method: 'OPTIONS', url: '/providers', headers: { origin: 'http://localhost:3100', 'access-control-request-method': 'GET' } });
  expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([204, 'http://localhost:3100']);
});

test('serves its documentation from this machine alone, and says how it is', async () => {
  await using service = await aService();
  const get = (url: string) => service.ai.instance.inject({ method: 'GET', url });
  expect((await get('/openapi.json')).json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(aiApi))));
  const page = await get('/docs');
  for (const [, asset] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) expect([asset, (await get(`/${asset}`)).statusCode]).toEqual([expect.stringMatching(/^docs\//), 200]);
  expect((await get('/health')).json()).toEqual({ status: 'ok', service: 'ai' });
  expect((await get('/health/ready')).json()).toEqual({ status: 'ok', database: 'ok' });
  expect((await get('/nowhere')).statusCode).toBe(404);
  expect((await service.ai.instance.inject({ method: 'POST', url: '/health' })).headers['allow']).toBe('GET');
});

test('a placeholder is refused as a key in production, without being repeated', () => {
  const parsed = AiConfig.safeParse({ DATABASE_URL: 'postgres://x', OPENAI_API_KEY: 'sk-xxx' });
  expect(parsed.error?.issues.map(({ path, message }) => [path[0], message.includes('sk-xxx')])).toEqual([['OPENAI_API_KEY', false]]);
});
