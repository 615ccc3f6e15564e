import { type ForecastEpisode, NodeId, simulatedLabel, type SimulatedShare } from '@cowrite/contract';
import { expect, test } from 'vitest';
import type { Run } from './assist-run.ts';
import { differenceText, episodesOf, forecastText, shareText, shortName, verdict } from './forecast-figures.ts';

const share = (n: number, readOn: number, low: number, high: number): SimulatedShare => ({ simulation: true, label: simulatedLabel(n), n, readOn, share: n === 0 ? null : readOn / n, low: n === 0 ? null : low, high: n === 0 ? null : high });
const nodeId = (at: number) => NodeId.parse(`01939c5e-0000-7000-8000-00000000000${at}`);
const episode = (at: number, of: SimulatedShare): ForecastEpisode => ({ nodeId: nodeId(at), title: `${at}화`, share: of, said: [], reused: false, unread: 0 });
const run = (parts: readonly unknown[]): Run => ({ id: null, state: 'running', provider: null, model: '', texts: [], parts, progress: null, assist: null, failure: null });
const difference = (value: number, low: number, high: number) => ({ simulation: true as const, label: simulatedLabel(12), n: 12, difference: value, low, high });

test('a share is said as how many of how many, in percents, with its interval', () => {
  expect(shareText(share(12, 9, 0.4677, 0.9111))).toEqual({ share: '9/12 · 75%', interval: '47%–91%' });
  expect(shareText(share(0, 0, 0, 0))).toBeNull();
});

test('a difference has its sign, and says which is more only when its interval leaves nought out', () => {
  expect(differenceText(difference(0.333, -0.05, 0.61))).toEqual({ difference: '+33', interval: '−5 ~ +61' });
  expect([difference(0.3, 0.01, 0.6), difference(-0.3, -0.6, -0.01), difference(0.3, -0.01, 0.6)].map(verdict)).toEqual(['better', 'worse', 'undecided']);
});

test('of an episode that was heard twice, as after another process took it up, the last stands', () => {
  const { episodes } = episodesOf(run([episode(1, share(12, 3, 0, 1)), episode(2, share(12, 4, 0, 1)), episode(1, share(12, 5, 0, 1)), { text: 'a row of something else' }]));
  expect(episodes.map(({ nodeId: of, share: { readOn } }) => [of, readOn])).toEqual([
    [nodeId(1), 5],
    [nodeId(2), 4],
  ]);
});

test('every line that is copied says that it is simulated, and of how many', () => {
  const text = forecastText([episode(1, share(12, 9, 0.4677, 0.9111)), episode(2, share(0, 0, 0, 0))], { nameOf: ({ title }) => title, simulation: (n) => `시뮬레이션, n=${n}`, none: '없음' });
  expect(text).toBe('1화\t9/12 · 75%\t47%–91%\t시뮬레이션, n=12\n2화\t없음\t시뮬레이션, n=0');
});

test('where there is little room an episode is called by its number', () => {
  expect(['3화 닭싸움', '프롤로그', 'Ep. 12 밤', '외전 1 그 여름', '아주 긴 제목을 가진 화', '이름이긴화'].map((name) => shortName(name, 7))).toEqual(['3화', '프롤로그', '12', '1', '아주', '7']);
});
