import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { ProblemBody, sentenceOf } from '@cowrite/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { findProgram } from '../bench/sync/peers.ts';
import { anEdge, type Answer, type Edge, nginxProgram } from './testing/edge.ts';
import type { Seen } from './testing/service-stub.ts';

const hasNginx = nginxProgram() !== null;
const hasOpenssl = findProgram('openssl') !== null;
const MIB = 1_048_576;

const seen = ({ text }: Answer): Seen => JSON.parse(text) as Seen;
const problem = (answer: Answer) => {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  return ProblemBody.parse(JSON.parse(answer.text));
};

const statusAt = async (at: Edge, path: string) => [path, (await at.ask(path)).status];

let edge: Edge;
beforeAll(async () => {
  if (hasNginx) edge = await anEdge();
});
afterAll(() => edge?.[Symbol.asyncDispose]());

const aSocket = (at: Edge, path: string, options = {}) => new WebSocket(`ws://127.0.0.1:${at.port}${path}`, { headers: { host: `localhost:${at.port}` }, ...options });

// ── health ──

test.runIf(hasNginx)('/health says that nginx lives, as one kind of text, and is no prefix', async () => {
  const alive = await edge.ask('/health');
  expect([alive.status, alive.text]).toEqual([200, 'OK']);
  expect(alive.rawHeaders.filter((name) => name.toLowerCase() === 'content-type')).toHaveLength(1);
  expect(alive.headers['content-type']).toBe('text/plain');
  expect(seen(await edge.ask('/healthcare-novel'))).toMatchObject({ service: 'frontend', url: '/healthcare-novel' });
});

test.runIf(hasNginx)('/health/ready is 200 while core and sync are ready, and 503 when either says no or is gone', async () => {
  await using own = await anEdge();
  expect(await own.ask('/health/ready')).toMatchObject({ status: 200 });
  expect(await own.ask('/health/ready?verbose')).toMatchObject({ status: 404 });
  expect(await own.ask('/health/ready/sync')).toMatchObject({ status: 404 });
  for (const name of ['core-api', 'sync-service'] as const) {
    let ready = false;
    own.services[name].on('/health/ready', (_request, response) => response.writeHead(ready ? 200 : 503).end());
    expect(await own.ask('/health/ready')).toMatchObject({ status: 503 });
    ready = true;
    expect(await own.ask('/health/ready')).toMatchObject({ status: 200 });
  }
  await own.services['sync-service'][Symbol.asyncDispose]();
  const gone = await own.ask('/health/ready');
  expect(gone.status).toBe(503);
  expect(problem(gone).code).toBe('unavailable');
  expect(await own.ask('/health')).toMatchObject({ status: 200 });
});

// ── where a request goes ──

test.runIf(hasNginx)('a prefix leads to its service without the prefix, and everything else to the studio', async () => {
  const routes = [
    ['/', 'frontend', '/'],
    ['/p/x?scene=1', 'frontend', '/p/x?scene=1'],
    ['/apiary', 'frontend', '/apiary'],
    ['/api/projects?limit=2', 'core-api', '/projects?limit=2'],
    ['/ai/assists', 'ai-service', '/assists'],
    ['/media/blobs/b/small?signature=s', 'media-service', '/blobs/b/small?signature=s'],
    ['/ws/v1/streams', 'sync-service', '/v1/streams'],
  ];
  for (const [path, service, url] of routes) expect(seen(await edge.ask(path!))).toMatchObject({ service, url });
});

test.runIf(hasNginx)('what the documentation pages need comes from their services', async () => {
  const routes = [
    ['/api-docs', 'core-api', '/api-docs'],
    ['/api-docs/swagger-ui.css', 'core-api', '/api-docs/swagger-ui.css'],
    ['/api-docs-json', 'core-api', '/api-docs-json'],
    ['/ai/docs', 'ai-service', '/docs'],
    ['/ai/docs/start.js', 'ai-service', '/docs/start.js'],
    ['/ai/openapi.json', 'ai-service', '/openapi.json'],
    ['/media/docs', 'media-service', '/docs'],
  ];
  for (const [path, service, url] of routes) expect(seen(await edge.ask(path!))).toMatchObject({ service, url });
  expect(seen(await edge.ask('/api-docs')).headers['x-forwarded-prefix']).toBe('/api');
});

test.runIf(hasNginx)('a path arrives letter for letter: an encoded slash stays one', async () => {
  for (const path of ['/projects/a%2Fb', '/projects/..%2fme', '/projects/%ED%95%9C%EA%B8%80', '/x//y', '/a%20b?q=%2F']) expect(seen(await edge.ask(`/api${path}`))).toMatchObject({ service: 'core-api', url: path });
});

test.runIf(hasNginx)('a path that means another place once it is decoded leads to none of the two', async () => {
  for (const path of ['/ai/..%2fapi/projects', '/api/%2e%2e/shelf', '/api/../shelf', '//api/projects', '/%61pi/projects', '/media/../ai/x', '/x/../api-docs']) expect(await statusAt(edge, path)).toEqual([path, 404]);
  expect(await edge.ask('/api/..%2f..%2fx')).toMatchObject({ status: 400 });
  expect(seen(await edge.ask('/API/projects'))).toMatchObject({ service: 'frontend' });
});

test.runIf(hasNginx)('figures, repositories and settings are not to be had under any prefix, and TRACE is no method', async () => {
  for (const prefix of ['', '/api', '/ai', '/ws', '/media'])
    for (const path of ['/metrics', '/metrics/', '/metrics?x', '/%6detrics', '//metrics', '/x/..%2fmetrics', '/.env', '/.git/HEAD']) expect(await statusAt(edge, prefix + path)).toEqual([prefix + path, 404]);
  expect(await edge.ask('/api/projects', { method: 'TRACE' })).toMatchObject({ status: 405 });
});

// ── services that come, go and move ──

test.runIf(hasNginx)('a service that comes back at another address is found within six seconds', async () => {
  await using own = await anEdge();
  // Each worker remembers for itself, and which of them answers is chance: all of a hundred have to be answered.
  const answers = async () => new Set((await Promise.all(Array.from({ length: 100 }, () => own.ask('/api/x')))).map(({ status }) => status));
  expect(await answers()).toEqual(new Set([200]));
  await own.move('core-api');
  await vi.waitFor(async () => expect(await answers()).toEqual(new Set([200])), { timeout: 6_000, interval: 250 });
});

test.runIf(hasNginx)('a service that is missing stops nothing else: what asks for it is told so, in its language', async () => {
  await using own = await anEdge({ missing: ['media-service'] });
  expect(await own.ask('/api/x')).toMatchObject({ status: 200 });
  const missing = await own.ask('/media/x');
  expect([missing.status, missing.headers['retry-after']]).toEqual([503, '2']);
  expect(problem(missing)).toMatchObject({ code: 'unavailable', status: 503, title: sentenceOf('unavailable', 'ko') });
  expect(problem(await own.ask('/media/x', { headers: { 'accept-language': 'en-GB,en' } })).title).toBe(sentenceOf('unavailable', 'en'));
});

// ── sockets ──

test.runIf(hasNginx)('a socket opens below /ws, and at /ws itself without a redirect', async () => {
  await using own = await anEdge();
  for (const path of ['/ws', '/ws/', '/ws?x=1', '/ws/v1', '/ws/yjs/d?ticket=t']) {
    const socket = aSocket(own, path);
    await once(socket, 'open');
    socket.send('안녕');
    expect(String((await once(socket, 'message'))[0])).toBe('안녕');
    socket.terminate();
  }
  expect(own.services['sync-service'].upgrades).toEqual(['/v1', '/v1', '/v1?x=1', '/v1', '/yjs/d?ticket=t']);
});

test.runIf(hasNginx)('nothing but /ws hands on that somebody asks for a socket', async () => {
  for (const path of ['/', '/api/x', '/ai/x', '/media/x', '/wsx']) {
    const { headers } = seen(await edge.ask(path, { headers: { connection: 'Upgrade', upgrade: 'websocket' } }));
    expect([headers['upgrade'], headers['connection']]).toEqual([undefined, undefined]);
  }
  expect(seen(await edge.ask('/ws/v1', { headers: { connection: 'Upgrade', upgrade: 'h2c' } })).headers['upgrade']).toBeUndefined();
});

test.runIf(hasNginx)('a silent socket is cut after the time the operator set, and an hour is what the template advises', async () => {
  await using own = await anEdge({ settings: { COWRITE_SOCKET_TIMEOUT: '1s' } });
  const socket = aSocket(own, '/ws/v1');
  await once(socket, 'open');
  const opened = performance.now();
  await once(socket, 'close');
  expect(performance.now() - opened).toBeGreaterThan(900);
  expect(readFileSync(join(import.meta.dirname, 'templates/cowrite.conf.template'), 'utf8')).toContain('cut: 1h');
});

// ── bodies and streams ──

test.runIf(hasNginx)(
  'a mebibyte is the limit; a book of 64, a picture and a recording pass, and what is larger is told its limit',
  async () => {
    const book = '/api/projects/p/imports/i/files';
    const send = (path: string, bytes: number) => edge.ask(path, { method: 'POST', body: Buffer.alloc(bytes) });
    for (const path of ['/api/x', '/ai/x', '/media/x', '/', '/api/projects/p/imports/i']) {
      expect(seen(await send(path, MIB)).bytes).toBe(MIB);
      expect(await send(path, 2 * MIB)).toMatchObject({ status: 413 });
    }
    for (const path of [book, '/media/uploads', '/media/uploads/u']) {
      expect(seen(await send(path, 64 * MIB)).bytes).toBe(64 * MIB);
      const refused = await send(path, 65 * MIB);
      expect(problem(refused)).toMatchObject({ code: 'too-large', title: sentenceOf('too-large', 'ko', { limit: '64 MiB' }) });
    }
    expect(seen(await send('/ai/transcriptions?projectId=p', 24 * MIB)).bytes).toBe(24 * MIB);
    expect(problem(await send('/ai/transcriptions?projectId=p', 25 * MIB)).details).toEqual({ limit: '24 MiB' });
    expect(seen(await send('/ws/v1/streams/s/frames', 5 * MIB)).bytes).toBe(5 * MIB);
    expect(problem(await send('/ws/v1/streams/s/frames', 6 * MIB)).details).toEqual({ limit: '5 MiB' });
  },
  60_000,
);

test.runIf(hasNginx)('an import, an upload and a recording are handed on while they are still being sent', async () => {
  for (const [path, service] of [
    ['/api/projects/p/imports/live/files', 'core-api'],
    ['/media/uploads/live', 'media-service'],
    ['/ai/transcriptions', 'ai-service'],
    ['/ws/v1/streams/live/frames', 'sync-service'],
  ] as const) {
    const arrived = new Promise<string>((done) =>
      edge.services[service].on(path.replace(/^\/\w+/, ''), (asked, response) => {
        asked.once('data', (piece) => done(String(piece)));
        asked.on('end', () => response.end());
      }),
    );
    const sending = request({ host: '127.0.0.1', port: edge.port, path, method: 'POST', headers: { host: 'localhost', 'content-length': '6' }, agent: false });
    const answered = once(sending, 'response');
    sending.write('앞');
    expect(await arrived).toBe('앞');
    sending.end('뒤');
    (await answered)[0].resume();
  }
});

test.runIf(hasNginx)('each piece of an answer of the AI service and of a stream is here before the next is made', async () => {
  for (const [path, service] of [
    ['/ai/assists/live', 'ai-service'],
    ['/ws/v1/streams/live', 'sync-service'],
  ] as const) {
    const speaking = new Promise<(words: string | null) => void>((done) =>
      edge.services[service].on(path.replace(/^\/\w+/, ''), (_asked, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        done((words) => void (words === null ? response.end() : response.write(words)));
      }),
    );
    const asked = request({ host: '127.0.0.1', port: edge.port, path, headers: { host: 'localhost' }, agent: false });
    const answered = once(asked, 'response');
    asked.end();
    const speak = await speaking;
    const [answer] = await answered;
    for (const words of ['하나', '둘', '셋']) {
      speak(words);
      expect(String((await once(answer, 'data'))[0])).toBe(words);
    }
    speak(null);
    await once(answer, 'end');
  }
});

test.runIf(hasNginx)('an answer of the AI service that says nothing is cut after the time the operator set', async () => {
  await using own = await anEdge({ settings: { COWRITE_STREAM_TIMEOUT: '1s' } });
  own.services['ai-service'].on('/silent', () => undefined);
  expect(await own.ask('/ai/silent')).toMatchObject({ status: 503 });
});

// ── who asks ──

test.runIf(hasNginx)('what a client says of its address, host and request is overwritten on every route', async () => {
  const claims = {
    'x-forwarded-for': '6.6.6.6',
    'x-real-ip': '6.6.6.6',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-port': '1',
    'x-forwarded-prefix': '/evil',
    forwarded: 'for=6.6.6.6',
    'x-request-id': 'chosen-by-client',
  };
  const ids = new Set<unknown>();
  for (const path of ['/', '/api/x', '/api/projects/p/imports/i/files', '/api-docs', '/ai/x', '/ws/x', '/media/x', '/media/uploads']) {
    const { headers } = seen(await edge.ask(path, { headers: claims }));
    const host = `localhost:${edge.port}`;
    expect(headers).toMatchObject({ host, 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', 'x-forwarded-proto': 'http', 'x-forwarded-host': host, 'x-forwarded-port': String(edge.port) });
    expect(headers['forwarded']).toBeUndefined();
    expect(headers['x-forwarded-prefix']).not.toBe('/evil');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    ids.add(headers['x-request-id']);
  }
  expect(ids.size).toBe(8);
  await vi.waitFor(async () => expect((await edge.lines()).map(({ requestId }) => requestId)).toEqual(expect.arrayContaining([...ids])));
});

test.runIf(hasNginx)('a name that is not this studio’s is misdirected, however it is said', async () => {
  for (const host of ['evil.example', `evil.example:${edge.port}`, '10.0.0.1', 'localhost.evil.example']) expect([host, (await edge.ask('/api/x', { headers: { host } })).status]).toEqual([host, 421]);
  expect(await edge.say('GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 421 /);
  for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '[::1]', '[::1]:8080']) expect(seen(await edge.ask('/', { headers: { host } })).headers['host']).toBe(host.toLowerCase());
  // Node folds what came after the header, so the service sees what nginx chose.
  expect(await edge.say('GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')).not.toContain('evil.example');
});

test.runIf(hasNginx)('requests that two servers could read in two ways are refused', async () => {
  const ask = (head: string) => edge.say(`GET /api/x HTTP/1.1\r\n${head}\r\n\r\n`);
  expect(await ask('Host: localhost\r\nHost: evil.example')).toMatch(/^HTTP\/1.1 400 /);
  expect(await ask('Host: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked')).toMatch(/^HTTP\/1.1 400 /);
  expect(await ask(`Host: localhost\r\nX-Long: ${'x'.repeat(65_536)}`)).toMatch(/^HTTP\/1.1 400 /);
  const answer = await edge.ask('/health');
  expect(answer.headers['server']).toBe('nginx');
});

// ── the log ──

test.runIf(hasNginx)('no key is in any log: no query, no header, no code of an invitation, no id of a stream, even when a service is gone', async () => {
  await using own = await anEdge({ missing: ['ai-service'] });
  const paths = [
    '/ws/?token=CANARY',
    '/api/x?token=CANARY',
    '/ai/x?token=CANARY',
    '/api/invitations/CANARY',
    '/api/invitations/CANARY/accept?x',
    '//api/invitations/CANARY',
    '/invite/CANARY',
    '/ws/v1/streams/CANARY/frames',
    '/.env?token=CANARY',
    '/?token=CANARY',
  ];
  for (const path of paths) await own.ask(path, { headers: { authorization: 'Bearer CANARY', cookie: 'access=CANARY', referer: 'http://localhost/?CANARY' } });
  await own.ask('/?token=CANARY', { headers: { host: 'evil.example' } });
  await vi.waitFor(async () => expect(await own.lines()).toHaveLength(paths.length + 1));
  expect(await own.logs()).not.toContain('CANARY');
  expect((await own.lines()).map(({ path }) => path)).toEqual(['/ws/', '/api/x', '/ai/x', '/api/invitations/…', '/api/invitations/…/accept', '//api/invitations/…', '/invite/…', '/ws/v1/streams/…/frames', '/.env', '/', '/']);
});

test.runIf(hasNginx)('a line of the log is one line of JSON, whatever a path holds', async () => {
  await using own = await anEdge();
  await own.ask(`/api/%0A%22%1b"'\\x`);
  await vi.waitFor(async () => expect(await own.lines()).toHaveLength(1));
  expect((await own.lines())[0]).toMatchObject({ status: 200, address: '127.0.0.1', path: `/api/%0A%22%1b"'\\x` });
});

// ── how much of one address ──

test.runIf(hasNginx)('a class that opens the studio at once is served, and a program that goes on and on is slowed', async () => {
  await using own = await anEdge();
  const ask = async (times: number, path: string, method = 'GET') => {
    const answers: Answer[] = [];
    const runner = async () => {
      while (answers.length < times) {
        const at = answers.push(undefined as never) - 1;
        answers[at] = await own.ask(path, { method });
      }
    };
    await Promise.all(Array.from({ length: 30 }, runner));
    return answers;
  };
  expect((await ask(1_800, '/')).every(({ status }) => status === 200)).toBe(true);
  const signingIn = await ask(180, '/api/auth/login', 'POST');
  expect(signingIn.filter(({ status }) => status === 200).length).toBeGreaterThan(100);
  const refused = signingIn.find(({ status }) => status === 429)!;
  expect(refused.headers['retry-after']).toBe('1');
  expect(problem(refused)).toMatchObject({ code: 'too-many-requests', title: sentenceOf('too-many-requests', 'ko', { seconds: 1 }), details: { seconds: 1 } });
  expect(await own.ask('/api/projects')).toMatchObject({ status: 200 });
});

// ── TLS ──

test.runIf(hasNginx)('a challenge of ACME is answered from the webroot', async () => {
  await mkdir(join(edge.webroot, '.well-known/acme-challenge'), { recursive: true });
  await writeFile(join(edge.webroot, '.well-known/acme-challenge/abc'), 'abc.thumbprint');
  expect(await edge.ask('/.well-known/acme-challenge/abc')).toMatchObject({ status: 200, text: 'abc.thumbprint' });
  expect(await edge.ask('/.well-known/acme-challenge/none')).toMatchObject({ status: 404 });
});

test.runIf(hasNginx && hasOpenssl).for(['files', 'acme'])('with TLS (%s) pages are sent on, programs in the clear are refused, and browsers stay with TLS', async (TLS_MODE) => {
  const certificate = aCertificate();
  await using own = await anEdge({ settings: { TLS_MODE }, certificate });
  const page = await own.ask('/shelf?x=1');
  expect([page.status, page.headers['location']]).toEqual([308, 'https://localhost/shelf?x=1']);
  expect(page.headers['strict-transport-security']).toBeUndefined();
  for (const path of ['/api/x', '/ai/x', '/ws', '/ws/v1', '/media/x', '/%61pi/x']) expect(await statusAt(own, path)).toEqual([path, 403]);
  expect(await own.ask('/health')).toMatchObject({ status: 200 });
  expect(await own.ask('/.well-known/acme-challenge/none')).toMatchObject({ status: 404 });

  const ask = (path: string, host = 'localhost') =>
    new Promise<Answer>((done, fail) => {
      const asked = tlsRequest({ host: '127.0.0.1', port: own.tlsPort, servername: 'localhost', ca: certificate.cert, path, headers: { host }, agent: false }, async (response) => {
        done({ status: response.statusCode!, headers: response.headers, rawHeaders: response.rawHeaders, text: await textOf(response) });
      });
      asked.on('error', fail).end();
    });
  for (const path of ['/', '/health', '/api/metrics']) expect((await ask(path)).headers['strict-transport-security']).toBe('max-age=31536000');
  expect(seen(await ask('/api/x'))).toMatchObject({ service: 'core-api', headers: { 'x-forwarded-proto': 'https', 'x-forwarded-port': '443', 'x-forwarded-host': 'localhost' } });
  expect(await ask('/', 'evil.example')).toMatchObject({ status: 421 });

  const socket = new WebSocket(`wss://localhost:${own.tlsPort}/ws/v1`, { ca: certificate.cert });
  await once(socket, 'open');
  socket.terminate();

  const http2 = connectHttp2(`https://localhost:${own.tlsPort}`, { ca: certificate.cert });
  const asked = http2.request({ ':path': '/api/x' });
  expect((JSON.parse(await textOf(asked)) as Seen).headers['host']).toBe(`localhost:${own.tlsPort}`);
  http2.close();
});

/** Signed by itself, for localhost, a day long. */
function aCertificate(): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'cowrite-certificate-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const made = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}
