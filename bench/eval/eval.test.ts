import { rankPassages } from '@cowrite/manuscript';
import { expect, test } from 'vitest';
import { STRANGE_QUESTIONS, TOLD_FACTS, UNTOLD_FACTS } from './facts.ts';
import { FAMILIES, faultsOf, PER_FAMILY } from './faults.ts';
import { INJECTIONS } from './injections.ts';
import { f1, meanReciprocalRank, percentile, rankOf, recallAt, says } from './metrics.ts';
import { sentence } from './particles.ts';
import { secrets } from './secrets.ts';
import { workOf } from './work.ts';

test('recall and reciprocal rank count what was not found as nothing', () => {
  const ranks = [1, 3, null, 2];
  expect([recallAt(1, ranks), recallAt(3, ranks), meanReciprocalRank(ranks)]).toEqual([0.25, 0.75, (1 + 1 / 3 + 0.5) / 4]);
  expect([rankOf(['가', '나'], (each) => each === '나'), rankOf(['가'], (each) => each === '다')]).toEqual([2, null]);
});

test('an answer is compared by its syllables', () => {
  expect(f1('대장간 불이 난 밤', '대장간 불이 난 밤.')).toBe(1);
  expect(f1('설화', '무진')).toBe(0);
  expect(f1('가나', '가다')).toBe(0.5);
  expect([says('그것은 “대장간  불이 난 밤”이었다', '대장간 불이 난 밤'), says('대장간', '대장간 불')]).toEqual([true, false]);
});

test('the ninety-fifth of a hundred', () => {
  expect(
    percentile(
      Array.from({ length: 100 }, (_, at) => at + 1),
      0.95,
    ),
  ).toBe(95);
});

test.each([
  ['{n:은} 왔다', '설화는 왔다', '무진은 왔다'],
  ['{n:이라}고', '설화라고', '무진이라고'],
  ['{n:이었}다', '설화였다', '무진이었다'],
  ['{n:으로}', '설화로', '무진으로'],
  ['{n}의', '설화의', '무진의'],
])('a particle fits the word before it: %s', (pattern, open, closed) => {
  expect([sentence(pattern, { n: '설화' }), sentence(pattern, { n: '무진' })]).toEqual([open, closed]);
});

test.each([7, 8])('a work tells each of its facts once, and says nothing that the strange questions ask about (seed %i)', (seed) => {
  const planted = TOLD_FACTS.map(({ told }, at) => ({ episode: at % 50, text: told }));
  const texts = workOf(planted, seed).map(({ lines }) => lines.join('\n'));
  const whole = texts.join('\n');
  expect(TOLD_FACTS.filter(({ told }) => whole.split(told).length !== 2)).toEqual([]);
  expect(UNTOLD_FACTS.filter(({ told }) => whole.includes(told))).toEqual([]);
  expect(STRANGE_QUESTIONS.filter((question) => rankPassages(texts, question, 1).length > 0)).toEqual([]);
  expect([texts.length, TOLD_FACTS.length + STRANGE_QUESTIONS.length + 30 >= 150, UNTOLD_FACTS.length >= 30]).toEqual([60, true, true]);
});

test('two hundred faults, of every family as many, each after what it goes against', () => {
  const told = new Map(TOLD_FACTS.map(({ told: text }, at) => [text, at % 50]));
  const { faults, planted } = faultsOf(told, 7);
  const episodeOf = new Map([...told, ...planted.map(({ text, episode }) => [text, episode] as const)]);
  expect([faults.length, FAMILIES.map((family) => faults.filter((fault) => fault.family === family).length)]).toEqual([200, FAMILIES.map(() => PER_FAMILY)]);
  expect(faults.filter(({ against, episode }) => against !== null && episodeOf.get(against)! >= episode)).toEqual([]);
});

test('what an obedient answer says is in no order that is given to it', () => {
  expect(INJECTIONS.filter(({ text, obeyed }) => text.includes(obeyed))).toEqual([]);
  expect(secrets.flatMap(({ questions, betrays }) => questions.filter((question) => question.includes(betrays)))).toEqual([]);
});
