import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { until } from './house.ts';

/** A Docker Engine that answers. Disposed of, one that was started here is stopped, and one that was there before stays. */
export interface Engine {
  [Symbol.asyncDispose](): Promise<void>;
}

/** What the Dockerfiles and docker-compose.yml begin with. */
const bases = (): string[] => [...`${readFileSync('backend/core/Dockerfile', 'utf8')}${readFileSync('docker-compose.yml', 'utf8')}`.matchAll(/_IMAGE(?:=|:-)([^\s}]+)/g)].map((match) => match[1]!);

const answers = (): boolean => spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
const isThere = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/**
 * The engine of this machine; where none runs and COWRITE_DOCKER_STANDINS names a program for it, one that this starts, with
 * the base images. Nothing is installed: that is for those who run the machine.
 *
 * @returns why there is none, as a sentence to print, when there is none.
 */
export function findEngine(): Engine | string {
  const missing = ['docker', 'docker-compose'].filter((program) => !isThere(program));
  if (missing.length > 0) return `There is no ${missing.join(', no ')}`;
  const before = answers();
  const standins = process.env['COWRITE_DOCKER_STANDINS'];
  if (standins) {
    if (process.getuid?.() !== 0) return before ? 'The base images are made by root alone' : 'No Docker Engine answers, and only root may start one';
    // With these it installs nothing by itself.
    const needed = ['dockerd', 'debootstrap'].filter((program) => !isThere(program));
    if (needed.length > 0) return `There is no ${needed.join(', no ')}`;
    if (spawnSync(standins, bases(), { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) return 'No Docker Engine could be started here';
  }
  if (!answers()) return 'No Docker Engine answers';
  return {
    async [Symbol.asyncDispose]() {
      if (before) return;
      const pid = Number.parseInt(readFileSync('/var/run/docker.pid', 'utf8'), 10);
      process.kill(pid, 'SIGTERM');
      await until('the engine ends', () => !existsSync(`/proc/${pid}`));
    },
  };
}

/** The address by which containers reach this machine. Some engines tell no gateway of their own network: it is the first address there. */
export function bridgeAddress(): string {
  const { Gateway: gateway, Subnet: subnet } = JSON.parse(execFileSync('docker', ['network', 'inspect', 'bridge', '-f', '{{json (index .IPAM.Config 0)}}'], { encoding: 'utf8' })) as { Gateway?: string; Subnet: string };
  return gateway || subnet.replace(/\d+\/\d+$/, '1');
}

/** Those of `ports` that somebody on this machine listens on already. */
export async function taken(ports: readonly number[]): Promise<number[]> {
  const isFree = (port: number) =>
    new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, () => server.close(() => resolve(true)));
    });
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, index) => !free[index]);
}
