import { lengthOf } from '@cowrite/manuscript';
import { expect, test } from 'vitest';
import { type Draft, lengthsOfSections, mergedWithPrevious, renamed, toSend, without } from './sections.ts';

const section = (title: string, from: number, to: number): Draft => ({ title, kind: 'chapter', numbering: 'counted', from, to, lengths: lengthOf('가'.repeat(to - from)), firstLine: '' });
const three = [section('1화', 0, 10), section('2화', 10, 30), section('3화', 30, 35)];

test('joins a section to the one before it, with all its lines', () => {
  const merged = mergedWithPrevious(three, 1);
  expect(merged.map(({ title, from, to }) => [title, from, to])).toEqual([
    ['1화', 0, 30],
    ['3화', 30, 35],
  ]);
  expect(lengthsOfSections(merged)).toEqual(lengthsOfSections(three));
  expect(mergedWithPrevious(three, 0)).toEqual(three);
});

test('leaves a section out, and sends what is left as it was renamed', () => {
  expect(toSend(renamed(without(three, 0), 0, ' 감자 '))).toEqual([
    { title: '감자', kind: 'chapter', numbering: 'counted', from: 10, to: 30 },
    { title: '3화', kind: 'chapter', numbering: 'counted', from: 30, to: 35 },
  ]);
});
