import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lengthOf, sumOfLengths } from './text-length.ts';

test('counts the three ways that platforms pay by, and manuscript sheets', () => {
  expect(lengthOf('“봄이 온다.”\n그는 웃었다~')).toEqual({ withSpaces: 15, withoutSpaces: 13, withoutPunctuation: 9, sheets: 0.1 });
  expect(lengthOf('')).toEqual({ withSpaces: 0, withoutSpaces: 0, withoutPunctuation: 0, sheets: 0 });
  expect(lengthOf('가'.repeat(201)).sheets).toBe(1.1);
});

test('counts what a reader sees as one character once', () => {
  expect(lengthOf('한글'.normalize('NFD')).withSpaces).toBe(2);
  expect(lengthOf('👩‍👩‍👧‍👦 🇰🇷 👍🏽').withSpaces).toBe(5);
  expect(lengthOf('e\u0301x1\ufe0f\u20e3').withSpaces).toBe(3);
  expect(lengthOf('ㅋㅋㅋ').withSpaces).toBe(3);
  // A medial dot and old Hangul in conjoining jamo: one syllable.
  expect(lengthOf('\u1112\u119e\u11ab').withSpaces).toBe(1);
});

test('never counts a line break, however it is spelled', () => {
  expect(lengthOf('가\n나\r\n다\r라\u2028마\u2029\n').withSpaces).toBe(5);
});

const piece = fc.oneof(
  fc.constantFrom('달', '빛', ' ', '.', '…', '“', '\n', '漢', 'a', '1', '\u0301', '\u200d', '👨', '🏽', '👩‍🚀', '\u1112', '\u1161', '\u11ab', '\ufe0f', '\u3099', '©', '\r\n', '\u0600'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

test('agrees with a plain count of all grapheme clusters', () => {
  const segmenter = new Intl.Segmenter('ko', { granularity: 'grapheme' });
  fc.assert(
    fc.property(text, (value) => {
      const clusters = [...segmenter.segment(value.normalize('NFC'))].filter(({ segment }) => !/^[\n\r\u0085\u2028\u2029]/.test(segment));
      expect(lengthOf(value).withSpaces).toBe(clusters.length);
      expect(lengthOf(value).withoutSpaces).toBe(clusters.filter(({ segment }) => !/^\s/u.test(segment)).length);
    }),
    { numRuns: 500 },
  );
});

test('is the same for composed and decomposed text, and adds up over lines', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (lines) => {
      const whole = lines.join('\n');
      expect(lengthOf(whole.normalize('NFD'))).toEqual(lengthOf(whole));
      // A combining mark at a line's start stands alone there, in the whole as well as in the part.
      expect(sumOfLengths(lines.map(lengthOf))).toEqual(lengthOf(whole));
    }),
  );
});
