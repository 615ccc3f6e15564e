import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A small disk of our own, so that it may stand still or be full without anybody else noticing. */
export interface Disk extends AsyncDisposable {
  readonly folder: string;
  /** Every write waits until `thaw`. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Takes all that is left of it. */
  fill(): Promise<void>;
  empty(): Promise<void>;
}

/** An ext4 image on a loop device. @throws Error where that may not be done: it takes root, and a kernel with loop devices. */
export async function aDisk(mebibytes: number): Promise<Disk> {
  const home = await mkdtemp(join(tmpdir(), 'cowrite-disk-'));
  const [image, folder] = [join(home, 'image'), join(home, 'mounted')];
  try {
    await writeFile(image, '');
    await truncate(image, mebibytes * 1_048_576);
    await run('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
    await run('mkdir', [folder]);
    await run('mount', ['-o', 'loop', image, folder]);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw new Error('A disk of its own takes root and loop devices.', { cause: error });
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    freeze: () => run('fsfreeze', ['--freeze', folder]).then(() => undefined),
    thaw: () => run('fsfreeze', ['--unfreeze', folder]).then(() => undefined),
    async fill() {
      const { bavail, bsize } = await statfs(folder);
      await run('fallocate', ['-l', String(Math.max(bavail - 1, 1) * bsize), ballast]);
      // What fallocate keeps for its own tables is taken in small pieces, until there is none.
      await run('dd', ['if=/dev/zero', `of=${ballast}.rest`, 'bs=4k']).catch(() => undefined);
    },
    empty: () => rm(ballast, { force: true }).then(() => rm(`${ballast}.rest`, { force: true })),
    async [Symbol.asyncDispose]() {
      await run('fsfreeze', ['--unfreeze', folder]).catch(() => undefined);
      await run('umount', [folder]);
      await rm(home, { recursive: true, force: true });
    },
  };
}
