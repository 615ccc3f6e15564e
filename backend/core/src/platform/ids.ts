import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from './clock.ts';

/** A new UUIDv7: the clock's milliseconds, then chance. Rows made together stay together in an index. */
export function newUuid(clock: Clock): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(clock.now().getTime(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A new id of the kind that `schema` brands, e.g. `newId(NodeId, clock)`. */
export const newId = <S extends z.ZodType<string>>(schema: S, clock: Clock): z.output<S> => schema.parse(newUuid(clock));
