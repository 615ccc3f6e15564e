import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BlobStore } from './blob-store.ts';

/** Keeps pictures as files, one folder a picture. */
export class DiskBlobStore implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key);
    await mkdir(dirname(path), { recursive: true });
    // Written beside and renamed when it is on the disk: a picture that is said to be stored survives a power cut.
    const draft = `${path}.${randomUUID()}`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (failure) {
      await rm(draft, { force: true });
      throw failure;
    }
  }

  async get(key: string): Promise<Readable | null> {
    try {
      return (await open(this.#path(key))).createReadStream();
    } catch (failure) {
      if (isMissing(failure)) return null;
      throw failure;
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    await rm(path, { force: true });
    await rmdir(dirname(path)).catch((failure: unknown) => {
      // Other sizes of the same picture are still there, or nothing is.
      if (!isMissing(failure) && !['ENOTEMPTY', 'EEXIST'].includes((failure as NodeJS.ErrnoException).code ?? '')) throw failure;
    });
  }

  async isWritable(): Promise<boolean> {
    try {
      await this.put('probe/writable', new Uint8Array());
      return true;
    } catch {
      return false;
    }
  }

  #path(key: string): string {
    // Keys are our own; one that is not would be a path of somebody's choosing.
    if (!/^[\w-]+\/[\w-]+(\.\w+)?$/.test(key)) throw new Error('not a key of the store');
    return join(this.#folder, key);
  }
}

const isMissing = (failure: unknown): boolean => (failure as NodeJS.ErrnoException).code === 'ENOENT';
