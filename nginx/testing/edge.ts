import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@cowrite/service-kit';
import { findProgram } from '../../bench/sync/peers.ts';
import { type Names, someNames } from './names.ts';
import { aService, type ServiceStub } from './service-stub.ts';

const home = resolve(import.meta.dirname, '..');

/** What the template asks for, as an operator without wishes has it; a test changes what it is about. */
const SETTINGS = { TLS_MODE: 'off', COWRITE_SERVER_NAMES: 'localhost 127.0.0.1 [::1]', COWRITE_SOCKET_TIMEOUT: '1h', COWRITE_STREAM_TIMEOUT: '120s' };
type Settings = typeof SETTINGS;

/** The services by their names in the compose network, with the ports they have there. */
const PORTS = { frontend: 3000, 'core-api': 3000, 'ai-service': 8000, 'sync-service': 3000, 'media-service': 3000 } as const;
export type ServiceName = keyof typeof PORTS;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came; shows a header that came twice. */
  readonly rawHeaders: string[];
  readonly text: string;
}

/** One line of the access log. */
interface LogLine {
  readonly requestId: string;
  readonly path: string;
  readonly status: number;
  readonly address: string;
}

/** nginx on the files of this folder, in front of five stubs. */
export interface Edge extends AsyncDisposable {
  readonly port: number;
  readonly tlsPort: number;
  /** What stands for /var/www, the root of the challenges of ACME. */
  readonly webroot: string;
  readonly names: Names;
  readonly services: Record<ServiceName, ServiceStub>;
  /** Moves a service to another address, as Docker does when it makes a container anew. */
  move(name: ServiceName): Promise<void>;
  /** A request as it is given, the path untouched; Host is localhost with the port unless the headers say otherwise. */
  ask(path: string, options?: { method?: string; headers?: Record<string, string>; body?: string | Buffer }): Promise<Answer>;
  /** Bytes as they are given; answers everything that came until nginx had no more to say. */
  say(words: string): Promise<string>;
  /** Makes it read its files anew, as an operator does who changed them. */
  reload(): void;
  /** Processes that serve, those included that only go on with what they have. */
  workers(): Promise<number[]>;
  /** It and all its workers die at once, as with their container. */
  kill(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  lines(): Promise<LogLine[]>;
  /** Both logs, letter for letter. */
  logs(): Promise<string>;
}

/** Where nginx is: what `npm test` found or fetched, or the one on PATH. Null when there is none. */
export function nginxProgram(): string | null {
  const prepared = process.env['COWRITE_NGINX'];
  return prepared === undefined ? findProgram('nginx') : prepared || null;
}

/**
 * Starts the real nginx on the real files. Moved, and nothing else is changed: the two ports, and the folders of the logs,
 * of temporary files and of certificates, because the machine has those of its own. `real`: services that run already, in the
 * place of stubs, by their ports on this machine.
 */
export async function anEdge({
  settings = {},
  missing = [],
  certificate,
  real = {},
}: {
  settings?: Partial<Settings>;
  missing?: ServiceName[];
  certificate?: { cert: string; key: string };
  real?: Partial<Record<ServiceName, number>>;
} = {}): Promise<Edge> {
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-nginx-'));
  // The workers of a master that is root are nobody.
  await chmod(folder, 0o755);
  for (const name of ['conf.d', 'log', 'tmp', 'www/acme', 'ssl', 'tls', 'letsencrypt/live/cowrite']) await mkdir(join(folder, name), { recursive: true });
  const [port, tlsPort] = [await freePort(), await freePort()];
  const names = await someNames();
  const moved = (text: string) =>
    text
      .replaceAll('/tmp/', `${folder}/tmp/`)
      .replaceAll('/var/log/nginx/', `${folder}/log/`)
      .replaceAll('/var/www/', `${folder}/www/`)
      .replaceAll('/etc/letsencrypt/', `${folder}/letsencrypt/`)
      .replaceAll('listen 80', `listen 127.0.0.1:${port}`)
      .replaceAll('listen 443', `listen 127.0.0.1:${tlsPort}`);
  const filled: Record<string, string> = { ...SETTINGS, ...settings, COWRITE_RESOLVER: names.address };
  const template = await readFile(join(home, 'templates/cowrite.conf.template'), 'utf8');
  await writeFile(join(folder, 'nginx.conf'), moved(await readFile(join(home, 'nginx.conf'), 'utf8')));
  await writeFile(join(folder, 'conf.d/cowrite.conf'), moved(template.replace(/\$\{([A-Z_]+)\}/g, (_, name: string) => filled[name]!)));
  await cp(join(home, 'tls'), join(folder, 'tls'), { recursive: true });
  for (const name of ['acme.conf', 'on.conf']) await writeFile(join(folder, 'tls', name), moved(await readFile(join(home, 'tls', name), 'utf8')));
  await writeFile(join(folder, 'mime.types'), 'types { text/html html; }\n');
  if (certificate) {
    for (const place of ['ssl', 'letsencrypt/live/cowrite']) {
      await writeFile(join(folder, place, 'fullchain.pem'), certificate.cert);
      await writeFile(join(folder, place, 'privkey.pem'), certificate.key);
    }
  }

  const services = {} as Record<ServiceName, ServiceStub>;
  const bridges: AsyncDisposable[] = [];
  for (const name of Object.keys(PORTS) as ServiceName[]) {
    if (missing.includes(name)) continue;
    const realPort = real[name];
    if (realPort !== undefined) {
      const address = names.freeAddress();
      bridges.push(await aBridge(address, PORTS[name], realPort));
      names.set(name, address);
      continue;
    }
    services[name] = await aService(name, names.freeAddress(), PORTS[name]);
    names.set(name, services[name].address);
  }
  // A group of its own, so that it can die with all its workers.
  const spawned = () => spawn(nginxProgram()!, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'log/error.log'), '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let child = spawned();
  const readLogs = async () => (await Promise.all(['access.log', 'error.log'].map((name) => readFile(join(folder, 'log', name), 'utf8').catch(() => '')))).join('');
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    for (const service of [...Object.values(services), ...bridges]) await service[Symbol.asyncDispose]();
    names.close();
    await rm(folder, { recursive: true, force: true });
  };
  await listening(child, port).catch(async (error: Error) => {
    const said = await readLogs();
    await end();
    throw new Error(`${error.message}\n${said}`);
  });

  return {
    port,
    tlsPort,
    webroot: join(folder, 'www/acme'),
    names,
    services,
    async move(name) {
      const before = services[name];
      await before[Symbol.asyncDispose]();
      services[name] = await aService(name, names.freeAddress(), PORTS[name]);
      names.set(name, services[name].address);
    },
    ask: (path, { method = 'GET', headers = {}, body } = {}) =>
      new Promise<Answer>((done, fail) => {
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
        const asked = request({ host: '127.0.0.1', port, path, method, headers: { host: `localhost:${port}`, ...length, ...headers }, agent: false }, (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('end', () => done({ status: response.statusCode!, headers: response.headers, rawHeaders: response.rawHeaders, text: String(Buffer.concat(pieces)) }));
          response.on('error', fail);
        });
        // Who is refused before everything was sent may find the way closed: the answer counts, which comes first.
        asked.on('error', fail);
        asked.end(body);
      }),
    async say(words) {
      const socket = connect(port, '127.0.0.1');
      let heard = '';
      socket.on('data', (piece) => {
        heard += String(piece);
        // nginx waits for the rest of what it refused until its client gives up.
        if (!heard.startsWith('HTTP/1.1 200')) socket.end();
      });
      socket.on('error', () => undefined);
      socket.write(words);
      await Promise.race([once(socket, 'end'), once(socket, 'close')]);
      socket.destroy();
      return heard;
    },
    reload: () => void child.kill('SIGHUP'),
    async workers() {
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      return children.trim().split(' ').filter(Boolean).map(Number);
    },
    async kill() {
      const gone = once(child, 'exit');
      process.kill(-child.pid!, 'SIGKILL');
      await gone;
    },
    async start() {
      child = spawned();
      await listening(child, port);
    },
    async lines() {
      const text = await readFile(join(folder, 'log/access.log'), 'utf8');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as LogLine);
    },
    logs: readLogs,
    [Symbol.asyncDispose]: end,
  };
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await wait(20);
  }
  throw new Error(`nginx does not start: exit ${child.exitCode}`);
}

/** A way from the address that nginx knows of a service to where it runs. */
async function aBridge(address: string, port: number, realPort: number): Promise<AsyncDisposable> {
  const bridge = createServer((near) => {
    const far = connect(realPort, '127.0.0.1');
    near.pipe(far).pipe(near);
    // What ends in the middle ends on both sides.
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  bridge.listen(port, address);
  await once(bridge, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      bridge.close();
      await once(bridge, 'close');
    },
  };
}
