import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differenceOf, shareOf, wilson } from './shares.ts';

const some = (yes: number, no: number): boolean[] => [...Array.from({ length: yes }, () => true), ...Array.from({ length: no }, () => false)];
const pairs = ({ both = 0, onlyNow = 0, onlyOther = 0, neither = 0 }) => [
  ...Array.from({ length: both }, () => ({ now: true, other: true })),
  ...Array.from({ length: onlyNow }, () => ({ now: true, other: false })),
  ...Array.from({ length: onlyOther }, () => ({ now: false, other: true })),
  ...Array.from({ length: neither }, () => ({ now: false, other: false })),
];

test('Wilson’s interval is what the tables say', () => {
  for (const [hits, n, low, high] of [
    [0, 10, 0, 0.2775],
    [8, 10, 0.4902, 0.9433],
    [10, 10, 0.7225, 1],
    [81, 263, 0.2553, 0.3662],
  ] as const) {
    const interval = wilson(hits, n);
    expect([interval.low, interval.high].map((bound) => bound.toFixed(4))).toEqual([low, high].map((bound) => bound.toFixed(4)));
  }
});

test('a share never comes without how many it is of, and that they are imagined', () => {
  expect(shareOf(some(9, 3))).toMatchObject({ simulation: true, label: '시뮬레이션, n=12', n: 12, readOn: 9, share: 0.75 });
  // Of nobody there is no share, not even nought.
  expect(shareOf([])).toEqual({ simulation: true, label: '시뮬레이션, n=0', n: 0, readOn: 0, share: null, low: null, high: null });
  expect(differenceOf([])).toEqual({ simulation: true, label: '시뮬레이션, n=0', n: 0, difference: null, low: null, high: null });
});

test('an interval holds its share, stays between none and all, and narrows with more readers', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), (yes, no) => {
      fc.pre(yes + no > 0);
      const { share, low, high } = shareOf(some(yes, no));
      expect([low! >= 0, low! <= share!, share! <= high!, high! <= 1]).toEqual([true, true, true, true]);
      const more = shareOf(some(yes * 4, no * 4));
      expect(more.high! - more.low!).toBeLessThan(high! - low!);
    }),
  );
});

test('a difference is of those who read both, turns its sign when the two are exchanged, and stays between none and all', () => {
  const count = fc.nat(12);
  fc.assert(
    fc.property(count, count, count, count, (both, onlyNow, onlyOther, neither) => {
      fc.pre(both + onlyNow + onlyOther + neither > 0);
      const one = differenceOf(pairs({ both, onlyNow, onlyOther, neither }));
      const turned = differenceOf(pairs({ both, onlyNow: onlyOther, onlyOther: onlyNow, neither }));
      const n = both + onlyNow + onlyOther + neither;
      expect(one.n).toBe(n);
      expect(one.difference).toBeCloseTo((onlyOther - onlyNow) / n, 12);
      expect(turned.difference).toBeCloseTo(-one.difference!, 12);
      expect([turned.low, turned.high].map((bound) => bound! + 0)).toEqual([expect.closeTo(-one.high!, 9), expect.closeTo(-one.low!, 9)]);
      expect([one.low! >= -1, one.low! <= one.difference! + 1e-12, one.difference! <= one.high! + 1e-12, one.high! <= 1]).toEqual([true, true, true, true]);
    }),
  );
});

test('two of twelve who change their mind say nothing yet, ten do', () => {
  const few = differenceOf(pairs({ both: 8, onlyOther: 2, neither: 2 }));
  const many = differenceOf(pairs({ both: 2, onlyOther: 10 }));
  expect([few.low! < 0, few.high! > 0, many.low! > 0]).toEqual([true, true, true]);
});
