import { FileStore } from '@tus/file-store';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where files on their way in lie, on this machine's disk, by their upload's id (a UUID of ours). They outlive a restart. */
export class Staging {
  readonly folder: string;
  readonly files: FileStore;

  constructor(folder: string) {
    this.folder = folder;
    this.files = new FileStore({ directory: folder });
  }

  read(id: string): Promise<Uint8Array> {
    return readFile(join(this.folder, id));
  }

  /** One that is not there is no failure. */
  async remove(id: string): Promise<void> {
    await rm(join(this.folder, id), { force: true });
    await rm(join(this.folder, `${id}.json`), { force: true });
  }
}
