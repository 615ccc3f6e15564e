import type { Pool } from '@cowrite/service-kit';
import type { Readable } from 'node:stream';
import type { BlobStore } from './blob-store.ts';
import * as store from './media.store.ts';
import type { MadePicture } from './picture.ts';

const ENDING: Readonly<Record<string, string>> = { 'image/avif': 'avif', 'image/webp': 'webp', 'image/jpeg': 'jpg', 'image/png': 'png' };

/** After this a picture whose making was interrupted is taken for one that nobody makes any more. */
const MAKING_MS = 3_600_000;

/** Keeps finished pictures: their rows and their files together, and removes those that nothing refers to. */
export class Keeper {
  readonly #pool: Pool;
  readonly #files: BlobStore;
  readonly #orphanAfterMs: number;

  constructor(pool: Pool, files: BlobStore, { orphanAfterMs }: { orphanAfterMs: number }) {
    this.#pool = pool;
    this.#files = files;
    this.#orphanAfterMs = orphanAfterMs;
  }

  async keep(upload: store.Upload, file: Uint8Array, picture: MadePicture, at: Date): Promise<void> {
    await store.beginBlob(this.#pool, upload, file, picture, at);
    for (const { name, type, bytes } of picture.variants) await this.#files.put(keyOf(upload.id, name, type), bytes, type);
    await store.settleBlob(this.#pool, upload.id);
  }

  open(blobId: string, name: string, type: string): Promise<Readable | null> {
    return this.#files.get(keyOf(blobId, name, type));
  }

  /** Looks what nothing refers to, and removes what nothing has referred to for long enough. @returns how many pictures went. */
  async sweep(now: Date): Promise<number> {
    for (let last = await store.noteReferences(this.#pool, null, now); last !== null; last = await store.noteReferences(this.#pool, last, now));
    const orphans = await store.takeOrphans(this.#pool, { unreferencedBefore: new Date(now.getTime() - this.#orphanAfterMs), makingBefore: new Date(now.getTime() - MAKING_MS) });
    for (const { id, files } of orphans) {
      for (const { name, type } of files) await this.#files.remove(keyOf(id, name, type));
      // The row last: while it is there, a later sweep finds what an interrupted one left.
      await store.forgetBlob(this.#pool, id);
    }
    return orphans.length;
  }
}

const keyOf = (blobId: string, name: string, type: string): string => `${blobId}/${name}.${ENDING[type]}`;
