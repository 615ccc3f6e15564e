import { assists as routes } from '@cowrite/contract';
import { AiConfig } from './config.ts';
import { aHouse } from './testing/house.ts';
import { aiApi } from './api.ts';
import { openApiDocument } from '@cowrite/service-kit/http';
import { readConfig } from '@cowrite/service-kit';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('says which makers of models the house has set up, with what each says of itself and who answers what, to whoever holds a ticket, once', async () => {
  await using house = await aHouse({ ANTHROPIC_API_KEY: 'another key', COWRITE_AI_ROUTES: 'ask=anthropic,endpoint;continue=anthropic,openai' });
  const ticket = await house.ticket(house.owner);
  const { status, body } = await house.ask('GET', `/providers?projectId=${house.projectId}`, { bearer: ticket });
  const { providers, features } = body as { providers: { provider: string; name: string; host: string; notice: { version: string } }[]; features: { feature: string; models: unknown[] }[] };
  expect([status, providers.map(({ provider, name, host, notice }) => [provider, name, host, notice.version])]).toEqual([
    200,
    [
      ['openai', 'OpenAI', new URL(house.vendor.url).host, '2026-11-01'],
      ['anthropic', 'Anthropic', 'api.anthropic.com', '2026-11-01'],
    ],
  ]);
  const [openai, anthropic] = [
    { provider: 'openai', model: 'gpt-5.6' },
    { provider: 'anthropic', model: 'claude-sonnet-5-5' },
  ];
  expect(Object.fromEntries(features.map(({ feature, models }) => [feature, models]))).toMatchObject({ ask: [anthropic], continue: [anthropic, openai], rewrite: [openai, anthropic] });
  expect(JSON.stringify(body)).not.toMatch(/a key of this test|another key/);
  expect((await house.ask('GET', `/providers?projectId=${house.projectId}`, { bearer: ticket })).code).toBe('ticket-refused');
});

test('says that there is none when no key is set', async () => {
  await using house = await aHouse({ OPENAI_API_KEY: '' });
  expect((await house.ask('GET', `/providers?projectId=${house.projectId}`)).body).toMatchObject({ providers: [] });
});

test('tells the operator’s own word about a maker, with its version', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-ai-'));
  const file = join(folder, 'notices.json');
  const notice = { version: '2027-01-01', ko: '우리 회사 계약에 따라 보관하지 않습니다.', en: 'By our contract nothing is kept.', url: null };
  await writeFile(file, JSON.stringify({ openai: notice }));
  await using house = await aHouse({ COWRITE_AI_NOTICES_FILE: file });
  expect((await house.ask('GET', `/providers?projectId=${house.projectId}`)).body).toMatchObject({ providers: [{ provider: 'openai', notice }] });
  await rm(folder, { recursive: true });
});

const PROVIDERS = '/providers?projectId=';

test('takes a personal token in the place of a ticket', async () => {
  await using house = await aHouse();
  const token = await house.token(house.owner);
  for (let times = 0; times < 2; times++) expect((await house.ask('GET', PROVIDERS + house.projectId, { bearer: token })).status).toBe(200);
  expect((await house.ask('GET', PROVIDERS + house.projectId, { bearer: 'cwp_nobody' })).code).toBe('signed-out');
});

test('a stranger is told to sign in, whatever is asked', async () => {
  await using house = await aHouse();
  for (const route of Object.values(routes).filter(({ access }) => access.kind !== 'public')) {
    const path = route.path.replace(':assistId', randomUUID());
    for (const bearer of [undefined, 'not.a.ticket', 'cwp_nobody']) {
      const body = route.method === 'POST' ? { projectId: house.projectId, task: { feature: 'ask', question: '?' }, decision: 'accepted' } : undefined;
      const { code } = await house.ask(route.method, `${path}?projectId=${house.projectId}`, { of: null, body, ...(bearer === undefined ? {} : { bearer }) });
      // A word that fits no other route's body is refused before the bearer is looked up; without any bearer nothing is looked at.
      expect([route.path, bearer, code]).toEqual([route.path, bearer, bearer !== undefined && code === 'unknown-field' ? code : 'signed-out']);
    }
  }
  expect((await house.ask('GET', `${PROVIDERS}nonsense`, { of: null })).code).toBe('signed-out');
});

test('a ticket of another service, for another work, or of a sign-in that ended opens nothing', async () => {
  await using house = await aHouse();
  const code = async (bearer: string, projectId = house.projectId) => (await house.ask('GET', PROVIDERS + projectId, { bearer })).code;
  expect(await code(await house.ticket(house.owner, { audience: 'cowrite-sync' }))).toBe('signed-out');
  expect(await code(await house.ticket(house.owner, { lifeS: -120 }))).toBe('ticket-refused');
  expect(await code(await house.ticket(house.owner), randomUUID())).toBe('not-found');
  expect(await code(await house.ticket(house.owner, { claims: { credential: { kind: 'sign-in', id: randomUUID() } } }))).toBe('signed-out');
  await house.database.pool.query('DELETE FROM core.member');
  expect(await code(await house.ticket(house.owner))).toBe('not-found');
});

test('a page of another site is refused, the studio is answered with what a browser needs', async () => {
  await using house = await aHouse();
  expect((await house.ask('GET', PROVIDERS + house.projectId, { headers: { origin: 'https://evil.example' } })).code).toBe('foreign-origin');
  const answer = await house.ask('OPTIONS', '/assists', { headers: { origin: 'http://localhost:3100', 'access-control-request-method': 'POST' } });
  expect([answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-allow-headers'), answer.headers.get('access-control-expose-headers')]).toEqual([
    204,
    'http://localhost:3100',
    expect.stringContaining('last-event-id'),
    expect.stringContaining('location'),
  ]);
});

test('serves its documentation from this machine alone, and says how it is', async () => {
  await using house = await aHouse();
  const get = (path: string) => fetch(house.url + path);
  expect(await (await get('/openapi.json')).json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(aiApi))));
  for (const [, asset] of (await (await get('/docs')).text()).matchAll(/(?:src|href)="([^"]+)"/g)) {
    const answer = await get(`/${asset}`);
    // Read to its end: a large answer that nobody reads keeps the service from ending.
    expect([asset, answer.status, (await answer.arrayBuffer()).byteLength > 0]).toEqual([expect.stringMatching(/^docs\//), 200, true]);
  }
  expect(await (await get('/health')).json()).toEqual({ status: 'ok', service: 'ai' });
  expect(await (await get('/health/ready')).json()).toEqual({ status: 'ok', database: 'ok' });
  expect((await get('/nowhere')).status).toBe(404);
  expect((await fetch(`${house.url}/health`, { method: 'POST' })).headers.get('allow')).toBe('GET');
});

test('what cannot be right in the configuration is refused, all of it at once and without repeating a secret', () => {
  const complaints = (env: Record<string, string>) => {
    try {
      readConfig(AiConfig, { DATABASE_URL: 'postgres://x', ...env });
      return [];
    } catch (failure) {
      return (failure as { complaints: string[] }).complaints.map((complaint) => complaint.split(':')[0]);
    }
  };
  expect(complaints({ OPENAI_API_KEY: 'sk-xxx', ANTHROPIC_API_KEY: 'your_key_here' })).toEqual(['OPENAI_API_KEY', 'ANTHROPIC_API_KEY']);
  expect(complaints({ COWRITE_AI_ENDPOINT_URL: 'http://127.0.0.1:11434/v1' })).toEqual(['COWRITE_AI_ENDPOINT_MODEL']);
  expect(complaints({ COWRITE_AI_ROUTES: 'ask=anthropic;sing=openai', COWRITE_AI_PRICES: 'gpt=dear', OPENAI_BASE_URL: 'ftp://x' })).toEqual(['OPENAI_BASE_URL', 'COWRITE_AI_ROUTES', 'COWRITE_AI_PRICES']);
  expect(complaints({ COWRITE_AI_PROJECT_COST_MONTH: '10', OPENAI_API_KEY: 'a key' })).toEqual(['COWRITE_AI_PRICES']);
  expect(complaints({ COWRITE_AI_PROJECT_COST_MONTH: '10', OPENAI_API_KEY: 'a key', COWRITE_AI_PRICES: 'gpt-5.6=1.25/10' })).toEqual([]);
});
