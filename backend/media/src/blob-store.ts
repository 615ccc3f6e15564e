import type { Readable } from 'node:stream';

/** Where finished pictures lie. Keys are ours: `<blob id>/<file name>`, letters, digits, `-` and `.`; nothing of a person's is in them. */
export interface BlobStore {
  /** Keeps `bytes` under `key`, in the place of what was there; a reader sees the old or the new, never a part. */
  put(key: string, bytes: Uint8Array, type: string): Promise<void>;
  /** What is kept under `key`, or null. */
  get(key: string): Promise<Readable | null>;
  /** Forgets `key`; one that is not there is no failure. */
  remove(key: string): Promise<void>;
  /** Whether something could be kept now. */
  isWritable(): Promise<boolean>;
}
