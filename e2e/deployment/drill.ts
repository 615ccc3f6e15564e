import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as Y from 'yjs';
import { Person } from '../../bench/people.ts';
import { StudioClient } from '../../bench/studio-client.ts';

/**
 * `npm run deployment`: a house from an empty folder, by docker-compose and `./cowrite`, with a PostgreSQL brought along.
 * It is set up, asked at every address that the deployment promises, written in by twenty people while its parts are
 * restarted, stopped, backed up, destroyed and restored; what was acknowledged is there each time, once. It takes the ports of the
 * deployment. Where no Docker Engine answers one line says so; COWRITE_DOCKER_STANDINS names a program that starts one.
 */
const root = process.cwd();
const WRITERS = 20;

const standins = process.env['COWRITE_DOCKER_STANDINS'];
if (standins) spawnSync(standins, ['node:24-bookworm-slim', 'redis:7-alpine', 'nginx:alpine', 'postgres:16'], { stdio: 'inherit' });
if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) {
  process.stdout.write('No Docker Engine answers: the deployment is left out.\n');
  process.exit(0);
}

const house = mkdtempSync(join(tmpdir(), 'cowrite-house-'));
const environment = { ...process.env, COMPOSE_PROFILES: 'db', COMPOSE_PROJECT_NAME: 'cowrite-drill', COWRITE_LANG: 'en' };
const run = (program: string, ...words: string[]): string => execFileSync(program, words, { cwd: house, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
const cowrite = (...words: string[]): string => run('./cowrite', ...words);
const compose = (...words: string[]): string => run('docker-compose', ...words);
const passed = (what: string): void => void process.stdout.write(`✓ ${what}\n`);
function demand(truth: boolean, what: string): void {
  if (!truth) throw new Error(`✗ ${what}`);
}

async function ready(withinS = 60): Promise<number> {
  const began = performance.now();
  for (let second = 0; second < withinS; second += 1) {
    if ((await fetch('http://localhost/health/ready', { signal: AbortSignal.timeout(2_000) }).catch(() => null))?.ok) return performance.now() - began;
    await wait(1_000);
  }
  throw new Error(`not ready within ${withinS} s`);
}

async function until(what: string, is: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  for (const end = performance.now() + withinMs; performance.now() < end; await wait(100)) if (await is()) return;
  throw new Error(`✗ ${what} within ${withinMs / 1_000} s`);
}

/** Types a numbered line every tenth of a second, each once. */
class Writer {
  readonly client: StudioClient;
  readonly lines: string[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(number: number, person: Person, projectId: string, documentId: string) {
    this.client = new StudioClient({ syncUrl: 'http://localhost/ws', documentId, ticket: () => person.projectTicket(projectId) });
    this.#timer = setInterval(() => {
      const line = `${number}번째 사람의 ${this.lines.length}번째 줄`;
      this.lines.push(line);
      const paragraph = new Y.XmlElement('paragraph');
      paragraph.insert(0, [new Y.XmlText(line)]);
      this.client.doc.getXmlFragment('default').push([paragraph]);
    }, 100);
  }

  /** Stops typing and waits until all of it is acknowledged. */
  async rest(): Promise<void> {
    clearInterval(this.#timer);
    await until('everything is acknowledged', () => this.client.waiting === 0);
  }
}

try {
  run('git', 'clone', '--quiet', root, '.');
  const began = performance.now();
  cowrite('up');
  passed(`an empty folder is a house in ${Math.round((performance.now() - began) / 1_000)} s`);

  for (const [address, status] of [
    ['http://localhost:3100/', 200],
    ['http://localhost/', 200],
    ['http://localhost:8100/api-docs', 200],
    ['http://localhost:8101/docs', 200],
    ['http://localhost/health', 200],
    ['http://localhost:8100/health', 200],
    ['http://localhost:8101/health', 200],
    ['http://localhost:8102/health', 200],
    ['http://localhost:8103/health', 200],
    ['http://localhost/api-docs', 200],
    ['http://localhost/ai/docs', 200],
    ['http://localhost/api/metrics', 404],
    ['http://localhost/.env', 404],
  ] as const)
    demand((await fetch(address)).status === status, `${address} answers ${status}`);
  passed('every address that the deployment promises answers, and no other');

  const others = run('docker', 'ps', '--format', '{{.Names}} {{.Ports}}')
    .split('\n')
    .filter((line) => !line.startsWith('cowrite-nginx') && line.includes('0.0.0.0:'));
  demand(others.length === 0, `only nginx is reached from elsewhere: ${others.join(', ')}`);
  const roots = ['cowrite-core', 'cowrite-sync', 'cowrite-ai', 'cowrite-media', 'cowrite-frontend', 'cowrite-redis', 'cowrite-nginx'].filter((name) => run('docker', 'exec', name, 'id', '-u').trim() === '0');
  demand(roots.length === 0, `no container is root: ${roots.join(', ')}`);
  demand(compose('exec', '-T', 'redis', 'redis-cli', 'ping').includes('NOAUTH'), 'Redis asks for a password');
  passed('nothing but nginx listens beyond this machine, nobody is root, Redis asks for a password');

  const person = await Person.register('http://localhost/api', '가람');
  const projectId = await person.project('훈련');
  const { documentId } = await person.scene(projectId, '1화');
  const writers = Array.from({ length: WRITERS }, (_, number) => new Writer(number, person, projectId, documentId));
  const written = async (): Promise<void> => {
    const expected = writers.flatMap(({ lines }) => lines).toSorted();
    await until('what was acknowledged is there, once', async () => JSON.stringify((await person.text(projectId, documentId).catch(() => '')).split('\n').toSorted()) === JSON.stringify(expected));
  };
  for (const [what, strike] of [
    ['restart core-api', () => compose('restart', 'core-api')],
    ['recreate sync-service', () => compose('up', '-d', '--no-deps', '--force-recreate', 'sync-service')],
    ['down and up', () => (compose('down'), compose('up', '-d'))],
  ] as const) {
    await wait(2_000);
    strike();
    passed(`${what}: ready ${Math.round((await ready()) / 1_000)} s after`);
  }
  await wait(2_000);
  for (const writer of writers) await writer.rest();
  await written();
  passed(`${writers.reduce((sum, { lines }) => sum + lines.length, 0)} lines of ${WRITERS} writers through all of it: LOST 0 DUP 0`);
  for (const { client } of writers) client.stop();

  const told = cowrite('backup').trim();
  passed(told);
  compose('down', '-v');
  const [file] = readdirSync(join(house, 'backups'));
  demand(cowrite('restore', '--verify', join('backups', file!)).includes('are equal'), 'every document is as it was backed up');
  cowrite('up');
  await written();
  demand(
    (await fetch('http://localhost/api/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: person.email, password: person.password }) })).status === 200,
    'one signs in as before',
  );
  passed('destroyed and restored: every document equal, its text whole, its people sign in');
  demand(cowrite('doctor').includes('All is well.'), 'the doctor is content');
  passed('the doctor is content');
} finally {
  spawnSync('docker-compose', ['down', '-v', '--remove-orphans'], { cwd: house, env: environment, stdio: 'ignore' });
  rmSync(house, { recursive: true, force: true });
}
