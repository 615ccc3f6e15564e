import { expect, test } from 'vitest';
import { localeOf } from './locale.ts';

test('speaks Korean unless the browser asks for English first', () => {
  expect(localeOf(undefined, null)).toBe('ko');
  expect(localeOf(undefined, 'ko-KR,ko;q=0.9,en;q=0.8')).toBe('ko');
  expect(localeOf(undefined, 'en-US,en;q=0.9')).toBe('en');
  expect(localeOf(undefined, 'en;q=0.5,ko')).toBe('ko');
  expect(localeOf(undefined, 'fr,en;q=0.5')).toBe('ko');
});

test('follows the person’s own choice before the browser’s', () => {
  expect(localeOf('ko', 'en-US')).toBe('ko');
  expect(localeOf('en', 'ko')).toBe('en');
  expect(localeOf('xx', 'ko')).toBe('ko');
});
