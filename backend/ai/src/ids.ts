import { randomBytes } from 'node:crypto';
import type { z } from 'zod';

/** A new UUIDv7 of the kind that `schema` brands: `at` in milliseconds, then chance. Later ones sort after earlier ones. */
export function newId<S extends z.ZodType<string>>(schema: S, at: Date): z.output<S> {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return schema.parse(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
}
