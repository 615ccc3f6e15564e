import fc from 'fast-check';
import { expect, test } from 'vitest';
import { between, isOrderKey, many } from './order-key.ts';

test('makes room before, between and after', () => {
  expect(between(null, null)).toBe('a0');
  expect(between('a0', null)).toBe('a1');
  expect(between(null, 'a0')).toBe('Zz');
  expect(between('a0', 'a1')).toBe('a0V');
});

test('refuses keys out of order and what is no key', () => {
  expect(() => between('a1', 'a0')).toThrow(RangeError);
  expect(() => between('a1', 'a1')).toThrow(RangeError);
  expect(() => between('', null)).toThrow(RangeError);
  expect(() => between('가', null)).toThrow(RangeError);
  expect(isOrderKey('a00')).toBe(false);
});

test('keys stay between, whatever the history of insertions', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 200 }), (positions) => {
      const keys: string[] = [];
      for (const position of positions) {
        const at = position % (keys.length + 1);
        const key = between(keys[at - 1] ?? null, keys[at] ?? null);
        expect(isOrderKey(key)).toBe(true);
        keys.splice(at, 0, key);
      }
      expect(keys).toEqual([...new Set(keys)].toSorted((a, b) => (a < b ? -1 : 1)));
    }),
  );
});

test('many keys at once are ascending and strictly inside', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 20 }), fc.integer({ min: 0, max: 120 }), fc.nat(), (positions, count, where) => {
      const keys: string[] = [];
      for (const position of positions) {
        const at = position % (keys.length + 1);
        keys.splice(at, 0, between(keys[at - 1] ?? null, keys[at] ?? null));
      }
      const at = where % (keys.length + 1);
      const made = many(keys[at - 1] ?? null, keys[at] ?? null, count);
      expect(made).toHaveLength(count);
      const all = [...keys.slice(0, at), ...made, ...keys.slice(at)];
      expect(all).toEqual([...new Set(all)].toSorted((a, b) => (a < b ? -1 : 1)));
    }),
  );
});

test('keys stay short when a list only grows at its end or at its start', () => {
  const appended = many(null, null, 10_000);
  expect(Math.max(...appended.map((key) => key.length))).toBeLessThanOrEqual(4);
  let first = 'a0';
  for (let count = 0; count < 10_000; count++) first = between(null, first);
  expect(first.length).toBeLessThanOrEqual(4);
});
