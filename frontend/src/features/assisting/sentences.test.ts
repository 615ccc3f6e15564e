import { expect, test } from 'vitest';
import { sentencesOf } from './sentences.ts';

test.each([
  ['눈이 왔다. 설화는 웃었다.', ['눈이 왔다. ', '설화는 웃었다.']],
  ['“가자!” 그가 말했다.\n문이 닫혔다…… 아무도 없었다', ['“가자!” ', '그가 말했다.\n', '문이 닫혔다…… ', '아무도 없었다']],
  ['“왜?”\n\n“그냥.”', ['“왜?”\n', '\n', '“그냥.”']],
  ['3.5킬로미터를 걸었다.', ['3.5킬로미터를 걸었다.']],
  ['', []],
])('%s', (text, sentences) => {
  expect(sentencesOf(text)).toEqual(sentences);
  expect(sentencesOf(text).join('')).toBe(text);
});
