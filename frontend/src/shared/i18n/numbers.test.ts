import { expect, test } from 'vitest';
import { agoText, countText } from './numbers.ts';

const now = new Date('2026-11-23T12:00:00Z');

test('says past times as people do', () => {
  expect(agoText(new Date('2026-11-23T11:59:40Z'), now, 'ko')).toBe('방금');
  expect(agoText(new Date('2026-11-23T11:57:00Z'), now, 'ko')).toBe('3분 전');
  expect(agoText(new Date('2026-11-21T11:57:00Z'), now, 'ko')).toBe('2일 전');
  expect(agoText(new Date('2026-11-23T09:57:00Z'), now, 'en')).toBe('2 h ago');
});

test('separates thousands', () => {
  expect(countText(4870, 'ko')).toBe('4,870');
  expect(countText(26.4, 'en')).toBe('26.4');
});
