import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { House } from './house.ts';

/** The service as a process of its own, over a house's database, core and maker. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  /** What it logged so far. */
  log(): string;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

export async function aProcess({ environment }: House, further: Record<string, string> = {}): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'main.ts')], { env: { ...process.env, ...environment, ...further }, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = '';
  const port = await new Promise<number>((listening, failed) => {
    child.once('exit', () => failed(new Error(`ended: ${said}`)));
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString('utf8');
      const line = said.split('\n').find((each) => each.includes('"listening"'));
      if (line !== undefined) listening((JSON.parse(line) as { port: number }).port);
    });
  });
  const kill = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return { url: `http://127.0.0.1:${port}`, log: () => said, kill, [Symbol.asyncDispose]: () => kill('SIGKILL') };
}
