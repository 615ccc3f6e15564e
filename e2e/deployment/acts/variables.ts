import { Issuer } from '../../../backend/core/src/accounts/testing/issuer.ts';
import { Person } from '../../../bench/people.ts';
import { aCollector, type Collector } from '../../traces/collector.ts';
import { API } from '../crowd.ts';
import { bridgeAddress } from '../engine.ts';
import { demand, type House, passed, until } from '../house.ts';
import { idleFor } from './door.ts';

/** A variable, what it is set to, what it changes, and how that is seen from outside its container. */
interface Row {
  name: string;
  value: string;
  seen: () => Promise<string>;
  before: string | RegExp;
  after: string | RegExp;
}

const PLACEHOLDER = 'your_very_long_and_secure_jwt_secret_key_here';
const text = async (url: string, init?: RequestInit): Promise<string> => (await fetch(url, init)).text();

/** Someone who registers now: what their browser is given and what they are told. */
async function aNewcomer(): Promise<{ accessForS: number; signedInForH: number; invitation: string; providers: string }> {
  const registered = await fetch(`${API}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${crypto.randomUUID()}@example.com`, password: '달빛 골목의 열쇠 7', name: '사름' }),
  });
  const access = registered.headers.getSetCookie().find((cookie) => cookie.includes('access'))!;
  const { exp, iat } = JSON.parse(Buffer.from(access.split('.')[1]!, 'base64url').toString()) as { exp: number; iat: number };
  const signedInForH = Math.round((Date.parse(/Expires=([^;]+)/.exec(access)![1]!) - Date.now()) / 3_600_000);
  const person = await Person.register(API, '아라');
  const projectId = await person.project('설정');
  const { url } = await person.call<{ url: string }>('POST', `/projects/${projectId}/invitations`, { role: 'reader' });
  const providers = await text(`http://localhost/ai/providers?projectId=${projectId}`, { headers: { authorization: `Bearer ${person.token}` } });
  return { accessForS: exp - iat, signedInForH, invitation: url, providers };
}

/**
 * Someone signs in with another house, which tells nobody anything who does not show its secret.
 * @returns what core says of them, or why not.
 */
async function signInBy(provider: 'google' | 'kakao', issuer: Issuer): Promise<string> {
  const post = (step: string, body: object, cookie = '') =>
    fetch(`${API}/auth/social/${provider}/${step}`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'drill', ...(cookie === '' ? {} : { cookie }) }, body: JSON.stringify(body) });
  const begun = await post('begin', {});
  if (!begun.ok) return begun.text();
  const cookie = begun.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  const { url } = (await begun.json()) as { url: string };
  const resident = { sub: String(Date.now()), name: `${provider}에서 온 다미`, ...(provider === 'kakao' ? { kakao: { email_needs_agreement: true } } : {}) };
  return (await post('finish', { query: issuer.signIn(url, resident) }, cookie)).text();
}

/** Each service is asked something. @returns which of them told `collector` of it. */
async function sendersTo(collector: Collector): Promise<string> {
  const nowhere = '00000000-0000-4000-8000-000000000000';
  for (const address of [`${API}/auth/providers`, 'http://localhost:8101/docs', `http://localhost:8102/v1/snapshots/${nowhere}/1.1`, 'http://localhost:8103/docs']) await fetch(address);
  const senders = () => new Set(collector.spans.map(({ service }) => service));
  const all = ['cowrite-ai', 'cowrite-core', 'cowrite-media', 'cowrite-sync'];
  await until('each service sends spans', () => all.every((service) => senders().has(service)), 20_000);
  return all.join(', ');
}

/** Silence ends a socket when nginx is told so, and not one on which sync speaks often enough; both by variables. */
export async function silence(house: House): Promise<void> {
  const takeBack = house.set({ COWRITE_SOCKET_TIMEOUT: '3s' });
  await house.compose('up', '-d', 'nginx');
  await house.ready();
  demand(!(await idleFor(5_000)), 'silence of three seconds ends a socket');
  house.set({ COWRITE_SYNC_HEARTBEAT: '1s' });
  await house.compose('up', '-d', 'sync-service');
  await house.ready();
  demand(await idleFor(8_000), 'an idle socket outlives the timeouts of nginx');
  passed('COWRITE_SOCKET_TIMEOUT=3s ends a silent socket; with COWRITE_SYNC_HEARTBEAT=1s an idle one outlives it');
  takeBack();
}

/**
 * Every variable of the deployment, set in .env and seen in what the containers do. A person who is known before tells the
 * database of the machine from the one that is brought along.
 */
export async function variables(house: House): Promise<void> {
  const brought = `postgresql://cowrite:${house.setting('POSTGRES_PASSWORD')}@db:5432/cowrite`;
  const known = await Person.register(API, '자람');
  const signIn = () => text(`${API}/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: known.email, password: known.password }) });
  // nginx shows nothing that begins with a dot.
  const jwks = () => text('http://localhost:8100/.well-known/jwks.json');
  const key = await jwks();
  const config = () => text('http://localhost:3100/config');
  const bridge = bridgeAddress();
  await using google = await Issuer.start(bridge);
  await using kakao = await Issuer.start(bridge);
  await using collector = await aCollector(bridge);
  const [byGoogle, byKakao] = [() => signInBy('google', google), () => signInBy('kakao', kakao)];
  /** Refused in any case, by an address that is plain http elsewhere: it says all that it would not take. */
  const withPlaceholder = async () => (await house.attempt('docker-compose', 'run', '--rm', '--no-deps', '-e', `JWT_SECRET=${PLACEHOLDER}`, '-e', 'FRONTEND_URL=http://studio.example', 'core-api')).said;
  let newcomer = await aNewcomer();

  const rows: Row[] = [
    { name: 'DATABASE_URL', value: brought, seen: signIn, before: known.email, after: 'wrong-credentials' },
    { name: 'REDIS_URL', value: 'redis://:nobody@nowhere:6379', seen: () => text('http://localhost:8102/metrics'), before: /^cowrite_sync_bus_up\S* 1$/m, after: /^cowrite_sync_bus_up\S* 0$/m },
    { name: 'JWT_SECRET', value: PLACEHOLDER, seen: async () => String((await jwks()) === key), before: 'true', after: 'false' },
    { name: 'NODE_ENV', value: 'development', seen: withPlaceholder, before: 'JWT_SECRET: is the placeholder', after: /^(?![^]*JWT_SECRET)[^]*FRONTEND_URL: is plain http/ },
    { name: 'JWT_EXPIRES_IN', value: '2m', seen: async () => `${newcomer.accessForS} s`, before: '900 s', after: '120 s' },
    { name: 'REFRESH_TOKEN_EXPIRES_IN', value: '3d', seen: async () => `${newcomer.signedInForH} h`, before: '168 h', after: '72 h' },
    { name: 'FRONTEND_URL', value: 'http://127.0.0.1:3100', seen: async () => newcomer.invitation, before: /^http:\/\/localhost:3100\//, after: /^http:\/\/127\.0\.0\.1:3100\// },
    { name: 'OPENAI_API_KEY', value: 'sk-of-nobody-1', seen: async () => newcomer.providers, before: /^(?!.*openai)/, after: 'openai' },
    { name: 'ANTHROPIC_API_KEY', value: 'sk-of-nobody-2', seen: async () => newcomer.providers, before: /^(?!.*anthropic)/, after: 'anthropic' },
    // The other houses tell who came to whom they know by both.
    { name: 'GOOGLE_CLIENT_ID', value: google.clientId, seen: byGoogle, before: 'not-found', after: 'google에서 온 다미' },
    { name: 'GOOGLE_CLIENT_SECRET', value: google.clientSecret, seen: byGoogle, before: 'not-found', after: 'google에서 온 다미' },
    { name: 'KAKAO_CLIENT_ID', value: kakao.clientId, seen: byKakao, before: 'not-found', after: 'kakao에서 온 다미' },
    // As a file that holds it, which the operator mounts.
    { name: 'KAKAO_CLIENT_SECRET_FILE', value: '/run/secrets/kakao', seen: byKakao, before: 'not-found', after: 'kakao에서 온 다미' },
    {
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      value: collector.url,
      seen: async () => (house.setting('OTEL_EXPORTER_OTLP_ENDPOINT') === '' ? `${collector.spans.length} spans` : sendersTo(collector)),
      before: '0 spans',
      after: 'cowrite-ai, cowrite-core, cowrite-media, cowrite-sync',
    },
    { name: 'NEXT_PUBLIC_API_URL', value: 'http://api.example', seen: config, before: 'http://localhost:8100', after: 'http://api.example' },
    { name: 'NEXT_PUBLIC_WS_URL', value: 'ws://sync.example', seen: config, before: 'ws://localhost:8102', after: 'ws://sync.example' },
  ];
  const fits = (seen: string, expected: string | RegExp) => (typeof expected === 'string' ? seen.includes(expected) : expected.test(seen));
  for (const { name, seen, before } of rows) demand(fits(await seen(), before), `without ${name}: ${await seen()}`);

  house.write('kakao', `${kakao.clientSecret}\n`);
  house.write('docker-compose.secrets.yml', "services: { core-api: { volumes: ['./kakao:/run/secrets/kakao:ro'] } }\n");
  const takeBack = house.set({
    ...Object.fromEntries(rows.map(({ name, value }) => [name, value])),
    COMPOSE_PROFILES: 'db',
    DATABASE_MIGRATE_URL: '',
    COWRITE_GOOGLE_ISSUER: google.url,
    COWRITE_KAKAO_ISSUER: kakao.url,
    COWRITE_KAKAO_API: kakao.url,
    COMPOSE_FILE: 'docker-compose.yml:docker-compose.override.yml:docker-compose.secrets.yml',
  });
  await house.compose('up', '-d');
  await house.ready();
  newcomer = await aNewcomer();
  for (const { name, value, seen, after } of rows) {
    const told = await seen();
    demand(fits(told, after), `${name}=${value}: ${told}`);
  }
  passed(`${rows.length} variables, each seen to change what it should: ${rows.map(({ name }) => name).join(', ')}`);

  await house.compose('rm', '-sf', 'db');
  takeBack();

  for (const [service, variable, says] of [
    ['core-api', `JWT_SECRET=${PLACEHOLDER}`, 'JWT_SECRET: is the placeholder'],
    ['core-api', 'JWT_SECRET=short', 'JWT_SECRET: must be at least 32 bytes'],
    ['core-api', 'KAKAO_CLIENT_ID=a-client', 'KAKAO_CLIENT_SECRET: is missing'],
    ['core-api', 'GOOGLE_CLIENT_ID=xxx', 'GOOGLE_CLIENT_SECRET: is missing'],
    ['core-api', 'FRONTEND_URL=http://studio.example', 'FRONTEND_URL: is plain http'],
    ['ai-service', 'OPENAI_API_KEY=sk-xxx', 'OPENAI_API_KEY: is the placeholder'],
  ] as const) {
    const { ok, said } = await house.attempt('docker-compose', 'run', '--rm', '--no-deps', '-e', variable, service);
    demand(!ok && said.includes(says), `${service} refuses ${variable}: ${said}`);
  }
  passed('placeholders and weak secrets are refused in production');
  await house.compose('up', '-d');
  await until('the house is as before', async () => fits(await signIn().catch(() => ''), known.email));
}
