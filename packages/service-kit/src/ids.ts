import { randomBytes, randomUUID } from 'node:crypto';
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

/** A request's id: the caller's when it is a harmless word (nginx sets one), ours otherwise. */
export function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}
