import { Reader, Writer } from './bytes.ts';

/** Several updates of one document in one row of the log: each with its length in front. */
export function writeBatch(updates: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer();
  for (const update of updates) writer.byteArray(update);
  return writer.finish();
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
