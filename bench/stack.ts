import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type EmbeddedPostgres, freePort, GIVES_MEMORY_BACK, migrate, migrationFolders, newPassword, RELAY_ARGUMENTS, startEmbeddedPostgres } from '@cowrite/service-kit';
import { Client } from 'pg';

export const root = resolve(import.meta.dirname, '..');

/** A service as a process of its own: the production build, with a port and a log. */
export class ServiceProcess {
  readonly name: string;
  readonly port: number;
  readonly logFile: string;
  readonly #arguments: readonly string[];
  #env: Record<string, string>;
  #child: ChildProcess | null = null;

  constructor({ name, script, port, env, logFile, nodeArguments = [] }: { name: string; script: string; port: number; env: Record<string, string>; logFile: string; nodeArguments?: readonly string[] }) {
    this.name = name;
    this.port = port;
    this.logFile = logFile;
    this.#arguments = [...nodeArguments, script];
    this.#env = env;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Other variables, from the next start on. */
  furnish(env: Record<string, string>): void {
    this.#env = { ...this.#env, ...env };
  }

  /** Sends a signal and waits for nothing: SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child!.kill(signal);
  }

  async start(): Promise<void> {
    const log = await open(this.logFile, 'a');
    this.#child = spawn(process.execPath, this.#arguments, {
      cwd: root,
      stdio: ['pipe', log.fd, log.fd],
      env: { PATH: process.env['PATH'], TZ: 'UTC', LANG: 'C.UTF-8', COWRITE_SUPERVISED: '1', ...this.#env },
    });
    this.#child.stdin?.on('error', () => undefined);
    await log.close();
    if (this.port === 0) return;
    for (let tries = 0; tries < 600; tries += 1) {
      const answer = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
      if (this.#child.exitCode !== null) break;
      if (answer?.ok) return;
      await wait(50);
    }
    throw new Error(`${this.name} does not answer:\n${(await readFile(this.logFile, 'utf8')).slice(-2_000)}`);
  }

  /** Ends it with a signal and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.isRunning) return;
    const child = this.#child!;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await gone;
  }
}

/** Everything a test or a bench needs, on free ports and in a folder of its own: real processes, real PostgreSQL. */
export interface Stack extends AsyncDisposable {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly core: ServiceProcess;
  readonly sync: ServiceProcess;
  readonly compactor: ServiceProcess;
  /** Beside the studio, and nowhere else: nothing that is measured has pictures. */
  readonly media: ServiceProcess | null;
  /** Beside the studio, or where it is asked for. */
  readonly ai: ServiceProcess | null;
  /** Every sync process, `sync` the first of them. */
  readonly nodes: readonly ServiceProcess[];
  /** Where the studio is, or would be: pages of this port may come in. */
  readonly studioPort: number;
  /** Present when asked for. */
  readonly studio: ServiceProcess | null;
  /** One more sync service on the same database; whoever starts it ends it. */
  anotherSync(env?: Record<string, string>): Promise<ServiceProcess>;
  postgres(): EmbeddedPostgres;
  /** Ends PostgreSQL by kill -9, an immediate or a fast shutdown, and starts it anew on the same port and data. */
  restartPostgres(how: 'kill' | 'immediate' | 'stop'): Promise<void>;
}

/** Limits that a person would never meet and a load test meets at once. */
const RAISED = {
  COWRITE_SYNC_MESSAGES_PER_SECOND: '100000',
  COWRITE_SYNC_BYTES_PER_SECOND: '1000000000',
  COWRITE_SYNC_BURST_BYTES: '1000000000',
  COWRITE_SYNC_SOCKETS_PER_PERSON: '100000',
  COWRITE_SYNC_STRANGERS_MAX: '100000',
  COWRITE_TICKETS_PER_MINUTE: '1000000',
  COWRITE_REQUESTS_PER_MINUTE: '1000000',
  COWRITE_LOGINS_PER_ADDRESS: '1000000',
  COWRITE_REGISTRATIONS_PER_HOUR: '1000000',
};

export interface StackOptions {
  studio?: boolean;
  /** The AI service without a studio. */
  ai?: boolean;
  nodes?: number;
  env?: Record<string, string>;
  settings?: Record<string, string>;
  /** More for one service, by its name: core, sync, sync-2, compactor. */
  envOf?: Record<string, Record<string, string>>;
  /** Where PostgreSQL keeps its files, if not beside everything else. */
  postgresFolder?: string;
  /** More for one sync process, the first is 0: other ways to its database, for one. Asked when the database is there. */
  nodeEnv?: (at: number, databaseUrl: string) => Promise<Record<string, string>>;
}

export async function startStack({ studio: withStudio = false, ai: withAi = withStudio, nodes: nodeCount = 1, env = {}, settings = {}, envOf = {}, postgresFolder, nodeEnv = async () => ({}) }: StackOptions = {}): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-stack-'));
  const cluster = { dataDir: join(postgresFolder ?? folder, 'postgres'), password: newPassword(), settings: { max_connections: '200', ...settings } };
  let postgres = await startEmbeddedPostgres(cluster);
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query('CREATE DATABASE cowrite');
  await client.end();
  const databaseUrl = postgres.url('cowrite');
  await migrate(databaseUrl, migrationFolders(root));

  const [corePort, syncPort, studioPort] = [await freePort(), await freePort(), await freePort()];
  const shared = { DATABASE_URL: databaseUrl, ...GIVES_MEMORY_BACK, NODE_ENV: 'production', FRONTEND_URL: `http://localhost:${studioPort}`, HOST: '127.0.0.1', ...RAISED, ...env };
  const service = (name: string, script: string, port: number, extra: Record<string, string>, nodeArguments: readonly string[] = []) =>
    new ServiceProcess({ name, script: join(root, script), port, logFile: join(folder, `${name}.log`), env: { ...shared, ...extra, ...envOf[name] }, nodeArguments });
  const relay = (name: string, port: number, extra: Record<string, string>) => service(name, 'backend/sync/dist/main.js', port, { PORT: String(port), CORE_URL: core.url, ...extra }, RELAY_ARGUMENTS);
  const core = service('core', 'backend/core/dist/main.js', corePort, { PORT: String(corePort), JWT_SECRET: randomBytes(48).toString('base64url') });
  const sync = relay('sync', syncPort, await nodeEnv(0, databaseUrl));
  const nodes = [sync];
  for (let at = 2; at <= nodeCount; at += 1) {
    const port = await freePort();
    nodes.push(relay(`sync-${at}`, port, await nodeEnv(at - 1, databaseUrl)));
  }
  const compactor = service('compactor', 'backend/sync/dist/compactor-main.js', 0, {});
  const mediaPort = await freePort();
  const media = withStudio ? service('media', 'backend/media/dist/main.js', mediaPort, { PORT: String(mediaPort), CORE_URL: core.url, COWRITE_MEDIA_DIR: join(folder, 'media') }) : null;
  const aiPort = await freePort();
  const ai = withAi ? service('ai', 'backend/ai/dist/main.js', aiPort, { PORT: String(aiPort), CORE_URL: core.url }) : null;
  const studio = withStudio
    ? service('studio', 'frontend/.next/standalone/frontend/server.js', studioPort, {
        PORT: String(studioPort),
        HOSTNAME: '127.0.0.1',
        CORE_PORT: String(corePort),
        SYNC_PORT: String(syncPort),
        MEDIA_PORT: String(mediaPort),
        AI_PORT: String(aiPort),
      })
    : null;
  const services = [core, ...nodes, compactor, ...(media ? [media] : []), ...(ai ? [ai] : []), ...(studio ? [studio] : [])];
  try {
    for (const each of services) await each.start();
  } catch (error) {
    for (const each of services) await each.end('SIGKILL');
    await postgres.stop();
    throw error;
  }
  return {
    folder,
    databaseUrl,
    core,
    sync,
    compactor,
    media,
    ai,
    nodes,
    studioPort,
    studio,
    async anotherSync(more = {}) {
      const port = await freePort();
      const another = relay(`sync-${port}`, port, more);
      await another.start();
      return another;
    },
    postgres: () => postgres,
    async restartPostgres(how) {
      if (how === 'immediate') {
        process.kill(postgres.pid, 'SIGQUIT');
        await postgres.exited;
      } else await postgres[how]();
      postgres = await startEmbeddedPostgres({ ...cluster, port: postgres.port });
    },
    async [Symbol.asyncDispose]() {
      for (const each of services.toReversed()) await each.end('SIGKILL');
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
