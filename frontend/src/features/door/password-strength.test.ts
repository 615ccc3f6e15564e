import { expect, test } from 'vitest';
import { passwordStrength } from './password-strength.ts';

test('tells a phrase from a run of keys', () => {
  expect(passwordStrength('1234567')).toBe('too-short');
  expect(passwordStrength('12345678')).toBe('weak');
  expect(passwordStrength('qwertyuiop')).toBe('weak');
  expect(passwordStrength('aaaaaaaaaaaa')).toBe('weak');
  expect(passwordStrength('Dongbaek7')).toBe('fair');
  expect(passwordStrength('비 오는 날의 감자 세 알')).toBe('strong');
});

test('gives no credit for one’s own name or address', () => {
  expect(passwordStrength('garam1234', ['garam@example.com'])).toBe('weak');
});
