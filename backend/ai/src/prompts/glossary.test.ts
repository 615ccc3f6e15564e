import { expect, test } from 'vitest';
import { missedIn, termsIn } from './glossary.ts';

const term = (source: string, target: string) => ({ source, target });
const SEOLHWA = term('설화', 'Seolhwa');
const TALES = term('설화집', 'Book of Tales');
const JIN = term('진', 'Jin');
const JINHEE = term('진희', 'Jinhee');

test('a term is said whatever particle follows it, and not by a longer term that begins with it', () => {
  expect(termsIn('설화가 웃었다.', [SEOLHWA, TALES])).toEqual([SEOLHWA]);
  expect(termsIn('설화집을 폈다.', [SEOLHWA, TALES])).toEqual([TALES]);
  expect(termsIn('설화는 설화집을 폈다.', [SEOLHWA, TALES])).toEqual([SEOLHWA, TALES]);
  expect(termsIn('아무도 없었다.', [SEOLHWA, TALES])).toEqual([]);
  expect(termsIn('설화가'.normalize('NFD'), [SEOLHWA])).toEqual([SEOLHWA]);
});

test.each([
  ['설화가 웃었다.', 'Seolhwa smiled.', []],
  ['설화가 웃었다.', 'seolhwa’s smile.', []],
  ['설화가 웃었다.', 'Snow Flower smiled.', [SEOLHWA]],
  ['설화는 설화집을 폈다.', 'Seolhwa opened the Book of Tales.', []],
  ['설화는 설화집을 폈다.', 'She opened the tales.', [SEOLHWA, TALES]],
  // One name within another is not the other one’s.
  ['진과 진희', 'Jinhee and her brother', [JIN]],
  ['진과 진희', 'Jin and Jinhee', []],
  ['진이 웃었다.', 'The djinn smiled.', [JIN]],
  ['아무도 없었다.', 'Nobody.', []],
])('%s → %s', (source, translation, missed) => {
  expect(missedIn(source, translation, [SEOLHWA, TALES, JIN, JINHEE])).toEqual(missed);
});

test('of several ways to say a word one is enough, and when none is there it is named once', () => {
  const two = [term('검', 'sword'), term('검', 'blade')];
  expect(missedIn('검을 뽑았다.', 'He drew the blade.', two)).toEqual([]);
  expect(missedIn('검을 뽑았다.', 'He drew it.', two)).toEqual([two[0]]);
});

test('words of scripts without spaces are said anywhere', () => {
  expect(missedIn('설화가 웃었다.', 'その雪花が笑った。', [term('설화', '雪花')])).toEqual([]);
});
