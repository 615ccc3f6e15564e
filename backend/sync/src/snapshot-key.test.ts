import { expect, test } from 'vitest';
import { isSnapshotKey, snapshotKey } from './snapshot-key.ts';

const secret = Buffer.from('비밀');
const name = { documentId: '01a20733-44ac-7f91-a340-ff07e05ddccd', epoch: 2, version: 17 };
const MINUTE = 60_000;

test('a key opens its snapshot for at least a minute and never for more than two', () => {
  for (const now of [10 * MINUTE, 10 * MINUTE + 1, 11 * MINUTE - 1]) {
    const key = snapshotKey(secret, name, now);
    expect(isSnapshotKey(secret, name, key, now)).toBe(true);
    expect(isSnapshotKey(secret, name, key, now + MINUTE)).toBe(true);
    expect(isSnapshotKey(secret, name, key, now + 2 * MINUTE)).toBe(false);
  }
});

test('it opens no other document, epoch or version, and nobody makes one without the secret', () => {
  const key = snapshotKey(secret, name, 0);
  for (const other of [{ documentId: '01a20733-44ac-7f91-a340-ff07e05ddcce' }, { epoch: 3 }, { version: 18 }]) expect(isSnapshotKey(secret, { ...name, ...other }, key, 1)).toBe(false);
  expect(isSnapshotKey(Buffer.from('다른 비밀'), name, key, 1)).toBe(false);
  for (const forged of ['', '.', 'x', `${key}x`, key.replace(/^\d+/, '99999999999999'), `${key.split('.')[0]}.${'A'.repeat(43)}`]) expect(isSnapshotKey(secret, name, forged, 1)).toBe(false);
});
