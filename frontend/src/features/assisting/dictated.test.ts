import { Problem } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { hasLeft, withMore } from './dictated.ts';

test('a failure says whether the recording was sent, or that nobody here knows', () => {
  expect(hasLeft(new Problem('model-key', { provider: 'OpenAI', left: true }))).toBe(true);
  expect(hasLeft(new Problem('model-failed', { left: false }))).toBe(false);
  expect(hasLeft(new Problem('consent-needed'))).toBe(false);
  expect(hasLeft(new Problem('too-large', { limit: '24 MiB' }))).toBe(false);
  expect(hasLeft(new Problem('unavailable'))).toBeNull();
  expect(hasLeft(new TypeError('the network'))).toBeNull();
});

test('what was said comes after what the note says, as a paragraph of its own, as long as there is room', () => {
  expect(withMore('', '새 말', 100)).toBe('새 말');
  expect(withMore(' \n', '새 말', 100)).toBe('새 말');
  expect(withMore('앞의 말\n', '새 말', 100)).toBe('앞의 말\n\n새 말');
  expect(withMore('가'.repeat(96), '새 말', 100)).toBeNull();
});
