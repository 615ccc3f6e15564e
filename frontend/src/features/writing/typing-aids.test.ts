import { expect, test } from 'vitest';
import { ALL_AIDS, aidFor } from './typing-aids.ts';

test('opens a quotation at the start, after a space and inside a bracket, and closes it elsewhere', () => {
  expect(aidFor('', '"', ALL_AIDS)).toEqual({ remove: 0, insert: '“' });
  expect(aidFor('그가 말했다. ', '"', ALL_AIDS)).toEqual({ remove: 0, insert: '“' });
  expect(aidFor('“가자', '"', ALL_AIDS)).toEqual({ remove: 0, insert: '”' });
  expect(aidFor('“', "'", ALL_AIDS)).toEqual({ remove: 0, insert: '‘' });
  expect(aidFor('값이', "'", ALL_AIDS)).toEqual({ remove: 0, insert: '’' });
});

test('makes the six dots of Korean prose out of three, once', () => {
  expect(aidFor('그게..', '.', ALL_AIDS)).toEqual({ remove: 2, insert: '……' });
  expect(aidFor('그게...', '.', ALL_AIDS)).toBeNull();
  expect(aidFor('끝.', '.', ALL_AIDS)).toBeNull();
});

test('makes a dash out of two hyphens and leaves a rule of three alone', () => {
  expect(aidFor('그는 -', '-', ALL_AIDS)).toEqual({ remove: 1, insert: '—' });
  expect(aidFor('--', '-', ALL_AIDS)).toBeNull();
});

test('does nothing that was switched off', () => {
  expect(aidFor('', '"', { quotes: false, punctuation: true })).toBeNull();
  expect(aidFor('..', '.', { quotes: true, punctuation: false })).toBeNull();
});
