import { AssistTask, type BriefItem, FORECAST_READERS, type StoryBrief } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { Makers } from '../makers.ts';
import { type Made, made } from '../made.ts';
import { openAiModel } from '../models/openai.ts';
import { NOTICES } from '../notices.ts';
import { INJECTIONS } from '../testing/injections.ts';
import { drawn } from './endings.ts';
import { readersOf } from './readers.ts';
import { remembering } from './readings.ts';

const makers = new Makers(
  [{ model: await openAiModel({ url: 'http://127.0.0.1', key: 'k', model: 'gpt-5.6', patience: { firstTokenMs: 1, silenceMs: 1 }, fetch }), host: '127.0.0.1', notice: NOTICES.openai, price: { in: 1, out: 10 } }],
  {},
);
const nodeId = (number: number) => `0197f000-0000-7000-8000-${String(number).padStart(12, '0')}` as NonNullable<BriefItem['episode']>['nodeId'];
const documentId = '0197f000-0000-7000-8000-00000000aaaa' as NonNullable<BriefItem['source']>['documentId'];
const item = (id: string, layer: BriefItem['layer'], episode: number, text: string): BriefItem => ({
  id,
  layer,
  title: `${episode}화`,
  text,
  source: { documentId, from: 0, to: text.length, quote: text },
  of: [],
  episode: { nodeId: nodeId(episode), title: `${episode}화` },
});
const WORK: BriefItem = { id: 'work', layer: 'work', title: '동백꽃', text: '장르: 로맨스\n산골의 봄', source: null, of: [] };
const brief = (items: readonly BriefItem[]): StoryBrief => ({ provider: 'openai', also: [], title: '동백꽃', items: [...items], dropped: [], withheld: [], unwilling: [], cacheAnswers: false, keepTexts: false });
const FORECAST = AssistTask.parse({ feature: 'forecast', fromId: nodeId(2), toId: nodeId(3), readers: '고등학생이 많다' });
const ENDINGS = AssistTask.parse({ feature: 'endings', nodeId: nodeId(2), other: { text: '점순이가 돌아섰다.' }, seed: 7 });
const STORY = [
  WORK,
  item('earlier-1-1', 'recap', 1, '닭이 싸웠다.'),
  item('episode-1-1', 'text', 2, '점순이가 감자를 내밀었다.'),
  item('episode-1-2', 'text', 2, '나는 밀어 버렸다.'),
  item('episode-2-1', 'text', 3, '동백꽃 속으로 쓰러졌다.'),
];
const TWO = [
  WORK,
  item('earlier-1-1', 'recap', 1, '닭이 싸웠다.'),
  item('until-1', 'text', 2, '점순이가 감자를 내밀었다.'),
  item('now-1', 'text', 2, '나는 밀어 버렸다.'),
  { ...item('other-1', 'text', 2, '점순이가 돌아섰다.'), source: null },
];
/** Everything that is sent, with what is remembered as the machine might have said it. */
const sent = ({ acts }: Made): string =>
  acts!
    .map((act) => {
      const { system, user } =
        act.kind === 'summary'
          ? act.call
          : remembering(
              act.call,
              act.remembers.map((key) => ({ title: key === nodeId(1) ? '1화' : '2화', text: '누가 무엇을 했다.' })),
            );
      return `════ ${act.kind} ════\n${system}\n\n──── ⁂ ────\n\n${user.stable}──── ↑ ────\n${user.rest}`;
    })
    .join('\n\n');

test('what is sent for a forecast', async () => {
  await expect(sent(made(FORECAST, brief(STORY), makers, []))).toMatchFileSnapshot('golden/forecast.txt');
});

test('what is sent for two endings', async () => {
  await expect(sent(made(ENDINGS, brief(TWO), makers, []))).toMatchFileSnapshot('golden/endings.txt');
});

test('readers of an episode are told nothing of what comes after it, nor the words of what came before', () => {
  const { acts } = made(FORECAST, brief(STORY), makers, []);
  const told = acts!.map(({ kind, key, call }) => [kind, key.at(-1), ['닭이 싸웠다', '감자', '밀어 버렸다', '쓰러졌다'].filter((words) => (call.system + call.user.stable + call.user.rest).includes(words))]);
  expect(told).toEqual([
    ['summary', '1', ['닭이 싸웠다']],
    ['reading', '2', ['감자', '밀어 버렸다']],
    ['summary', '2', ['감자', '밀어 버렸다']],
    ['reading', '3', ['쓰러졌다']],
  ]);
});

test('what the writer takes out of the packet is read by nobody, and an episode without text is not asked about', () => {
  const { acts } = made(FORECAST, brief(STORY), makers, ['episode-2-1', 'earlier-1-1', 'episode-1-2']);
  expect(acts!.map(({ kind, key }) => [kind, key.at(-1)])).toEqual([['reading', '2']]);
  expect(JSON.stringify(acts)).not.toMatch(/밀어 버렸다|쓰러졌다|싸웠다/);
});

test('one episode that no model takes is refused before anything is kept', () => {
  const long = '닭은 울고 나는 웃었다. '.repeat(20_000);
  expect(() => made(FORECAST, brief([...STORY, item('episode-3-1', 'text', 4, long)]), makers, [])).toThrow(expect.objectContaining({ code: 'too-large' }));
});

test.each(INJECTIONS)('an episode, a title, a summary, an ending and what the writer says of readers stay data, whatever they say: %s', (order) => {
  const marks = ({ user }: { user: { stable: string; rest: string } }) => (user.stable + user.rest).match(/[⟦〚][^⟧〛]*[⟧〛]/gu)!.map((mark) => (mark.startsWith('⟦/') ? 'close' : 'open'));
  const asked = ({ user }: { user: { stable: string; rest: string } }) => user.rest.slice(user.rest.lastIndexOf('⟦/자료⟧') + '⟦/자료⟧'.length).trim();
  const told = (items: readonly BriefItem[]) => items.map((each) => (each.layer === 'work' ? each : { ...each, title: `${each.title} ${order}`, text: `${each.text}\n${order}`, episode: { ...each.episode!, title: order } }));
  for (const task of [FORECAST, ENDINGS]) {
    const { acts } = made({ ...task, readers: order } as AssistTask, brief(told(task === FORECAST ? STORY : TWO)), makers, []);
    for (const act of acts!) {
      const call = act.kind === 'summary' ? act.call : remembering(act.call, [{ title: order, text: order }]);
      const kinds = marks(call);
      expect(kinds).toEqual(kinds.map((_, at) => (at % 2 === 0 ? 'open' : 'close')));
      expect((call.user.stable + call.user.rest).match(/[⟦⟧〚〛]/gu)).toHaveLength(kinds.length * 2);
      // What is asked stands after the last of them, and begins as it always does.
      expect(asked(call)).toMatch(act.kind === 'summary' ? /^부탁\n본문 자료를 차례대로 간추려 줘\.$/ : /^부탁\n본문 자료를 (막 다 읽은|두 끝으로 읽은) 독자 \d+명이/);
      expect(call.system).not.toContain(order);
    }
  }
});

test('readers are as many for every genre, and no two the same', () => {
  const genres = ['로맨스 판타지', '현대 판타지', '무협', '추리', '일상', ''].map((genre) => readersOf([{ ...WORK, text: `장르: ${genre}` }]));
  for (const readers of genres) expect([readers.length, new Set(readers).size]).toEqual([FORECAST_READERS, FORECAST_READERS]);
  expect(new Set(genres.map((readers) => readers.join())).size).toBe(4);
});

test('a seed draws the same halves each time, and over many seeds everyone is as often in one as in the other', () => {
  expect(drawn(7)).toEqual(drawn(7));
  const first = Array.from({ length: FORECAST_READERS }, () => 0);
  for (let seed = 0; seed < 2_000; seed++) {
    const { now, other } = drawn(seed);
    expect([...now, ...other].toSorted((a, b) => a - b)).toEqual(Array.from({ length: FORECAST_READERS }, (_, at) => at + 1));
    for (const reader of now) first[reader - 1]!++;
  }
  for (const times of first) expect([times > 900, times < 1_100]).toEqual([true, true]);
});

test('nothing that is sent says which of the two endings stands in the manuscript', () => {
  const { acts } = made(ENDINGS, brief(TWO), makers, []);
  const [one, two] = acts!.filter(({ kind }) => kind === 'reading').map(({ call }) => call.user.stable + call.user.rest);
  const names = (user: string) => [...user.matchAll(/⟦자료 \d+: (끝 [가나])⟧\n(.*)/g)].map(([, name, text]) => [name, text]);
  expect([names(one!), names(two!)]).toEqual([
    [
      ['끝 가', '나는 밀어 버렸다.'],
      ['끝 나', '점순이가 돌아섰다.'],
    ],
    [
      ['끝 가', '점순이가 돌아섰다.'],
      ['끝 나', '나는 밀어 버렸다.'],
    ],
  ]);
});
