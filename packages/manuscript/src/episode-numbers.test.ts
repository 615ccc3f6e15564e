import type { NodeKind, Numbering } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { episodeNumbers, numberingFromTitle, numberInTitle, titleBesideNumber } from './episode-numbers.ts';

test('counts episodes through the parts, side stories apart, and a prologue not at all', () => {
  const node = (id: string, kind: NodeKind, numbering: Numbering = 'counted') => ({ id, kind, numbering });
  const numbers = episodeNumbers([
    node('프롤로그', 'chapter', 'uncounted'),
    node('1부', 'part'),
    node('봄', 'chapter'),
    node('장면', 'scene'),
    node('그 여름', 'chapter', 'side-story'),
    node('2부', 'part'),
    node('가을', 'chapter'),
    node('후기', 'chapter', 'uncounted'),
  ]);
  expect([...numbers].map(([id, { ko }]) => [id, ko])).toEqual([
    ['봄', '1화'],
    ['그 여름', '외전 1'],
    ['가을', '2화'],
  ]);
});

test.each<[string, Numbering]>([
  ['프롤로그', 'uncounted'],
  ['[프롤로그] 눈', 'uncounted'],
  ['에필로그 2', 'uncounted'],
  ['작가의 말', 'uncounted'],
  ['후기', 'uncounted'],
  ['후기를 쓰는 밤', 'counted'],
  ['Prologue', 'uncounted'],
  ['외전 1. 그 여름', 'side-story'],
  ['번외편', 'side-story'],
  ['외전처럼', 'counted'],
  ['12화 닭싸움', 'counted'],
  ['동백꽃'.normalize('NFD'), 'counted'],
])('%s is %s', (title, numbering) => {
  expect(numberingFromTitle(title)).toBe(numbering);
});

test.each<[string, Numbering, string]>([
  ['12화 닭싸움', 'counted', '닭싸움'],
  ['제 3 장', 'counted', ''],
  ['12화. 닭싸움', 'counted', '닭싸움'],
  ['1화', 'counted', ''],
  ['12화음악단', 'counted', '12화음악단'],
  ['닭싸움', 'counted', '닭싸움'],
  ['외전 2 그 여름', 'side-story', '그 여름'],
  ['프롤로그', 'uncounted', '프롤로그'],
])('beside its number, %s (%s) is “%s”', (title, numbering, rest) => {
  expect(titleBesideNumber(title, numbering)).toBe(rest);
});

test('reads the number a title claims', () => {
  expect(numberInTitle('제12화 닭싸움')).toBe(12);
  expect(numberInTitle('12화음악단')).toBeNull();
  expect(numberInTitle('닭싸움 12')).toBeNull();
});
