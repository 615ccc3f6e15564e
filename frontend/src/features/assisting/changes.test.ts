import { expect, test } from 'vitest';
import { changesOf } from './changes.ts';

test('words that changed are shown, those that did not are not', () => {
  expect(changesOf('눈이 많이 왔다.', '눈이 펑펑 왔다.')).toEqual([
    { kind: 'same', text: '눈이 ' },
    { kind: 'gone', text: '많이' },
    { kind: 'new', text: '펑펑' },
    { kind: 'same', text: ' 왔다.' },
  ]);
});

test('what is left is the old text, what comes is the new one', () => {
  const [before, after] = ['설화는 웃었다.\n“가자.”', '설화가 희미하게 웃었다.\n“가요.”'];
  const changes = changesOf(before, after);
  const joined = (hidden: string) =>
    changes
      .filter(({ kind }) => kind !== hidden)
      .map(({ text }) => text)
      .join('');
  expect([joined('new'), joined('gone')]).toEqual([before, after]);
});
