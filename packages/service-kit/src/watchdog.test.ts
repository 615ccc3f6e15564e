import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const WATCHDOG = JSON.stringify(join(import.meta.dirname, 'watchdog.ts'));

/** Runs a program with a watchdog and answers how it ended. */
const ended = (program: string) =>
  new Promise<{ signal: NodeJS.Signals | null; code: number | null; said: string }>((done) => {
    const child = spawn(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', `import { watchdog } from ${WATCHDOG}; const stop = watchdog({ stuckMs: 300, everyMs: 50 }); ${program}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 20_000,
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('exit', (code, signal) => done({ signal, code, said }));
  });

test('a process whose event loop stands still is ended, and says why', async () => {
  const { signal, said } = await ended('setTimeout(() => { for (;;); }, 10);');
  expect(signal).toBe('SIGKILL');
  expect(said).toContain('the event loop stands still');
});

test('a process that works in pieces is left alone, and the watchdog does not keep it', async () => {
  const { code } = await ended('let left = 20; const piece = () => { const until = performance.now() + 40; while (performance.now() < until); if (--left > 0) setImmediate(piece); }; piece();');
  expect(code).toBe(0);
});
