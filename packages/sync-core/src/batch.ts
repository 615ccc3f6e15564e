import { Reader, uintLength, writeUintAt } from './bytes.ts';

/** Several updates of one document in one row of the log: each with its length in front. */
export function writeBatch(updates: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const update of updates) length += uintLength(update.length) + update.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const update of updates) {
    at = writeUintAt(bytes, at, update.length);
    bytes.set(update, at);
    at += update.length;
  }
  return bytes;
}

/**
 * The updates of a row of the log, as views on its bytes.
 *
 * @throws Malformed
 */
export function readBatch(bytes: Uint8Array): Uint8Array[] {
  const reader = new Reader(bytes);
  const updates: Uint8Array[] = [];
  while (!reader.done) updates.push(reader.byteArray());
  return updates;
}
