import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@cowrite/service-kit';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { aVendor } from '../../backend/ai/src/testing/vendor.ts';
import { Person } from '../../bench/people.ts';
import { root, ServiceProcess, startStack } from '../../bench/stack.ts';
import { StudioClient } from '../../bench/studio-client.ts';
import { aCollector, type Come } from './collector.ts';

const AI = ['ai', 'backend/ai/dist/main.js'] as const;
const MEDIA = ['media', 'backend/media/dist/main.js'] as const;
/** Says in a process's log when it loads what spans are made with. */
const SEES_LOADING = `data:text/javascript,${encodeURIComponent("import { registerHooks } from 'node:module'; registerHooks({ load(url, context, next) { if (/opentelemetry\\.js$/.test(url)) process.stderr.write('loads opentelemetry\\n'); return next(url, context); } });")}`;
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

/** Every service as a process of its own, and a stand-in for a maker of models. */
async function aHouse(env: Record<string, string>) {
  const vendor = await aVendor();
  const shared = { NODE_OPTIONS: `--import=${SEES_LOADING}`, LOG_LEVEL: 'trace', ...env };
  const stack = await startStack({ env: shared });
  const more: ServiceProcess[] = [];
  for (const [name, script] of [AI, MEDIA]) {
    const port = await freePort();
    const given = {
      PORT: String(port),
      HOST: '127.0.0.1',
      CORE_URL: stack.core.url,
      DATABASE_URL: stack.databaseUrl,
      COWRITE_MEDIA_DIR: join(stack.folder, 'media'),
      COWRITE_AI_ENDPOINT_URL: vendor.url,
      COWRITE_AI_ENDPOINT_MODEL: 'a-model',
    };
    more.push(new ServiceProcess({ name, script: join(root, script), port, logFile: join(stack.folder, `${name}.log`), env: { NODE_ENV: 'production', ...shared, ...given } }));
  }
  for (const each of more) await each.start();
  const [ai, media] = more as [ServiceProcess, ServiceProcess];
  const services = [stack.core, stack.sync, stack.compactor, ai, media];
  return {
    stack,
    vendor,
    core: stack.core.url,
    sync: stack.sync.url,
    ai: ai.url,
    media: media.url,
    /** Everyone stops in order, and sends what was not sent yet. */
    async stop(): Promise<void> {
      for (const each of services) await each.end('SIGTERM');
    },
    logs: async () => Object.fromEntries(await Promise.all(services.map(async ({ name, logFile }) => [name, await readFile(logFile, 'utf8')] as const))),
    async [Symbol.asyncDispose]() {
      for (const each of more) await each.end('SIGKILL');
      await stack[Symbol.asyncDispose]();
      await vendor[Symbol.asyncDispose]();
    },
  };
}
type House = Awaited<ReturnType<typeof aHouse>>;

/** What is planted, each where it might slip out from. */
const CANARIES = {
  sentence: '카나리아가서고에서운다',
  title: '카나리아의 제목',
  mail: 'canary@example.com',
  password: '카나리아 열쇠 8842',
  asked: '카나리아에게묻는말',
  answered: '카나리아가하는대답',
  query: 'canary-in-a-query',
  agent: 'canary-in-an-agent',
  state: 'canary-in-a-tracestate',
  baggage: 'canary-in-baggage',
};
const TRACE = { id: randomBytes(16).toString('hex'), span: randomBytes(8).toString('hex') };
const REQUEST_ID = 'a-request-of-this-test';

/** One of everything: someone signs in, writes, looks for it, is helped, brings a picture, and goes wrong where one may. */
async function aDay({ core, sync, ai, media, vendor, stack }: House) {
  const json = { 'content-type': 'application/json' };
  const post = (url: string, body: unknown, headers: Record<string, string> = {}) => fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
  await post(`${core}/auth/register`, { email: CANARIES.mail, password: CANARIES.password, name: '카나리아' }, { 'user-agent': CANARIES.agent, baggage: `who=${CANARIES.baggage}` });
  expect((await post(`${core}/auth/login`, { email: CANARIES.mail, password: `${CANARIES.password} 틀림` })).status).toBe(401);
  const writer = await Person.register(core, '나루');
  const bearer = { authorization: `Bearer ${writer.token}` };
  const projectId = await writer.project(CANARIES.title);
  const { documentId } = await writer.scene(projectId, CANARIES.title);
  const { code } = await writer.call<{ code: string }>('POST', `/projects/${projectId}/invitations`, { role: 'reader' });
  await fetch(`${core}/invitations/${code}`);
  const tickets: string[] = [];
  const ticket = async () => {
    tickets.push(await writer.projectTicket(projectId));
    return tickets.at(-1)!;
  };
  for (const over of ['socket', 'stream'] as const) {
    const client = new StudioClient({ syncUrl: sync, documentId, ticket, over });
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText(CANARIES.sentence)]);
    await client.saved();
    client.doc.getXmlFragment('default').insert(0, [paragraph]);
    await client.saved();
    client.stop();
  }
  await fetch(`${core}/projects/${projectId}/search?q=${CANARIES.query}`, { headers: bearer });

  const [{ provider, notice }] = ((await (await fetch(`${ai}/providers?projectId=${projectId}`, { headers: bearer })).json()) as { providers: [{ provider: string; notice: { version: string } }] }).providers;
  await writer.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: [{ provider, notice: notice.version }] });
  vendor.always(() => ({ pieces: [`${CANARIES.answered}\n=====\n둘\n=====\n셋\n`] }));
  const assist = await post(
    `${ai}/assists`,
    { projectId, task: { feature: 'rewrite', span: { documentId, from: 0, to: CANARIES.sentence.length, quote: CANARIES.sentence }, instruction: CANARIES.asked } },
    { ...bearer, accept: 'text/event-stream', traceparent: `00-${TRACE.id}-${TRACE.span}-01`, tracestate: `house=${CANARIES.state}`, 'x-request-id': REQUEST_ID },
  );
  expect(await assist.text()).toContain(CANARIES.answered);

  const { ticket: pass } = await writer.call<{ ticket: string }>('POST', `/projects/${projectId}/media/tickets`, { kind: 'image' });
  const tus = { authorization: `Bearer ${pass}`, 'tus-resumable': '1.0.0' };
  const begun = await fetch(`${media}/uploads`, { method: 'POST', headers: { ...tus, 'upload-length': String(PIXEL.length), 'upload-metadata': `filename ${Buffer.from(CANARIES.query).toString('base64')}` } });
  expect(begun.status).toBe(201);
  await fetch(new URL(begun.headers.get('location')!, `${media}/`), { method: 'PATCH', headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, body: PIXEL });

  // The database refuses a row, in words that quote it.
  const owner = new Client({ connectionString: stack.databaseUrl });
  await owner.connect();
  await owner.query(`ALTER TABLE core.project ADD CONSTRAINT no_canary CHECK (title <> '${CANARIES.title} 2')`);
  expect((await post(`${core}/projects`, { title: `${CANARIES.title} 2` }, bearer)).status).toBe(500);
  await owner.end();
  return { secrets: [writer.token, writer.password, writer.email, code, pass, ...tickets], ids: [projectId, documentId, writer.userId] };
}

test('with a collector each part of a day is a span, within the trace of whoever asked, and holds nothing that a person wrote or that opens a door', async () => {
  await using collector = await aCollector();
  await using house = await aHouse({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20key' });
  const { secrets, ids } = await aDay(house);
  await house.stop();
  const { spans } = collector;
  const has = (about: Partial<Come>) => spans.filter((span) => Object.entries(about).every(([name, value]) => span[name as keyof Come] === value));
  const childOf = ({ spanId, traceId }: Come, about: Partial<Come>) => has({ parentSpanId: spanId, traceId, ...about });
  /** Those below a span, however deep. */
  const below = (span: Come): Come[] => childOf(span, {}).flatMap((child) => [child, ...below(child)]);

  // The request that said where it comes from, as the log has it, through core and to the database.
  const [asked] = has({ service: 'cowrite-ai', name: 'POST /assists' });
  expect(asked).toMatchObject({ kind: 2, traceId: TRACE.id, parentSpanId: TRACE.span, facts: { 'cowrite.request_id': REQUEST_ID, 'http.request.method': 'POST', 'http.route': '/assists', 'http.response.status_code': 200 } });
  expect((await house.logs())['ai']).toContain(`"requestId":"${REQUEST_ID}"`);
  const calls = below(asked!).filter(({ name }) => name === 'ask core');
  expect(calls.map(({ kind, facts }) => [kind, facts['http.response.status_code']])).toContainEqual([3, 200]);
  const inCore = calls.flatMap((call) => childOf(call, { service: 'cowrite-core', kind: 2 }));
  expect(inCore.map(({ name }) => name).toSorted()).toEqual(expect.arrayContaining(['POST /projects/:projectId/assists/mandates', 'POST /projects/:projectId/briefs']));
  expect(inCore.flatMap(below).map(({ name, facts }) => [name, facts['cowrite.outcome']])).toContainEqual(['transaction', 'committed']);
  expect(below(asked!).filter(({ service, name }) => service === 'cowrite-ai' && name === 'transaction')).not.toEqual([]);

  // Both carriers: they come, say hello, join; what they write is committed for many at once, in traces of its own.
  for (const name of ['GET /v1', 'POST /v1/streams']) {
    const [came] = has({ service: 'cowrite-sync', name });
    expect(below(came!).map((span) => [span.name, span.facts['cowrite.wire']])).toEqual(expect.arrayContaining(['hello', 'join'].map((step) => [step, 'studio'])));
  }
  const commits = has({ service: 'cowrite-sync', name: 'commit', parentSpanId: '' });
  expect(commits.length).toBeGreaterThan(0);
  expect(commits[0]!.facts).toMatchObject({ 'cowrite.rows': expect.any(Number), 'cowrite.updates': expect.any(Number) });
  expect(has({ service: 'cowrite-media', name: 'POST /uploads' }).flatMap((span) => childOf(span, { name: 'transaction' }))).toHaveLength(1);

  // What failed says of what kind it was; the transaction was undone.
  const failed = has({ service: 'cowrite-core', name: 'POST /projects', isFailure: true });
  expect(failed.map(({ facts }) => facts['http.response.status_code'])).toEqual([500]);
  expect(below(failed[0]!).map(({ facts }) => facts['cowrite.outcome'])).toContain('undone');

  // The whole of what left the house.
  const all = collector.raw.join('\n');
  expect(all).toContain('"x-key":"a key"');
  for (const [name, word] of Object.entries(CANARIES)) expect([name, all.includes(word)]).toEqual([name, false]);
  for (const secret of secrets) expect(all.includes(secret)).toBe(false);
  for (const id of ids) expect(all.includes(id)).toBe(false);
  const known = new Set(['http.request.method', 'http.route', 'http.response.status_code', 'db.system.name', 'error.type', 'cowrite.request_id', 'cowrite.outcome', 'cowrite.wire', 'cowrite.rows', 'cowrite.updates']);
  expect([...new Set(spans.flatMap(({ facts }) => Object.keys(facts)))].filter((fact) => !known.has(fact))).toEqual([]);
  for (const log of Object.values(await house.logs())) expect(log).toContain('loads opentelemetry');
}, 120_000);

test('without one nothing of it is loaded; one that is away is told of once and holds nobody up', async () => {
  {
    await using house = await aHouse({});
    await aDay(house);
    await house.stop();
    for (const [name, log] of Object.entries(await house.logs())) expect([name, log.includes('loads opentelemetry'), log.includes('spans')]).toEqual([name, false, false]);
  }
  await using house = await aHouse({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` });
  await aDay(house);
  await expect.poll(async () => (await house.logs())['core'], { timeout: 30_000 }).toContain('spans are not taken');
  await aDayAgain(house);
  const began = performance.now();
  await house.stop();
  expect(performance.now() - began).toBeLessThan(25_000);
  const { core } = await house.logs();
  expect(core!.split('spans are not taken')).toHaveLength(2);
}, 240_000);

/** More to send, for the second time. */
async function aDayAgain({ core }: House): Promise<void> {
  for (let count = 0; count < 20; count += 1) await Person.register(core, '다온');
}

test('a share of nothing keeps no trace', async () => {
  await using collector = await aCollector();
  await using house = await aHouse({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '0' });
  await aDay(house);
  await house.stop();
  expect(collector.spans).toEqual([]);
}, 120_000);
