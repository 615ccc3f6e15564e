import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { BlobStore } from './blob-store.ts';

/** What every place for pictures must do. `break_`: from then on it cannot be written. */
export function blobStoreSuite(name: string, open: () => Promise<{ store: BlobStore; break_(): Promise<void> } & AsyncDisposable>): void {
  const key = '0198c0de-0000-4000-8000-000000000001/480.webp';
  const read = async (store: BlobStore, of = key) => {
    const stream = await store.get(of);
    return stream === null ? null : [...(await buffer(stream))];
  };

  test(`${name}: gives back what was kept, byte by byte`, async () => {
    await using opened = await open();
    const bytes = new Uint8Array(100_000).map((_, at) => (at * 31) % 256);
    await opened.store.put(key, bytes, 'image/webp');
    expect(await read(opened.store)).toEqual([...bytes]);
  });

  test(`${name}: what is kept again is in the place of what was there`, async () => {
    await using opened = await open();
    await opened.store.put(key, Uint8Array.of(1, 2, 3), 'image/webp');
    await opened.store.put(key, Uint8Array.of(4), 'image/webp');
    expect(await read(opened.store)).toEqual([4]);
  });

  test(`${name}: nothing is nothing, and forgetting it is no failure`, async () => {
    await using opened = await open();
    expect(await read(opened.store)).toBeNull();
    await opened.store.remove(key);
    await opened.store.put(key, Uint8Array.of(1), 'image/webp');
    await opened.store.put(key.replace('480', '160'), Uint8Array.of(2), 'image/webp');
    await opened.store.remove(key);
    expect([await read(opened.store), await read(opened.store, key.replace('480', '160'))]).toEqual([null, [2]]);
  });

  test(`${name}: says whether it can be written, and fails where it cannot`, async () => {
    await using opened = await open();
    expect(await opened.store.isWritable()).toBe(true);
    await opened.break_();
    expect(await opened.store.isWritable()).toBe(false);
    await expect(opened.store.put(key, Uint8Array.of(1), 'image/webp')).rejects.toThrow();
  });
}
