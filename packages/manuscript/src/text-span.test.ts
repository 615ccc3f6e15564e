import { expect, test } from 'vitest';
import { findSpan } from './text-span.ts';

const text = '눈이 왔다. 설화는 웃었다. 눈이 왔다. 설화는 웃었다.';

test('a span whose words still stand there is where it says', () => {
  expect(findSpan(text, { from: 7, to: 15, quote: '설화는 웃었다.'.slice(0, 8) })).toEqual({ from: 7, to: 15 });
});

test('words that moved are found nearest to where they were', () => {
  const quote = '설화는 웃었다.';
  const [first, second] = [text.indexOf(quote), text.lastIndexOf(quote)];
  expect(findSpan(text, { from: second - 3, to: second - 3 + quote.length, quote })).toEqual({ from: second, to: second + quote.length });
  expect(findSpan(text, { from: first + 2, to: first + 2 + quote.length, quote })).toEqual({ from: first, to: first + quote.length });
  expect(findSpan(text, { from: 9_999, to: 9_999 + quote.length, quote })).toEqual({ from: second, to: second + quote.length });
});

test('words that are gone are found nowhere', () => {
  expect(findSpan(text, { from: 0, to: 3, quote: '비가 ' })).toBeNull();
});

test('a caret stands as near as the text allows', () => {
  expect(findSpan(text, { from: 5, to: 5, quote: '' })).toEqual({ from: 5, to: 5 });
  expect(findSpan('', { from: 5, to: 5, quote: '' })).toEqual({ from: 0, to: 0 });
});
