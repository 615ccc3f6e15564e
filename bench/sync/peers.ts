import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../stack.ts';

export const peersFolder = join(root, 'bench/peers');

/** Installs the peers of bench/peers, once for each state of their lock. @throws Error with npm's last words. */
export function preparePeers(): void {
  const mark = join(peersFolder, 'node_modules/.cowrite-installed');
  const lock = createHash('sha256')
    .update(readFileSync(join(peersFolder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  // LevelDB's binary comes with its package; nothing has to be compiled.
  process.stdout.write('installing the peers into bench/peers (once)…\n');
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', peersFolder], { encoding: 'utf8', cwd: peersFolder });
  if (status !== 0) throw new Error(`npm ci in bench/peers:\n${stderr.slice(-2_000)}`);
  writeFileSync(mark, lock);
}

/** Where a program of the operating system is, or null. */
export function findProgram(name: string): string | null {
  const found = (process.env['PATH'] ?? '').split(':').find((folder) => existsSync(join(folder, name)));
  return found ? join(found, name) : null;
}
