import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** With the second of the drill at which it was seen. */
export const passed = (what: string): void => void process.stdout.write(`✓ ${String(Math.round(performance.now() / 1_000)).padStart(4)} s  ${what}\n`);
export const leftOut = (what: string): void => void process.stdout.write(`- left out: ${what}\n`);

/** @throws Error when it is not so. */
export function demand(truth: boolean, what: string): void {
  if (!truth) throw new Error(`✗ ${what}`);
}

/** Looks ten times a second. @returns how long it took, in milliseconds. @throws Error when it does not come to be. */
export async function until(what: string, is: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<number> {
  const began = performance.now();
  for (; performance.now() < began + withinMs; await wait(100)) if (await is()) return performance.now() - began;
  throw new Error(`✗ ${what} within ${withinMs / 1_000} s`);
}

/**
 * A time that has a budget. By hand a time over it ends the drill; in CI, whose machines are shared, it is printed and everything
 * else is still tried.
 */
export function budget(what: string, ms: number, mostMs: number): void {
  if (ms <= mostMs) return;
  const told = `${what}: ${seconds(ms)}, with a budget of ${seconds(mostMs)}`;
  if (process.env['CI'] === undefined) throw new Error(`✗ ${told}`);
  process.stdout.write(`! ${told}\n`);
}

export const seconds = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);

/** Base images that only this engine has are found by the classic builder. */
const OF_STANDINS = process.env['COWRITE_DOCKER_STANDINS'] ? { DOCKER_BUILDKIT: '0', COMPOSE_DOCKER_CLI_BUILD: '0' } : {};

/** An installation in a folder of its own, a clone of this one, run as its operator would. */
export class House {
  readonly folder = mkdtempSync(join(tmpdir(), 'cowrite-house-'));
  readonly #environment: NodeJS.ProcessEnv;

  constructor(environment: Record<string, string>) {
    this.#environment = { ...process.env, COMPOSE_PROJECT_NAME: 'cowrite-drill', COWRITE_LANG: 'en', ...OF_STANDINS, ...environment };
    execFileSync('git', ['clone', '--quiet', process.cwd(), '.'], { cwd: this.folder });
  }

  /** For what may fail. Nothing stands still meanwhile: those who write are in this process too. */
  attempt(program: string, ...words: string[]): Promise<{ ok: boolean; out: string; said: string }> {
    return new Promise((resolve) => {
      execFile(program, words, { cwd: this.folder, env: this.#environment, maxBuffer: 1 << 28 }, (failure, out, err) => resolve({ ok: failure === null, out, said: out + err }));
    });
  }

  /** @returns what it says. @throws Error with its last words when it fails. */
  async run(program: string, ...words: string[]): Promise<string> {
    const { ok, out, said } = await this.attempt(program, ...words);
    demand(ok, `${program} ${words.join(' ')}\n${said.slice(-3_000)}`);
    return out;
  }

  cowrite(...words: string[]): Promise<string> {
    return this.run('./cowrite', ...words);
  }

  compose(...words: string[]): Promise<string> {
    return this.run('docker-compose', ...words);
  }

  /** The containers of a service. */
  async containers(service: string): Promise<string[]> {
    return (await this.compose('ps', '-q', service)).split('\n').filter(Boolean);
  }

  async isHealthy(container: string): Promise<boolean> {
    return (await this.run('docker', 'inspect', '-f', '{{.State.Health.Status}}', container)).trim() === 'healthy';
  }

  async addressOf(container: string): Promise<string> {
    return (await this.run('docker', 'inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container)).trim();
  }

  /** What .env says of a variable: the last line of its name. */
  setting(name: string): string {
    return [...readFileSync(join(this.folder, '.env'), 'utf8').matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].at(-1)?.[1] ?? '';
  }

  /** Writes further lines into .env; the last of a name counts. @returns how to take them back. */
  set(settings: Record<string, string>): () => void {
    const path = join(this.folder, '.env');
    const before = readFileSync(path);
    appendFileSync(
      path,
      `${Object.entries(settings)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n')}\n`,
    );
    return () => writeFileSync(path, before);
  }

  write(path: string, content: string, mode = 0o644): void {
    writeFileSync(join(this.folder, path), content, { mode });
  }

  /** Waits until people can write and be helped. @returns how long it took, in milliseconds. */
  async ready(withinMs = 90_000): Promise<number> {
    const answers = async (path: string) => (await fetch(`http://localhost${path}`, { signal: AbortSignal.timeout(2_000) }).catch(() => null))?.ok ?? false;
    try {
      return await until('the house is ready', async () => (await answers('/health/ready')) && (await answers('/ai/health')), withinMs);
    } catch (failure) {
      const [containers, logs] = [await this.attempt('docker-compose', 'ps'), await this.attempt('docker-compose', 'logs', '--no-color', '--tail', '5')];
      throw new Error(`${(failure as Error).message}\n${containers.said}\n${logs.said.slice(-6_000)}`, { cause: failure });
    }
  }

  /** Takes it down with everything in it. */
  async destroy(): Promise<void> {
    await this.attempt('docker-compose', 'down', '-v', '--remove-orphans');
    rmSync(join(this.folder, 'volumes'), { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
