import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../bench/stack.ts';

/** `./cowrite` in a folder of its own; what needs a Docker Engine is seen in e2e/deployment. */
async function aHouse() {
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-operator-'));
  await cp(join(root, 'cowrite'), join(folder, 'cowrite'));
  return {
    folder,
    run: (words: string[], env: Record<string, string> = {}) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        execFile(join(folder, 'cowrite'), words, { env: { PATH: process.env['PATH'], ...env } }, (failure, out, err) => resolve({ code: failure === null ? 0 : Number(failure.code), out, err }));
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const COMMANDS = ['up', 'down', 'logs', 'doctor', 'setup-db', 'backup', 'restore', 'upgrade', 'bundle'];

test('without a word it says in both languages what it can do', async () => {
  await using house = await aHouse();
  for (const [env, first] of [
    [{}, 'Usage: ./cowrite COMMAND'],
    [{ LANG: 'ko_KR.UTF-8' }, '쓰는 법: ./cowrite 명령'],
    [{ LANG: 'ko_KR.UTF-8', COWRITE_LANG: 'en' }, 'Usage: ./cowrite COMMAND'],
  ] as const) {
    const { code, out } = await house.run([], env);
    expect([code, out.split('\n')[0]]).toEqual([0, first]);
    expect([...out.matchAll(/^ {2}([a-z-]+)/gm)].map((match) => match[1])).toEqual(COMMANDS);
  }
});

test('a word it does not know is an error that shows those it does', async () => {
  await using house = await aHouse();
  const { code, out, err } = await house.run(['uninstall']);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('There is no such command: uninstall');
  expect(err).toContain('./cowrite COMMAND');
});

test('what cannot be done is said with the next step, and nothing is left behind', async () => {
  await using house = await aHouse();
  expect(await house.run(['backup'])).toMatchObject({ code: 1, err: 'There is no .env: nothing is installed yet. ./cowrite up\n' });
  expect(await house.run(['restore'])).toMatchObject({ code: 1, err: expect.stringContaining('Name the file to restore') });
  expect(await house.run(['restore', 'nowhere.tar.gz'], { COWRITE_LANG: 'ko' })).toMatchObject({ code: 1, err: expect.stringContaining('되돌릴 파일을 알려 주세요') });
  expect(await readdir(house.folder)).toEqual(['cowrite']);
});

test('settings that are there are never overwritten', async () => {
  await using house = await aHouse();
  await writeFile(join(house.folder, '.env'), 'JWT_SECRET=mine\n', { mode: 0o600 });
  for (const word of ['up', 'doctor']) await house.run([word], { PATH: '/usr/bin:/bin', DOCKER_HOST: 'unix:///nowhere.sock' });
  expect(await readFile(join(house.folder, '.env'), 'utf8')).toBe('JWT_SECRET=mine\n');
});

test('the doctor says how passages are found by meaning, and counts neither way as a trouble', async () => {
  await using house = await aHouse();
  await writeFile(join(house.folder, '.env'), 'JWT_SECRET=mine\n', { mode: 0o600 });
  // An engine that answers, and a database that has so many extensions of that name, or says nothing.
  await writeFile(join(house.folder, 'docker'), '#!/bin/sh\ncase "$*" in *pg_extension*) cat "$0.extensions" ;; esac\n', { mode: 0o755 });
  const doctor = async (extensions: string, env: Record<string, string> = {}) => {
    await writeFile(join(house.folder, 'docker.extensions'), extensions);
    return (await house.run(['doctor'], { PATH: `${house.folder}:${process.env['PATH']}`, ...env })).out;
  };
  const [with1, without, unknown] = [await doctor('1\n'), await doctor('0\n'), await doctor('')];
  expect([with1, without, unknown].map((said) => said.split('\n').filter((line) => line.includes('by meaning')))).toEqual([
    ['  ✓ passages by meaning are compared by the database (pgvector)'],
    [expect.stringContaining('CREATE EXTENSION vector')],
    [],
  ]);
  expect([with1, without].map((said) => said.match(/✗/g)?.length)).toEqual([unknown.match(/✗/g)?.length, unknown.match(/✗/g)?.length]);
  expect(await doctor('0\n', { COWRITE_LANG: 'ko' })).toContain('데이터베이스의 주인으로 CREATE EXTENSION vector 를');
});
