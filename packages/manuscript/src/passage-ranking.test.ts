import { expect, test } from 'vitest';
import { fused, passageBounds, rankPassages, termsOf, withNeighbours } from './passage-ranking.ts';

test.each([
  ['설화의 왼팔 흉터는 언제 생겼지?', ['설화', '왼팔', '흉터', '생겼']],
  ['누가 등대에서 편지를 태웠나', ['등대', '편지', '태웠']],
  ['When did Seolhwa leave?', ['seolhwa', 'leave']],
  ['왜?', []],
])('%s is looked for by its words', (question, terms) => {
  expect(termsOf(question)).toEqual(terms);
});

const scenes = [
  ['눈이 사흘째 내렸다.', '설화는 우물가에 앉아 두레박을 내려다보았다.', '아무도 오지 않았다.'],
  ['설화가 소매를 걷자 왼팔에 긴 흉터가 있었다.', '“열두 살 겨울에, 대장간 불에 데었어.”', '그녀는 웃지 않았다.'],
  ['선우는 바다로 떠났다.', '편지는 오지 않았다.'],
].map((lines) => lines.join('\n'));

test('the passage that says most of it comes first, with its place', () => {
  const [best] = rankPassages(scenes, '설화의 왼팔 흉터는 언제 생겼지?', 5);
  expect(best).toMatchObject({ text: 1, from: 0 });
  expect(scenes[1]!.slice(best!.from, best!.to)).toContain('열두 살 겨울에');
});

test('words that one sentence says together outweigh those that stand apart', () => {
  const apart = '설화는 우물가에 앉았다. 흉터가 있는 사내가 왔다. 설화는 돌아섰다. 왼팔이 저렸다. 설화는 하품을 했다.';
  const together = '무진이 웃었다. 그때 설화의 왼팔에 흉터가 보였다. 아무도 묻지 않았다.';
  expect(rankPassages([apart, together], '설화의 왼팔 흉터', 2).map(({ text }) => text)).toEqual([1, 0]);
});

test('a passage that has nothing of it is not among them', () => {
  expect(rankPassages(scenes, '설화의 왼팔 흉터', 5).map(({ text }) => text)).toEqual([1, 0]);
  expect(rankPassages(scenes, '용의 눈물', 5)).toEqual([]);
  expect(rankPassages(scenes, '왜?', 5)).toEqual([]);
});

test('a long scene is divided at lines, and every passage stands where it says', () => {
  const long = Array.from({ length: 200 }, (_, at) => `${at}번째 줄에는 아무것도 적혀 있지 않았다.`);
  long[150] = '설화의 흉터는 그 불에서 왔다.';
  const whole = long.join('\n');
  const [best] = rankPassages([whole], '흉터', 3);
  expect(whole.slice(best!.from, best!.to)).toContain('설화의 흉터는 그 불에서 왔다.');
  expect(best!.to - best!.from).toBeLessThan(600);
  expect([whole[best!.from - 1], whole[best!.to]]).toEqual(['\n', '\n']);
});

test('passages are told with a line more on each side, and those that meet are told once', () => {
  const whole = ['하나', '둘', '셋', '넷', '다섯'].join('\n');
  const at = (line: string) => ({ text: 0, from: whole.indexOf(line), to: whole.indexOf(line) + line.length });
  const told = (...lines: [string, number][]) =>
    withNeighbours(
      [whole],
      lines.map(([line, score]) => ({ ...at(line), score })),
    ).map(({ from, to }) => whole.slice(from, to));
  expect(told(['셋', 1])).toEqual(['둘\n셋\n넷']);
  expect(told(['하나', 1])).toEqual(['하나\n둘']);
  expect(told(['다섯', 1])).toEqual(['넷\n다섯']);
  expect(told(['하나', 2], ['넷', 1])).toEqual(['하나\n둘', '셋\n넷\n다섯']);
  expect(told(['하나', 2], ['셋', 1])).toEqual(['하나\n둘\n셋\n넷']);
});

test('two orders are joined by rank alone: what stands high in both is first, and neither scale counts', () => {
  const at = (from: number, score: number) => ({ text: 0, from, to: from + 1, score });
  expect(
    fused(
      [
        [at(1, 900), at(2, 800), at(3, 1)],
        [at(3, 0.2), at(2, 0.1)],
      ],
      3,
    ).map(({ from }) => from),
  ).toEqual([3, 2, 1]);
  expect(fused([[at(1, 1)], []], 5).map(({ from }) => from)).toEqual([1]);
});

test('passages of a text are whole lines, without a gap that says something', () => {
  const whole = Array.from({ length: 90 }, (_, at) => `${at}번째 줄에는 아무것도 적혀 있지 않았다.`).join('\n');
  const parts = passageBounds(whole).map(({ from, to }) => whole.slice(from, to));
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.join('\n')).toBe(whole);
});
