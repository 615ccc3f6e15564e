import { createHmac, timingSafeEqual } from 'node:crypto';

/** One version of one epoch of a document: bytes that never change. */
export interface SnapshotName {
  documentId: string;
  epoch: number;
  version: number;
}

/** A key is good for one to two minutes. Within a minute it is the same for everyone, so that a browser may keep what it fetched. */
const KEY_MS = 60_000;

const signed = (secret: Buffer, { documentId, epoch, version }: SnapshotName, endsMs: number): Buffer => createHmac('sha256', secret).update(`snapshot ${documentId} ${epoch} ${version} ${endsMs}`).digest();

/** What opens one snapshot until it ends: the moment, a dot, a signature. Whoever may read the document is given it. */
export function snapshotKey(secret: Buffer, name: SnapshotName, nowMs: number): string {
  const endsMs = (Math.floor(nowMs / KEY_MS) + 2) * KEY_MS;
  return `${endsMs}.${signed(secret, name, endsMs).toString('base64url')}`;
}

export function isSnapshotKey(secret: Buffer, name: SnapshotName, key: string, nowMs: number): boolean {
  const [, ends, signature] = /^(\d{1,15})\.([\w-]{43})$/.exec(key) ?? [];
  if (!ends || !signature || Number(ends) <= nowMs) return false;
  return timingSafeEqual(Buffer.from(signature, 'base64url'), signed(secret, name, Number(ends)));
}
