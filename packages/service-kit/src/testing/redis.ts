import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { freePort } from '../embedded-postgres.ts';

/** A redis-server of a test's own, on a free port, that keeps nothing. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** On the same port, empty. */
  restart(): Promise<void>;
  /** Stops it where it stands and lets it go on, as a machine that is too busy would. */
  freeze(): void;
  thaw(): void;
}

/** Where redis-server is: what `npm test` found or fetched, or the one on PATH. Null when there is none. */
export function redisServer(): string | null {
  const prepared = process.env['COWRITE_REDIS_SERVER'];
  if (prepared !== undefined) return prepared || null;
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0 ? 'redis-server' : null;
}

export async function aRedis(settings: Record<string, string> = {}): Promise<TestRedis> {
  const program = redisServer();
  if (!program) throw new Error('no redis-server');
  const port = await freePort();
  const args = Object.entries({ port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: '/tmp', ...settings }).flatMap(([name, value]) => [`--${name}`, value]);
  let child: ChildProcess;
  async function start(): Promise<void> {
    child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise<void>((done, fail) => {
      child.once('exit', () => fail(new Error('redis-server ended')));
      child.once('error', fail);
      child.stdout!.on('data', (said: Buffer) => {
        if (said.includes('Ready to accept connections')) done();
      });
    });
  }
  const kill = () =>
    new Promise<void>((done) => {
      if (child.exitCode !== null || child.signalCode !== null) return done();
      child.once('exit', () => done());
      child.kill('SIGKILL');
    });
  await start();
  return { url: `redis://127.0.0.1:${port}`, kill, restart: start, freeze: () => void child.kill('SIGSTOP'), thaw: () => void child.kill('SIGCONT'), [Symbol.asyncDispose]: kill };
}
