import { randomBytes } from 'node:crypto';
import type { z } from 'zod';

/** A new UUIDv7: the milliseconds of `at`, then chance. Later ones sort after earlier ones, so that rows made together stay together in an index. */
export function newUuid(at: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A new id of the kind that `schema` brands, e.g. `newId(NodeId, clock.now())`. */
export const newId = <S extends z.ZodType<string>>(schema: S, at: Date): z.output<S> => schema.parse(newUuid(at));
