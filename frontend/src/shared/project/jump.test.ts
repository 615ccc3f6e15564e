import { expect, test } from 'vitest';
import { jumpTo, rowMatches } from './jump.ts';

test('finds a line by number, by part of its name and by initial consonants', () => {
  expect(rowMatches({ number: '487화', title: '눈 오는 밤' }, '487')).toBe(true);
  expect(rowMatches({ number: '487화', title: '눈 오는 밤' }, '오는밤')).toBe(true);
  expect(rowMatches({ number: '487화', title: '눈 오는 밤' }, 'ㅇㄴㅂ')).toBe(true);
  expect(rowMatches({ number: '487화', title: '눈 오는 밤' }, '488')).toBe(false);
  expect(rowMatches({ number: '', title: '\u1112\u1161\u11ab' }, '한')).toBe(true);
});

test('puts the exact number before those that begin with it', () => {
  const lines = [
    { number: '48화', title: '' },
    { number: '4화', title: '' },
    { number: '', title: '4월' },
  ];
  expect(jumpTo(lines, '4').map((line) => line.number || line.title)).toEqual(['4화', '48화', '4월']);
});
