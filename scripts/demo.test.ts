import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lengthOf } from '@cowrite/manuscript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, type Stack, startStack } from '../bench/stack.ts';

let stack: Stack;
let dataDir: string;
beforeAll(async () => {
  stack = await startStack();
  dataDir = await mkdtemp(join(tmpdir(), 'cowrite-demo-'));
}, 60_000);
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const demo = async (coreUrl = stack.core.url) => promisify(execFile)(process.execPath, [join(root, 'scripts/demo.mjs')], { env: { PATH: process.env['PATH'], LANG: 'ko_KR.UTF-8', CORE_URL: coreUrl, COWRITE_DATA: dataDir } });

async function signedIn(): Promise<<T>(path: string) => Promise<T>> {
  const { email, password } = JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8')) as { email: string; password: string };
  const answer = await fetch(`${stack.core.url}/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email, password }) });
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return async <T>(path: string) => {
    const response = await fetch(stack.core.url + path, { headers: { cookie } });
    return (response.headers.get('content-type')?.includes('json') ? await response.json() : await response.text()) as T;
  };
}

interface Row {
  kind: string;
  title: string;
  numbering: string;
  status: string;
  note: string;
  documentId: string | null;
}

test('fills a whole serial, and changes nothing the second time', async () => {
  const first = await demo();
  expect(first.stdout).toContain('만들었습니다');
  expect(first.stdout).toMatch(/비밀번호 \S{20}/);
  expect((await stat(join(dataDir, 'demo.json'))).mode & 0o777).toBe(0o600);

  const get = await signedIn();
  const { items } = await get<{ items: { id: string; title: string; settings: { episodeGoal: number } }[] }>('/projects');
  expect(items.map(({ title, settings }) => [title, settings.episodeGoal])).toEqual([['안개를 받아 적는 집', 2_000]]);
  const { id } = items[0]!;
  const outline = await get<{ seq: number; nodes: Row[] }>(`/projects/${id}/outline`);
  const chapters = outline.nodes.filter((node) => node.kind === 'chapter');
  expect(outline.nodes.filter((node) => node.kind === 'part').map(({ title }) => title)).toEqual(['1부 안개의 장부', '2부 내일의 소리']);
  expect(chapters.map(({ numbering }) => numbering)).toEqual(['uncounted', 'counted', 'counted', 'counted', 'counted', 'counted', 'counted', 'side-story']);
  expect(chapters.map(({ title }) => title)).toEqual(['프롤로그 안개의 첫 줄', '1화 폐쇄 통보', '2화 어제 들은 말', '3화 빈 줄', '4화 하루 남은 배', '5화 오 초와 이십오 초', '6화 받아 적는 사람', '외전 열 걸음']);
  for (const { title, status, note } of chapters) expect([title, status, note.length > 0]).toEqual([title, title.startsWith('외전') ? 'writing' : 'done', true]);

  // Every line of the files, each as a block, and nothing else.
  const files = ['prologue', 'episode-1', 'episode-2', 'episode-3', 'episode-4', 'episode-5', 'episode-6', 'side-story'];
  const scenes = outline.nodes.filter((node) => node.documentId !== null);
  for (const [at, file] of files.entries()) {
    const [, ...lines] = (await readFile(join(root, 'scripts/demo', `${file}.txt`), 'utf8')).trimEnd().split('\n');
    expect([file, await get<string>(`/projects/${id}/documents/${scenes[at]!.documentId}/text`)]).toEqual([file, lines.join('\n')]);
  }

  let characters = 0;
  for (const { documentId } of outline.nodes) if (documentId !== null) characters += lengthOf(await get<string>(`/projects/${id}/documents/${documentId}/text`)).withSpaces;
  expect(characters).toBeGreaterThan(13_000);

  const second = await demo();
  expect(second.stdout).toContain('이미 있습니다');
  expect(second.stdout).not.toMatch(/비밀번호 \S{20}/);
  expect((await get<{ items: unknown[] }>('/projects')).items).toHaveLength(1);
  expect((await get<{ seq: number }>(`/projects/${id}/outline`)).seq).toBe(outline.seq);
});

test('says what to do when nothing is running', async () => {
  await expect(demo('http://127.0.0.1:9')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('npm start') as string });
});
