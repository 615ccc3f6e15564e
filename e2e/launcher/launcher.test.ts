import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@cowrite/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { Person } from '../../bench/people.ts';
import { root } from '../../bench/stack.ts';

/** The launcher as people meet it: what it says, what it leaves behind, what it refuses. On ports and a folder of its own. */
let dataDir: string;
let ports: { core: number; ai: number; sync: number; media: number; studio: number };

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'cowrite-launcher-')), 'data');
  ports = { core: await freePort(), ai: await freePort(), sync: await freePort(), media: await freePort(), studio: await freePort() };
});
afterAll(() => rm(join(dataDir, '..'), { recursive: true, force: true }));

class Launcher {
  readonly child: ChildProcess;
  output = '';
  readonly exited: Promise<number | null>;
  readonly #looks = new Set<() => void>();

  constructor(env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [join(root, '.build/launch.mjs')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        LANG: 'C.UTF-8',
        COWRITE_ROOT: root,
        COWRITE_DATA: dataDir,
        CORE_PORT: String(ports.core),
        AI_PORT: String(ports.ai),
        SYNC_PORT: String(ports.sync),
        MEDIA_PORT: String(ports.media),
        FRONTEND_PORT: String(ports.studio),
        ...env,
      },
    });
    const hear = (chunk: Buffer) => {
      this.output += chunk.toString();
      for (const look of this.#looks) look();
    };
    this.child.stdout!.on('data', hear);
    this.child.stderr!.on('data', hear);
    this.exited = new Promise((resolve) => this.child.on('exit', (code) => resolve(code)));
  }

  /** Resolves when the output says so. */
  says(pattern: RegExp, within = 60_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never said ${pattern}:\n${this.output}`)), within);
      const look = () => {
        if (!pattern.test(this.output)) return;
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  async stop(): Promise<void> {
    this.child.kill('SIGINT');
    await this.exited;
  }
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    (response) => response.ok,
    () => false,
  );
const everyone = async () => Promise.all([ports.core, ports.ai, ports.sync, ports.media, ports.studio].map(answers));

/** Runs it where it must refuse. */
async function refusal(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const launcher = new Launcher(env);
  const code = await launcher.exited;
  return { code, output: launcher.output };
}

test('starts everything, keeps its secrets to itself, and stops everything', { timeout: 120_000 }, async () => {
  const launcher = new Launcher();
  await launcher.says(/Cowrite is ready/);
  expect(await everyone()).toEqual([true, true, true, true, true]);
  expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600);
  const person = await Person.register(`http://127.0.0.1:${ports.core}`, '가람');
  expect(await person.project('첫 작품')).toMatch(/-/);

  const second = await refusal({});
  expect(second).toMatchObject({ code: 1, output: expect.stringContaining('already running') });
  expect(await everyone()).toEqual([true, true, true, true, true]);

  await launcher.stop();
  expect(await everyone()).toEqual([false, false, false, false, false]);
});

test('a service that dies is started again, and a killed launcher blocks nothing', { timeout: 120_000 }, async () => {
  const launcher = new Launcher();
  await launcher.says(/Cowrite is ready/);
  const syncPid = await pidOf('backend/sync/dist/main.js');
  process.kill(syncPid, 'SIGKILL');
  await launcher.says(/sync stopped/);
  await expect.poll(() => answers(ports.sync), { timeout: 20_000 }).toBe(true);

  launcher.child.kill('SIGKILL');
  await launcher.exited;
  const next = new Launcher();
  await next.says(/Cowrite is ready/);
  expect(await everyone()).toEqual([true, true, true, true, true]);
  await next.stop();
});

/** The process of this test's own data folder: others may run the same program. */
async function pidOf(script: string): Promise<number> {
  const { readdir } = await import('node:fs/promises');
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [command, environment] = await Promise.all([readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => ''), readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '')]);
    if (command.includes(script) && environment.includes(`PORT=${ports.sync}\0`)) return Number(entry);
  }
  throw new Error(`${script} does not run`);
}

test('a taken port, a full disk and a folder that cannot be written are named, and nothing starts', { timeout: 60_000 }, async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  expect(await refusal({ CORE_PORT: String(port) })).toMatchObject({ code: 1, output: expect.stringContaining(`Port ${port} is taken`) });
  taken.close();
  expect(await refusal({ COWRITE_FREE_BYTES_MIN: String(Number.MAX_SAFE_INTEGER) })).toMatchObject({ code: 1, output: expect.stringContaining('is full') });
  expect(await refusal({ COWRITE_DATA: '/dev/null/data' })).toMatchObject({ code: 1, output: expect.stringContaining('Cannot write to') });
  expect(await refusal({ COWRITE_DATA: '/dev/null/data', LANG: 'ko_KR.UTF-8' })).toMatchObject({ code: 1, output: expect.stringContaining('쓸 수 없습니다') });
  expect(await everyone()).toEqual([false, false, false, false, false]);
});

test('data of a newer Cowrite is refused and left alone', { timeout: 120_000 }, async () => {
  const launcher = new Launcher();
  await launcher.says(/Cowrite is ready/);
  const url = await databaseUrl();
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("INSERT INTO cowrite_migration (name, checksum) VALUES ('core/9999_tomorrow.sql', 'x')");
  await client.end();
  await launcher.stop();

  expect(await refusal({})).toMatchObject({ code: 1, output: expect.stringContaining('core/9999_tomorrow.sql') });
  expect(await everyone()).toEqual([false, false, false, false, false]);
});

async function databaseUrl(): Promise<string> {
  const { postgresPassword } = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as { postgresPassword: string };
  const port = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[3];
  return `postgresql://cowrite:${postgresPassword}@127.0.0.1:${port}/cowrite`;
}
