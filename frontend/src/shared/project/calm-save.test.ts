import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SaveState } from '../live/live.ts';
import { CalmSave, SETTLED_MS } from './calm-save.ts';

const at = new Date('2026-11-24T05:00:00Z');
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A save state in the test's hand, and how often the page would have been drawn. */
function aPage(first: SaveState) {
  let now = first;
  let said: () => void = () => undefined;
  const calm = new CalmSave(() => now, [(listener) => ((said = listener), () => (said = () => undefined))]);
  const page = { drawn: 0, becomes: (next: SaveState) => ((now = next), said()), calm };
  const stop = calm.subscribe(() => void page.drawn++);
  page.drawn = 0;
  return Object.assign(page, { stop });
}

test('says at once that something waits, and that all is saved only after a pause', () => {
  const page = aPage({ kind: 'saved', at: null });
  page.becomes({ kind: 'saving', waiting: 1 });
  expect(page.calm.state().kind).toBe('saving');
  page.becomes({ kind: 'saved', at });
  expect(page.calm.state().kind).toBe('saving');
  vi.advanceTimersByTime(SETTLED_MS);
  expect(page.calm.state()).toEqual({ kind: 'saved', at });
});

test('a sentence typed without a pause draws the page twice: when it begins and when all of it is saved', () => {
  const page = aPage({ kind: 'saved', at: null });
  for (let key = 0; key < 50; key += 1) {
    page.becomes({ kind: 'saving', waiting: 1 });
    page.becomes({ kind: 'saved', at });
    vi.advanceTimersByTime(SETTLED_MS / 4);
  }
  vi.advanceTimersByTime(SETTLED_MS);
  expect(page.drawn).toBe(2);
});

test('a lost connection, a lost role and a closed door do not wait', () => {
  const page = aPage({ kind: 'saving', waiting: 2 });
  for (const worse of [
    { kind: 'offline', waiting: 2 },
    { kind: 'offline', waiting: 3 },
    { kind: 'read-only', reason: 'role', unsent: 3 },
    { kind: 'closed', reason: 'signed-out', unsent: 3 },
  ] as const) {
    page.becomes(worse);
    expect(page.calm.state()).toBe(worse);
  }
});

test('a page that has gone hears of nothing any more', () => {
  const page = aPage({ kind: 'saving', waiting: 1 });
  page.becomes({ kind: 'saved', at });
  page.stop();
  vi.advanceTimersByTime(SETTLED_MS);
  expect(page.drawn).toBe(0);
});
