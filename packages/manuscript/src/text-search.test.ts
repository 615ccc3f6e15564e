import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initialsOf, isInitials, passagesOf } from './text-search.ts';

test('initials stand where their syllables stood', () => {
  expect(initialsOf('이설화, Kim 꽃!')).toBe('ㅇㅅㅎ, Kim ㄲ!');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void expect(initialsOf(text)).toHaveLength(text.length)));
});

test('a query is initials when it is nothing else', () => {
  expect(['ㅇㅅㅎ', 'ㅇ', 'ㅇㅅ ㅎ'].every(isInitials)).toBe(true);
  expect(['ㅇ설', 'ㅏ', '', ' ', 'abc', 'ㅇㅅ!'].some(isInitials)).toBe(false);
});

test('finds each hit with what is around it', () => {
  const lines = ['비가 왔다.', '', '이설화는 웃었다. 이설화가.'];
  expect(passagesOf(lines, '설화', 10)).toEqual([
    { block: 2, offset: 1, before: '이', match: '설화', after: '는 웃었다. 이설화가.' },
    { block: 2, offset: 11, before: '이설화는 웃었다. 이', match: '설화', after: '가.' },
  ]);
  expect(passagesOf(lines, 'ㅇㅅㅎ', 10).map(({ offset, match }) => [offset, match])).toEqual([
    [0, '이설화'],
    [10, '이설화'],
  ]);
  expect(passagesOf(lines, '설화', 1)).toHaveLength(1);
  expect(passagesOf(['Seoul SEOUL'], 'seoul', 10)).toHaveLength(2);
});

test('cuts the surroundings between what readers see as characters', () => {
  const family = '👩‍👩‍👧‍👦';
  const [passage] = passagesOf([`${family.repeat(60)}달${family.repeat(60)}`], '달', 1);
  expect(passage!.after.startsWith(family) && passage!.after.endsWith('👦')).toBe(true);
  expect([...passage!.before].length % [...family].length).toBe(0);
});

test('before, match and after are the line itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('가', '나', 'ㄱ', 'a', 'A', ' ', '.', '😀') }), fc.string({ unit: fc.constantFrom('가', 'ㄱ', 'a', ' '), minLength: 1, maxLength: 3 }), (line, query) => {
      for (const { offset, before, match, after } of passagesOf([line], query, 100)) expect(line.slice(offset - before.length, offset + match.length + after.length)).toBe(before + match + after);
    }),
  );
});
