import { expect, test } from 'vitest';
import { saveTogether } from './save-together.ts';

const at = new Date('2026-11-23T05:00:00Z');

test('says saved only when nothing waits anywhere', () => {
  expect(saveTogether([{ kind: 'saved', at }, { kind: 'saved', at: null }], 0, 'online')).toEqual({ kind: 'saved', at });
  expect(saveTogether([{ kind: 'saved', at }, { kind: 'saving', waiting: 2 }], 0, 'online')).toEqual({ kind: 'saving', waiting: 2 });
  expect(saveTogether([{ kind: 'saved', at }], 1, 'online')).toEqual({ kind: 'saving', waiting: 1 });
  expect(saveTogether([{ kind: 'opening' }], 0, 'connecting')).toEqual({ kind: 'opening' });
});

test('counts what waits while offline, outline changes too', () => {
  expect(saveTogether([{ kind: 'offline', waiting: 11 }], 1, 'offline')).toEqual({ kind: 'offline', waiting: 12 });
  expect(saveTogether([], 0, 'offline')).toEqual({ kind: 'offline', waiting: 0 });
});

test('lets a closed door and unsent text under a lost role come first', () => {
  expect(saveTogether([{ kind: 'saved', at }, { kind: 'closed', reason: 'signed-out', unsent: 3 }], 0, 'online')).toMatchObject({ kind: 'closed', unsent: 3 });
  expect(saveTogether([{ kind: 'saved', at }, { kind: 'read-only', reason: 'role', unsent: 1 }], 0, 'online')).toMatchObject({ kind: 'read-only', unsent: 1 });
  expect(saveTogether([{ kind: 'read-only', reason: 'role', unsent: 0 }], 0, 'online')).toMatchObject({ kind: 'read-only' });
});
