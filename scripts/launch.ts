import { randomBytes } from 'node:crypto';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve as wholePath } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type EmbeddedPostgres, GIVES_MEMORY_BACK, migrate, migrationFolders, NewerDatabase, newPassword, RELAY_ARGUMENTS, startEmbeddedPostgres } from '@cowrite/service-kit';
import { Client } from 'pg';

/**
 * The launcher: PostgreSQL if none is given, migrations, then every service, watched and restarted, stopped in order.
 * It writes to the terminal for people, in Korean or English by the terminal's language; services write to log files.
 */

const root = process.env['COWRITE_ROOT'] ?? process.cwd();
const dataDir = process.env['COWRITE_DATA'] ?? join(root, '.data');
const startedMs = Number(process.env['COWRITE_STARTED'] ?? Date.now());
const isKorean = (process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || '').startsWith('ko');
const say = (ko: string, en: string): string => (isKorean ? ko : en);
const line = (text: string): void => void process.stdout.write(`${text}\n`);

const portOf = (name: string, fallback: number): number => Number(process.env[name] || fallback);
const ports = { core: portOf('CORE_PORT', 8100), ai: portOf('AI_PORT', 8101), sync: portOf('SYNC_PORT', 8102), media: portOf('MEDIA_PORT', 8103), studio: portOf('FRONTEND_PORT', 3100) };

/** A reason not to start, in a sentence that says what to do. */
class CannotStart extends Error {}

interface Secrets {
  postgresPassword: string;
  jwtSecret: string;
}

/** Free space below which PostgreSQL may stop in the middle of a day; COWRITE_FREE_BYTES_MIN changes it. */
const FREE_BYTES_MIN = Number(process.env['COWRITE_FREE_BYTES_MIN'] ?? 200 * 1024 * 1024);

async function prepareData(): Promise<Secrets> {
  try {
    await mkdir(join(dataDir, 'logs'), { recursive: true });
    await writeFile(join(dataDir, '.writable'), '');
    await rm(join(dataDir, '.writable'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC') throw diskFull();
    throw new CannotStart(
      say(`${dataDir} 폴더에 쓸 수 없습니다 (${code}). 폴더의 주인과 권한을 확인하거나 COWRITE_DATA로 다른 폴더를 알려 주세요.`, `Cannot write to ${dataDir} (${code}). Check who owns the folder, or name another one with COWRITE_DATA.`),
    );
  }
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize < FREE_BYTES_MIN) throw diskFull();

  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) {
    await chmod(file, 0o600);
    return JSON.parse(await readFile(file, 'utf8')) as Secrets;
  }
  if (existsSync(join(dataDir, 'postgres'))) throw new CannotStart(say(`${file}이 없어 데이터베이스를 열 수 없습니다. 백업에서 되돌려 주세요.`, `${file} is missing, so the database cannot be opened. Restore it from a backup.`));
  const secrets = { postgresPassword: newPassword(), jwtSecret: randomBytes(48).toString('base64url') };
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}

const diskFull = (): CannotStart =>
  new CannotStart(say(`${dataDir}의 디스크가 가득 찼습니다. 적어도 200 MB를 비우고 다시 시작해 주세요. 글은 그대로 있습니다.`, `The disk of ${dataDir} is full. Free at least 200 MB and start again. Nothing was lost.`));

let holdsLock = false;

/** One launcher for one data folder. */
async function takeLock(): Promise<void> {
  const file = join(dataDir, 'launcher.pid');
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (pid && pid !== process.pid && (await isLauncher(pid)))
    throw new CannotStart(say(`Cowrite가 이미 돌고 있습니다 (프로세스 ${pid}): http://localhost:${ports.studio}`, `Cowrite is already running (process ${pid}): http://localhost:${ports.studio}`));
  await writeFile(file, String(process.pid));
  holdsLock = true;
}

const isLauncher = async (pid: number): Promise<boolean> => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('launch.mjs');

/** Services of a launcher that was killed end within moments; a port still taken after that is someone else's. */
async function requirePort(name: string, port: number): Promise<void> {
  for (let tries = 0; tries < 25; tries += 1) {
    if (await isFree(port)) return;
    await wait(200);
  }
  throw new CannotStart(
    say(
      `포트 ${port}을(를) 다른 프로그램이 쓰고 있습니다. 그 프로그램을 끝내거나(누구인지: ss -ltnp 'sport = :${port}') ${name}=다른번호 npm start 로 시작해 주세요.`,
      `Port ${port} is taken by another program. End it (who it is: ss -ltnp 'sport = :${port}'), or start with ${name}=another-number npm start.`,
    ),
  );
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

interface Service {
  name: string;
  script: string;
  /** Of Node itself. */
  arguments?: readonly string[];
  cwd: string;
  /** Loaded before a program that is not ours and does not watch the pipe. */
  import?: string;
  /** Where `/health` answers; the compactor has none. */
  port: number | null;
  env: Record<string, string>;
}

/** How long a service gets to stop by itself. */
const STOP_WITHIN_MS = 6_000;
const BACK_OFF_MS = { first: 500, most: 10_000 };

/** A child that is started again when it dies, until it is told to stop. */
class Supervised {
  readonly service: Service;
  #child: ChildProcess | null = null;
  #stopping = false;
  #backOffMs = BACK_OFF_MS.first;

  constructor(service: Service) {
    this.service = service;
  }

  async start(): Promise<void> {
    const logFile = join(dataDir, 'logs', `${this.service.name}.log`);
    if (
      await stat(logFile).then(
        (found) => found.size > 10_000_000,
        () => false,
      )
    )
      await rename(logFile, `${logFile}.1`);
    const log = await open(logFile, 'a');
    const beganMs = Date.now();
    const child = spawn(process.execPath, ['--enable-source-maps', ...(this.service.arguments ?? []), ...(this.service.import ? ['--import', this.service.import] : []), this.service.script], {
      cwd: this.service.cwd,
      // A group of its own, so that Ctrl-C reaches only the launcher; and a pipe whose end the child watches, so that a
      // launcher that is killed takes its children along.
      detached: true,
      stdio: ['pipe', log.fd, log.fd],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC', LANG: 'C.UTF-8', COWRITE_SUPERVISED: '1', ...limitsFrom(process.env), ...this.service.env },
    });
    await log.close();
    this.#child = child;
    child.stdin?.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      this.#child = null;
      if (this.#stopping) return;
      if (Date.now() - beganMs > 30_000) this.#backOffMs = BACK_OFF_MS.first;
      line(
        say(
          `  ${this.service.name}이(가) 멈췄습니다 (${signal ?? `코드 ${code}`}). ${this.#backOffMs / 1000}초 뒤 다시 시작합니다. 기록: ${logFile}`,
          `  ${this.service.name} stopped (${signal ?? `code ${code}`}). Starting it again in ${this.#backOffMs / 1000} s. Log: ${logFile}`,
        ),
      );
      setTimeout(() => {
        if (!this.#stopping) void this.start();
      }, this.#backOffMs);
      this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MS.most);
    });
  }

  /** Resolves when `/health` answers; rejects when it does not within a minute. */
  async healthy(): Promise<void> {
    if (this.service.port === null) return;
    for (let tries = 0; tries < 600 && !this.#stopping; tries += 1) {
      const answer = await fetch(`http://127.0.0.1:${this.service.port}/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
      if (answer?.ok) return;
      await wait(100);
    }
    if (!this.#stopping)
      throw new CannotStart(
        say(`${this.service.name}이(가) 대답하지 않습니다. 기록을 봐 주세요: ${join(dataDir, 'logs', `${this.service.name}.log`)}`, `${this.service.name} does not answer. See its log: ${join(dataDir, 'logs', `${this.service.name}.log`)}`),
      );
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(late);
  }
}

/** Limits and our own settings pass through to every service, but for keys; nothing else of the terminal's environment does. */
const limitsFrom = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        /^(COWRITE_(?!AI_ENDPOINT_KEY)|JWT_EXPIRES_IN$|REFRESH_TOKEN_EXPIRES_IN$|PUBLIC_ORIGINS$|LOG_LEVEL$|REDIS_URL$|OTEL_(EXPORTER_OTLP_(ENDPOINT|HEADERS)|TRACES_SAMPLER_ARG)$)/.test(entry[0]) && entry[1] !== undefined,
    ),
  );

/** Keys go to the one service that uses them: those of model vendors to the AI service, those of other houses to core, those of a store for pictures to media. */
const KEYS = { ai: /^((OPENAI|ANTHROPIC)_(API_KEY|MODEL|BASE_URL)|COWRITE_AI_ENDPOINT_KEY)(_FILE)?$/, core: /^(GOOGLE|KAKAO)_CLIENT_(ID|SECRET)$/, media: /^S3_/ };
const keysFor = (service: keyof typeof KEYS): Record<string, string> => Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => KEYS[service].test(entry[0]) && entry[1] !== undefined));

let postgres: EmbeddedPostgres | null = null;
const services: Supervised[] = [];
let stopping = false;

/** Keeps the embedded PostgreSQL running on the same port. */
async function keepPostgres(secrets: Secrets, port?: number): Promise<EmbeddedPostgres> {
  const started = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), password: secrets.postgresPassword, ...(port === undefined ? {} : { port }), settings: { max_connections: '100', shared_buffers: '128MB' } });
  postgres = started;
  void started.exited.then(async (code) => {
    if (stopping) return;
    line(say(`  PostgreSQL이 멈췄습니다 (코드 ${code}). 다시 시작합니다.`, `  PostgreSQL stopped (code ${code}). Starting it again.`));
    for (let waitMs = BACK_OFF_MS.first; !stopping; waitMs = Math.min(waitMs * 2, BACK_OFF_MS.most)) {
      try {
        await keepPostgres(secrets, started.port);
        return;
      } catch (error) {
        line(`  ${(error as Error).message}`);
        await wait(waitMs);
      }
    }
  });
  return started;
}

async function databaseUrl(secrets: Secrets): Promise<string> {
  const given = process.env['DATABASE_URL'];
  if (given) return given;
  let server: EmbeddedPostgres;
  try {
    server = await keepPostgres(secrets);
  } catch (error) {
    throw new CannotStart((error as Error).message);
  }
  const client = new Client({ connectionString: server.url('postgres') });
  await client.connect();
  const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'cowrite'");
  if (rowCount === 0) await client.query('CREATE DATABASE cowrite');
  await client.end();
  return server.url('cowrite');
}

/** What people’s browsers speak with; stopped before what these ask. */
const EDGES = new Set(['studio', 'sync', 'media']);

async function stopAll(): Promise<void> {
  if (stopping) return;
  stopping = true;
  const [edges, inner] = [services.filter(({ service }) => EDGES.has(service.name)), services.filter(({ service }) => !EDGES.has(service.name))];
  await Promise.all(edges.map((service) => service.stop()));
  await Promise.all(inner.map((service) => service.stop()));
  await postgres?.stop();
  if (holdsLock) await rm(join(dataDir, 'launcher.pid'), { force: true });
}

async function main(): Promise<void> {
  const secrets = await prepareData();
  await takeLock();
  await requirePort('CORE_PORT', ports.core);
  await requirePort('AI_PORT', ports.ai);
  await requirePort('SYNC_PORT', ports.sync);
  await requirePort('MEDIA_PORT', ports.media);
  await requirePort('FRONTEND_PORT', ports.studio);

  const url = await databaseUrl(secrets);
  try {
    const applied = await migrate(url, migrationFolders(root));
    if (applied.length > 0) line(say(`  데이터베이스를 준비했습니다 (${applied.length}단계)`, `  prepared the database (${applied.length} steps)`));
  } catch (error) {
    if (error instanceof NewerDatabase)
      throw new CannotStart(
        say(
          `이 데이터는 더 새로운 Cowrite가 만들었습니다 (${error.unknown.join(', ')}). Cowrite를 새 판으로 올려 주세요. 데이터는 그대로 있습니다.`,
          `This data was made by a newer Cowrite (${error.unknown.join(', ')}). Update Cowrite. The data was not touched.`,
        ),
      );
    throw new CannotStart(say(`데이터베이스를 준비하지 못했습니다: ${(error as Error).message}`, `The database could not be prepared: ${(error as Error).message}`));
  }

  const studioUrl = process.env['FRONTEND_URL'] || `http://localhost:${ports.studio}`;
  const shared = { DATABASE_URL: url, NODE_ENV: 'production', FRONTEND_URL: studioUrl };
  const core: Service = {
    name: 'core',
    script: join(root, 'backend/core/dist/main.js'),
    cwd: join(root, 'backend/core'),
    port: ports.core,
    env: { ...shared, ...keysFor('core'), PORT: String(ports.core), JWT_SECRET: process.env['JWT_SECRET'] || secrets.jwtSecret },
  };
  const sync: Service = {
    name: 'sync',
    script: join(root, 'backend/sync/dist/main.js'),
    cwd: join(root, 'backend/sync'),
    port: ports.sync,
    arguments: RELAY_ARGUMENTS,
    env: { ...shared, ...GIVES_MEMORY_BACK, PORT: String(ports.sync), CORE_URL: `http://127.0.0.1:${ports.core}` },
  };
  const ai: Service = {
    name: 'ai',
    script: join(root, 'backend/ai/dist/main.js'),
    cwd: join(root, 'backend/ai'),
    port: ports.ai,
    env: { ...shared, ...keysFor('ai'), PORT: String(ports.ai), CORE_URL: `http://127.0.0.1:${ports.core}` },
  };
  const media: Service = {
    name: 'media',
    script: join(root, 'backend/media/dist/main.js'),
    cwd: join(root, 'backend/media'),
    port: ports.media,
    env: {
      ...shared,
      ...keysFor('media'),
      ...GIVES_MEMORY_BACK,
      PORT: String(ports.media),
      CORE_URL: `http://127.0.0.1:${ports.core}`, // Whole, because the service runs in a folder of its own.
      COWRITE_MEDIA_DIR: wholePath(process.env['COWRITE_MEDIA_DIR'] || join(dataDir, 'media')),
    },
  };
  const compactor: Service = { name: 'compactor', script: join(root, 'backend/sync/dist/compactor-main.js'), cwd: join(root, 'backend/sync'), port: null, env: { ...shared, NODE_OPTIONS: '--max-old-space-size=1024' } };
  const studio: Service = {
    name: 'studio',
    import: join(root, '.build/tether.mjs'),
    script: join(root, 'frontend/.next/standalone/frontend/server.js'),
    cwd: join(root, 'frontend/.next/standalone/frontend'),
    port: ports.studio,
    env: { NODE_ENV: 'production', PORT: String(ports.studio), HOSTNAME: '127.0.0.1', CORE_PORT: String(ports.core), SYNC_PORT: String(ports.sync), MEDIA_PORT: String(ports.media), AI_PORT: String(ports.ai), FRONTEND_URL: studioUrl },
  };
  for (const service of [core, sync, ai, media, compactor, studio]) {
    const supervised = new Supervised(service);
    services.push(supervised);
    await supervised.start();
  }
  await Promise.all(services.map((service) => service.healthy()));
  if (stopping) return;
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  line(say(`Cowrite가 준비되었습니다 (${seconds}초): ${studioUrl} — 멈추려면 Ctrl-C`, `Cowrite is ready (${seconds} s): ${studioUrl} — stop with Ctrl-C`));
}

const onSignal = async () => {
  if (stopping) return;
  line(say('\n멈추는 중…', '\nStopping…'));
  await stopAll();
  line(say('멈췄습니다. 글은 모두 저장되어 있습니다.', 'Stopped. Everything is saved.'));
  process.exit(0);
};
process.on('SIGINT', () => void onSignal());
process.on('SIGTERM', () => void onSignal());
process.on('SIGHUP', () => void onSignal());
// The script that started us was killed: the terminal is gone, and so are we, in order.
process.on('disconnect', () => void onSignal());

try {
  await main();
} catch (error) {
  process.stderr.write(`\n${error instanceof CannotStart ? error.message : (error as Error).stack}\n`);
  await stopAll();
  process.exit(1);
}
