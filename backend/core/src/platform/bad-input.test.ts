import { PROBLEMS, routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { aStory, documentOf } from './testing/scenario.ts';

interface Bad {
  what: string;
  method?: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  answer: [number, keyof typeof PROBLEMS];
}

const json = { 'content-type': 'application/json' };
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

/** `:project`, `:node`, `:document` stand for what the story has. */
const CASES: Bad[] = [
  { what: 'a body cut in the middle', path: '/projects', body: '{"title":"가', headers: json, answer: [400, 'malformed-request'] },
  { what: 'no body', path: '/projects', answer: [400, 'malformed-request'] },
  { what: 'an empty JSON body', path: '/projects', body: '', headers: json, answer: [400, 'malformed-request'] },
  { what: 'a list for an object', path: '/projects', body: [], answer: [400, 'malformed-request'] },
  { what: 'null for an object', path: '/projects', body: 'null', headers: json, answer: [400, 'malformed-request'] },
  { what: 'a body nested a hundred thousand deep', path: '/projects', body: deep, headers: json, answer: [400, 'malformed-request'] },
  { what: 'a field that does not belong', path: '/projects', body: { title: '가', ownerId: 'x' }, answer: [400, 'unknown-field'] },
  { what: 'a role for oneself', method: 'PATCH', path: '/auth/me', body: { name: '가', role: 'owner' }, answer: [400, 'unknown-field'] },
  { what: 'a prototype', method: 'PATCH', path: '/auth/me', body: '{"name":"가","__proto__":{"admin":true}}', headers: json, answer: [400, 'unknown-field'] },
  { what: 'an unknown setting', method: 'PATCH', path: '/projects/:project', body: { settings: { theme: 'dark' } }, answer: [400, 'unknown-field'] },
  { what: 'a form', path: '/projects', body: 'title=a', headers: { 'content-type': 'application/x-www-form-urlencoded' }, answer: [415, 'unsupported-type'] },
  { what: 'plain text', path: '/projects', body: '{"title":"가"}', headers: { 'content-type': 'text/plain' }, answer: [415, 'unsupported-type'] },
  { what: 'bytes where JSON is wanted', path: '/projects', body: new Uint8Array([1, 2, 3]), answer: [415, 'unsupported-type'] },
  { what: 'a body of two megabytes', path: '/projects', body: { title: '가', description: 'a'.repeat(2_000_000) }, answer: [413, 'too-large'] },
  { what: 'a number for a title', path: '/projects', body: { title: 7 }, answer: [422, 'invalid-input'] },
  { what: 'an empty title', path: '/projects', body: { title: '   ' }, answer: [422, 'invalid-input'] },
  { what: 'a title of ten thousand letters', path: '/projects', body: { title: '가'.repeat(10_000) }, answer: [422, 'invalid-input'] },
  { what: 'a title that forges a log line', path: '/projects', body: { title: '가\r\n{"level":50}' }, answer: [422, 'invalid-input'] },
  { what: 'a title that turns the text around', path: '/projects', body: { title: '가\u202etxt' }, answer: [422, 'invalid-input'] },
  { what: 'a NUL in a description', method: 'PATCH', path: '/projects/:project', body: { description: '가\u0000나' }, answer: [422, 'invalid-input'] },
  { what: 'a NUL in a search', method: 'GET', path: '/projects/:project/search?q=%00', answer: [422, 'invalid-input'] },
  { what: 'an address that is none', path: '/auth/register', body: { email: 'not an address', password: 'long-enough', name: '가' }, answer: [422, 'invalid-input'] },
  { what: 'a password of a megabyte', path: '/auth/login', body: { email: 'a@example.com', password: 'a'.repeat(900_000) }, answer: [422, 'invalid-input'] },
  { what: 'an id that is none in a body', path: '/projects/:project/outline/moves', body: { nodeIds: ['../1'], to: { place: 'into', nodeId: null } }, answer: [422, 'invalid-input'] },
  { what: 'a place that is none', path: '/projects/:project/outline/moves', body: { nodeIds: [':node'], to: { place: 'under', nodeId: ':node' } }, answer: [422, 'invalid-input'] },
  { what: 'no nodes to move', path: '/projects/:project/outline/moves', body: { nodeIds: [], to: { place: 'into', nodeId: null } }, answer: [422, 'invalid-input'] },
  { what: 'an unknown kind', path: '/projects/:project/outline', body: { kind: 'page', title: '가' }, answer: [422, 'invalid-input'] },
  { what: 'a limit that is no number', method: 'GET', path: '/projects/:project/search?q=a&limit=many', answer: [422, 'invalid-input'] },
  { what: 'a search for nothing', method: 'GET', path: '/projects/:project/search?q=%20', answer: [422, 'invalid-input'] },
  { what: 'ownership by invitation', path: '/projects/:project/invitations', body: { role: 'owner' }, answer: [422, 'invalid-input'] },
  { what: 'a token for ever', path: '/auth/tokens', body: { name: '가', scopes: ['*'], expiresInDays: 100_000 }, answer: [422, 'invalid-input'] },
  { what: 'an idempotency key of a thousand letters', path: '/projects', body: { title: '가' }, headers: { 'idempotency-key': 'k'.repeat(1_000) }, answer: [422, 'invalid-input'] },
  { what: 'a project that is no id', method: 'GET', path: '/projects/1;DROP', answer: [404, 'not-found'] },
  { what: 'a project in capitals with something after it', method: 'GET', path: '/projects/:project%00', answer: [404, 'not-found'] },
  { what: 'a document that nobody has', method: 'GET', path: '/projects/:project/documents/00000000-0000-7000-8000-000000000000/text', answer: [404, 'not-found'] },
  { what: 'an import that nobody began', path: '/projects/:project/imports/00000000-0000-7000-8000-000000000000/apply', body: {}, answer: [404, 'not-found'] },
  { what: 'an address without anything', method: 'GET', path: '/projects/:project/secrets', answer: [404, 'not-found'] },
  { what: 'an encoded way up', method: 'GET', path: '/projects/..%2fhealth', answer: [404, 'not-found'] },
  { what: 'a broken escape', method: 'GET', path: '/projects/%E0%A4%A', answer: [400, 'malformed-request'] },
  { what: 'a method that is not there', method: 'PUT', path: '/projects/:project', body: {}, answer: [405, 'method-not-allowed'] },
  { what: 'a change by reading', method: 'GET', path: '/projects/:project/trash', answer: [405, 'method-not-allowed'] },
];

test('each bad request gets a clear answer, nothing changes, and core goes on', async () => {
  await using story = await aStory({ roles: [] });
  const chapter = await story.add({ kind: 'chapter', title: '1화' });
  const fill = (value: string) => value.replaceAll(':project', story.projectId).replaceAll(':node', chapter.id).replaceAll(':document', documentOf(chapter));
  const state = async () => {
    const { rows } = await story.database.pool.query(
      `SELECT (SELECT jsonb_agg(p ORDER BY p.id) FROM core.project p) AS projects, (SELECT jsonb_agg(n ORDER BY n.id) FROM core.node n) AS nodes, (SELECT jsonb_agg(a ORDER BY a.id) FROM core.account a) AS accounts`,
    );
    return rows[0];
  };
  const before = await state();
  const wrong: string[] = [];
  for (const { what, method = 'POST', path, body, headers, answer } of CASES) {
    const filled = typeof body === 'object' && body !== null && !(body instanceof Uint8Array) ? JSON.parse(fill(JSON.stringify(body))) : body;
    const response = await story.owner.send(method, fill(path), { ...(filled === undefined ? {} : { body: filled }), ...(headers === undefined ? {} : { headers }) });
    const problem = response.headers['content-type']?.toString().startsWith('application/problem+json') ? response.json() : {};
    if (response.statusCode !== answer[0] || problem.code !== answer[1] || problem.title === '' || problem.instance === undefined) wrong.push(`${what}: ${response.statusCode} ${response.body.slice(0, 200)}`);
  }
  expect(wrong).toEqual([]);
  expect(await state()).toEqual(before);
  expect((await story.browser().send('GET', '/health/ready')).json()).toEqual({ status: 'ok', database: 'ok' });
});

test('says what is wrong field by field, in the caller’s language, and names the request', async () => {
  await using story = await aStory({ roles: [] });
  const send = (headers: Record<string, string>) => story.browser().send('POST', '/auth/register', { body: { email: 'x', password: 'short', name: '' }, headers });
  const korean = await send({ 'accept-language': 'ko-KR,ko;q=0.9,en;q=0.8', 'x-request-id': 'request-12345' });
  expect(korean.json()).toMatchObject({
    code: 'invalid-input',
    title: PROBLEMS['invalid-input'].ko,
    instance: 'request-12345',
    errors: [
      { path: 'email', message: 'not-an-email' },
      { path: 'password', message: 'too-short' },
      { path: 'name', message: 'empty' },
    ],
  });
  expect((await send({ 'accept-language': 'en-GB' })).json().title).toBe(PROBLEMS['invalid-input'].en);
  expect((await send({ 'accept-language': 'fr' })).json().title).toBe(PROBLEMS['invalid-input'].ko);
  expect((await send({ 'x-request-id': 'forged\nline' })).json().instance).not.toContain('forged');
});

test('every answer forbids sniffing, framing and keeping', async () => {
  await using story = await aStory({ roles: [] });
  for (const path of ['/health', '/auth/me', '/nothing', `/projects/${story.projectId}`]) {
    const { headers } = await story.owner.send('GET', path);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'x-request-id': expect.any(String),
    });
  }
});

test('too many tickets are refused with the time to wait', async () => {
  await using story = await aStory({ roles: ['reader'], environment: { COWRITE_TICKETS_PER_MINUTE: '2' } });
  const { projectId } = story;
  for (let count = 0; count < 2; count++) await story.owner.call(routes.tickets.project, { projectId });
  const refused = await story.owner.send('POST', `/projects/${projectId}/tickets`);
  expect([refused.statusCode, Number(refused.headers['retry-after']) > 0]).toEqual([429, true]);
  await story.as.reader.call(routes.tickets.project, { projectId });
});
