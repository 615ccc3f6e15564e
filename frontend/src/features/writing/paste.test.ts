import { expect, test } from 'vitest';
import { cleanText, sliceText, textSlice } from './paste.ts';

test('composes decomposed Hangul and drops what cannot be seen', () => {
  expect(cleanText('\u1112\u1161\u11ab글')).toBe('한글');
  expect(cleanText('가\u200b나\u00a0다\ufeff')).toBe('가나 다');
  expect(cleanText('👩‍👩‍👧')).toBe('👩‍👩‍👧');
  expect(cleanText('가\r\n나\r다\u0007')).toBe('가\n나\n다');
});

test('keeps every line of pasted text, empty ones too, and gives the same back', () => {
  const slice = textSlice('첫 줄\n\n셋째 줄');
  expect(slice.content.childCount).toBe(3);
  expect(sliceText(slice)).toBe('첫 줄\n\n셋째 줄');
});
