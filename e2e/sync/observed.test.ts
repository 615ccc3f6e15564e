import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Person } from '../../bench/people.ts';
import { type Stack, startStack } from '../../bench/stack.ts';
import { StudioClient } from '../../bench/studio-client.ts';

/** What those who run a house see of it, and what they must never see. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { LOG_LEVEL: 'trace' } });
}, 60_000);
afterAll(() => stack[Symbol.asyncDispose]());

const figures = async () => (await fetch(`${stack.sync.url}/metrics`)).text();
const figure = async (name: string) => Number(new RegExp(`^${name.replaceAll(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(await figures())?.[1] ?? Number.NaN);

test('a sync node tells how it is: sockets, rooms, how long saving takes, how far the folding is', async () => {
  const writer = await Person.register(stack.core.url, '가람');
  const projectId = await writer.project('지켜보기');
  const { documentId } = await writer.scene(projectId, '1화');
  const client = new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => writer.projectTicket(projectId) });
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText('한 줄')]);
  client.doc.getXmlFragment('default').insert(0, [paragraph]);
  await expect.poll(() => writer.text(projectId, documentId)).toBe('한 줄');
  expect(await figure('cowrite_sync_sockets{wire="studio",service="sync"}')).toBe(1);
  expect(await figure('cowrite_sync_rooms{service="sync"}')).toBe(1);
  expect(await figure('cowrite_sync_updates_total{service="sync"}')).toBeGreaterThan(0);
  expect(await figure('cowrite_sync_commit_seconds_count{service="sync"}')).toBeGreaterThan(0);
  expect(await figure('cowrite_sync_log_stalled{service="sync"}')).toBe(0);
  expect(await figure('cowrite_sync_log_oldest_seconds{service="sync"}')).toBeGreaterThanOrEqual(0);
  client.stop();
  await expect.poll(() => figure('cowrite_sync_sockets{wire="studio",service="sync"}')).toBe(0);
  expect((await fetch(`${stack.sync.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(404);
});

test('neither a sentence, nor a password, nor anything that opens a door is in any log, however much is logged', async () => {
  const canaries = { sentence: '카나리아가서고에서운다', password: '카나리아 열쇠 8842', title: '카나리아의 제목', mail: `canary-${Date.now()}@example.com` };
  const call = async (path: string, body: object, headers: Record<string, string> = {}) => fetch(stack.core.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  await call('/auth/register', { email: canaries.mail, password: canaries.password, name: '카나리아' });
  await call('/auth/login', { email: canaries.mail, password: `${canaries.password} 틀림` });
  await call('/auth/register', { email: canaries.mail, password: canaries.password, name: '\u0007', extra: canaries.password });
  const writer = await Person.register(stack.core.url, '나루');
  const projectId = await writer.project(canaries.title);
  const { documentId } = await writer.scene(projectId, '1화');
  const tickets: string[] = [];
  const client = new StudioClient({
    syncUrl: stack.sync.url,
    documentId,
    ticket: async () => {
      tickets.push(await writer.projectTicket(projectId));
      return tickets.at(-1)!;
    },
  });
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(canaries.sentence)]);
  client.doc.getXmlFragment('default').insert(0, [paragraph]);
  await expect.poll(() => writer.text(projectId, documentId)).toBe(canaries.sentence);
  await writer.call('GET', `/projects/${projectId}/search?q=${encodeURIComponent(canaries.sentence)}`);
  await fetch(`${stack.core.url}/projects/${projectId}/outline?token=${writer.token}`, { headers: { authorization: `Bearer ${writer.token}x` } });
  // A failure in the middle of it, which is when programs say too much.
  await stack.restartPostgres('kill');
  await expect.poll(() => writer.text(projectId, documentId).catch(() => ''), { timeout: 20_000 }).toBe(canaries.sentence);
  client.stop();

  const logs = (await readdir(stack.folder, { recursive: true })).filter((file) => file.endsWith('.log'));
  expect(logs.length).toBeGreaterThan(2);
  const text = (await Promise.all(logs.map((file) => readFile(join(stack.folder, file), 'utf8')))).join('\n');
  expect(text).toContain('"route":"/projects/:projectId/search"');
  for (const secret of [...Object.values(canaries), writer.token, ...tickets]) expect([secret.slice(0, 12), text.includes(secret), text.includes(encodeURIComponent(secret))]).toEqual([secret.slice(0, 12), false, false]);
});
