import { type AssistResult, type AssistTask, type BriefItem, FORECAST_READERS, type ForecastEpisode, NodeId, Packet, Problem } from '@cowrite/contract';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { allOf } from './testing/all-of.ts';
import { aBrief, aNote } from './testing/briefs.ts';
import { askedIn, episodes, isSummary, saying } from './testing/episodes.ts';
import { aHouse, type House } from './testing/house.ts';
import { aProcess } from './testing/process.ts';

const id = () => NodeId.parse(randomUUID());
const TASK: AssistTask = { feature: 'forecast', fromId: id(), toId: id() };
const text = (number: number, more = '') => `${number}번째 화에서 닭이 울었다.${more} 누가 왔다.`;
const texts = (count: number) => Array.from({ length: count }, (_, at) => text(at + 1));
/** Of which episode a request asks: the last that is told. */
const episodeIn = (user: string): number => Number([...user.matchAll(/(\d+)번째 화에서/g)].at(-1)?.[1]);
const forecastOf = (result: AssistResult | null) => {
  if (result?.kind !== 'forecast') throw new Error(`no forecast: ${JSON.stringify(result)}`);
  return result;
};

/** Sums up, and lets as many readers read on as the episode's number. */
const reads = (house: House) =>
  house.vendor.always(({ messages }) =>
    isSummary(messages)
      ? { pieces: [`요약 ${episodeIn(messages.user)}`], usage: { in: 10, out: 1 } }
      : {
          pieces: [
            saying(
              askedIn(messages.user),
              (reader) => reader <= episodeIn(messages.user),
              () => ({ item: 2, quote: '닭이 울었다' }),
            ),
          ],
          usage: { in: 20, out: 5 },
        },
  );
const asked = (house: House, from = 0): string[] => house.vendor.requests.slice(from).map(({ messages }) => `${isSummary(messages) ? '요약' : '읽기'} ${episodeIn(messages.user)}`);
const telling = (house: House, items: () => readonly BriefItem[], more: object = {}) => void (house.core.tell = () => aBrief([aNote('work', '장르: 판타지'), ...items()], more));

test('imagined readers read one episode after the other, as it comes, and how many would read on is said with n and an interval', async () => {
  await using house = await aHouse();
  const known = episodes(texts(3));
  telling(house, () => known);
  reads(house);
  const events = await allOf(house.follow(await house.assist(TASK)));
  expect(asked(house)).toEqual(['읽기 1', '요약 1', '읽기 2', '요약 2', '읽기 3']);
  expect(events.flatMap(({ event }) => (event.type === 'progress' ? [[event.done, event.of]] : []))).toEqual([0, 1, 2, 3, 4, 5].map((done) => [done, 5]));
  const parts = events.flatMap(({ event }) => (event.type === 'part' ? [event.part as ForecastEpisode] : []));
  expect(parts.map(({ title, share }) => [title, share.readOn, share.n, share.label])).toEqual([1, 2, 3].map((number) => [`${number}화`, number, 12, '시뮬레이션, n=12']));
  const last = events.at(-1)!.event;
  if (last.type !== 'ended') throw new Error('not ended');
  expect(last.assist).toMatchObject({ state: 'done', usage: { tokensIn: 80, tokensOut: 17 }, left: true, result: { kind: 'forecast', simulation: true, of: 3, compared: 0 } });
  const result = forecastOf(last.assist.result);
  expect(result.episodes).toEqual(parts);
  expect(result.readers).toHaveLength(FORECAST_READERS);
  expect(result.episodes[0]!.said[0]).toEqual({ reader: 1, readOn: true, why: '1번의 까닭', expects: null, place: { itemId: 'episode-1-1', span: { ...known[0]!.source!, from: 8, to: 14, quote: '닭이 울었다' } } });
  // Each is told what came before as its summary, and nothing of what comes after.
  const readings = house.vendor.requests.filter(({ messages }) => !isSummary(messages)).map(({ messages }) => messages.user);
  expect(readings.map((user) => [user.includes('요약 1'), user.includes('요약 2'), user.includes('3번째')])).toEqual([
    [false, false, false],
    [true, false, false],
    [true, true, true],
  ]);
  expect(readings[2]).not.toContain('1번째 화에서');
});

test('what does not stand is dropped and counted: of those who are left, n says how many', async () => {
  await using house = await aHouse();
  telling(house, () => episodes(texts(1)));
  const lines = [
    '여기 결과입니다:',
    { reader: 1, next: true, why: '재미있다', item: 2, quote: '지어낸 대목이다' },
    { reader: 1, next: false, why: '두 번 말한다' },
    { reader: 99, next: true, why: '모르는 사람' },
    { reader: 2, next: 'yes', why: '참도 거짓도 아니다' },
    { reader: 3, next: false, why: '' },
    { reader: 4, next: false, why: '늘어진다', expects: '싸움' },
  ];
  house.vendor.next({ pieces: [lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')] });
  const [episode] = forecastOf((await house.over(await house.assist(TASK))).result).episodes;
  expect(episode).toMatchObject({
    share: { n: 2, readOn: 1, share: 0.5, label: '시뮬레이션, n=2' },
    unread: 5,
    said: [
      { reader: 1, place: null },
      { reader: 4, expects: '싸움' },
    ],
  });
  house.vendor.next({ pieces: ['아무도 답하지 않는다'] });
  expect(forecastOf((await house.over(await house.assist(TASK))).result).episodes[0]!.share).toMatchObject({ n: 0, share: null, low: null, high: null });
});

test('an unchanged rerun asks nothing and costs nothing; after one changed episode that one is asked about again, and those who remember it otherwise', async () => {
  await using house = await aHouse({ COWRITE_AI_PRICES: 'gpt-5.6=1/1' });
  const nodeIds = texts(4).map(id);
  let [told, scope] = [texts(4), episodes(texts(4), { nodeIds })];
  telling(house, () => scope, { cacheAnswers: true });
  reads(house);
  await house.over(await house.assist(TASK));
  const first = house.vendor.requests.length;
  expect(first).toBe(7);
  expect(await house.over(await house.assist(TASK))).toMatchObject({ cached: true, left: false, usage: { tokensIn: 0, cost: 0 } });
  expect(house.vendor.requests).toHaveLength(first);
  // The last episode changes: nobody remembers it.
  told = [...told.slice(0, 3), text(4, ' 그리고 졌다.')];
  scope = episodes(told, { nodeIds });
  const again = await house.over(await house.assist(TASK));
  expect(asked(house, first)).toEqual(['읽기 4']);
  expect(again).toMatchObject({ cached: false, usage: { tokensIn: 20, tokensOut: 5, cost: 25 } });
  expect(forecastOf(again.result).episodes.map(({ reused }) => reused)).toEqual([true, true, true, false]);
  // One in the middle changes, and is summed up as before: only its own readers are asked.
  const second = house.vendor.requests.length;
  told = told.map((each, at) => (at === 1 ? text(2, ' 또 울었다.') : each));
  scope = episodes(told, { nodeIds });
  await house.over(await house.assist(TASK));
  expect(asked(house, second)).toEqual(['읽기 2', '요약 2']);
  // Its summary changes as well: so does what those after it are told.
  const third = house.vendor.requests.length;
  house.vendor.always(({ messages }) => (isSummary(messages) ? { pieces: ['달라진 요약'] } : { pieces: [saying(askedIn(messages.user), () => true)] }));
  told = told.map((each, at) => (at === 1 ? text(2, ' 다 바뀌었다.') : each));
  scope = episodes(told, { nodeIds });
  const changed = forecastOf((await house.over(await house.assist(TASK))).result);
  expect(asked(house, third)).toEqual(['읽기 2', '요약 2', '읽기 3', '읽기 4']);
  expect(changed.episodes.map(({ reused }) => reused)).toEqual([true, false, false, false]);
  // In a work that does not keep answers everything is asked about again.
  const fourth = house.vendor.requests.length;
  telling(house, () => scope);
  await house.over(await house.assist(TASK));
  expect(asked(house, fourth)).toHaveLength(7);
});

test('episodes before the first are remembered and not forecast, the last eight of them', async () => {
  await using house = await aHouse();
  telling(house, () => [...episodes(texts(9), { layer: 'recap' }), ...episodes([text(10)])]);
  reads(house);
  const { result } = await house.over(await house.assist(TASK));
  expect(asked(house)).toEqual([...[2, 3, 4, 5, 6, 7, 8, 9].map((number) => `요약 ${number}`), '읽기 10']);
  expect(forecastOf(result).episodes.map(({ title }) => title)).toEqual(['1화']);
});

test('cancelled, it keeps the episodes that were read; failed, it does too, and a rerun goes on from there', async () => {
  await using house = await aHouse();
  const scope = episodes(texts(3));
  telling(house, () => scope, { cacheAnswers: true });
  house.vendor.next({ pieces: [saying([1, 2], () => true)] }, { pieces: ['요약 1'] }, { pieces: ['{', { gate: 'never' }] });
  const cancelled = await house.assist(TASK);
  await house.vendor.untilRequests(3);
  const answer = (await house.ask('POST', `/assists/${cancelled}/cancel`)).body as { state: string; result: AssistResult; usage: { tokensOut: number; estimated: boolean } };
  // By the maker's word for what was over, and by our own count for what came of the rest.
  expect(answer.usage).toMatchObject({ tokensOut: 20 + 20 + 1, estimated: true });
  expect([answer.state, forecastOf(answer.result).episodes.map(({ share }) => share.n), forecastOf(answer.result).of]).toEqual(['cancelled', [2], 3]);
  await house.vendor.untilStreams(0);
  house.vendor.next({ status: 401 });
  const failed = await house.over(await house.assist(TASK));
  expect([failed.state, failed.problem?.code, forecastOf(failed.result).episodes.length]).toEqual(['failed', 'model-key', 1]);
  const before = house.vendor.requests.length;
  reads(house);
  const rerun = await house.over(await house.assist(TASK));
  expect(asked(house, before)).toEqual(['읽기 2', '요약 2', '읽기 3']);
  expect(forecastOf(rerun.result).episodes.map(({ reused }) => reused)).toEqual([true, false, false]);
});

test('what readers said until it was cut counts, is not called done, and is asked about again by a rerun', async () => {
  await using house = await aHouse();
  const scope = episodes(texts(2));
  telling(house, () => scope, { cacheAnswers: true });
  house.vendor.next({ pieces: [`${saying([1, 2, 3], () => true)}\n{"reader":4,"ne`], end: 'length' });
  reads(house);
  const cut = await house.over(await house.assist(TASK));
  expect([cut.state, forecastOf(cut.result).episodes.map(({ share }) => share.n)]).toEqual(['cut', [3, 12]]);
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, goOn: cut.id } })).code).toBe('not-found');
  const before = house.vendor.requests.length;
  const again = await house.over(await house.assist(TASK));
  expect(asked(house, before)).toEqual(['읽기 1']);
  expect([again.state, forecastOf(again.result).episodes.map(({ share, reused }) => [share.n, reused])]).toEqual([
    'done',
    [
      [12, false],
      [12, true],
    ],
  ]);
});

test('a process that is killed in the middle leaves it to the next, which asks nothing twice', async () => {
  await using house = await aHouse();
  const scope = episodes(texts(3));
  telling(house, () => scope);
  house.vendor.next({ pieces: [saying([1, 2, 3], () => true)], usage: { in: 20, out: 5 } }, { pieces: ['요약 1'], usage: { in: 10, out: 1 } }, { pieces: ['{', { gate: 'never' }] });
  await using process_ = await aProcess(house);
  const response = await fetch(`${process_.url}/assists`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.ticket(house.owner)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ projectId: house.projectId, task: TASK }),
  });
  const { id: assistId } = (await response.json()) as { id: string };
  await house.vendor.untilRequests(3);
  reads(house);
  await process_.kill('SIGKILL');
  const assist = await house.over(assistId);
  expect(asked(house)).toEqual(['읽기 1', '요약 1', '읽기 2', '읽기 2', '요약 2', '읽기 3']);
  expect(assist).toMatchObject({ state: 'done', left: true, usage: { tokensIn: 80, tokensOut: 17 } });
  // What this forecast itself asked before is not said to be from another.
  expect(forecastOf(assist.result).episodes.map(({ reused, share }) => [reused, share.n])).toEqual([
    [false, 3],
    [false, 12],
    [false, 12],
  ]);
});

test('it stops when an author takes back their word, before the next episode is sent', async () => {
  await using house = await aHouse();
  telling(house, () => episodes(texts(3)));
  house.vendor.always(({ messages }) => ({ pieces: [saying(askedIn(messages.user), () => true), { gate: 'go' }] }));
  const going = await house.assist(TASK);
  await house.vendor.untilRequests(1);
  house.core.tell = () => {
    throw new Problem('consent-needed', { people: '이상', where: '1화' });
  };
  house.pass(61_000);
  house.vendor.open('go');
  expect(await house.over(going)).toMatchObject({ state: 'failed', problem: { code: 'consent-needed' } });
  expect(house.vendor.requests).toHaveLength(1);
});

test('core says that it is off, and nothing is sent; without an episode there is nothing to forecast', async () => {
  await using house = await aHouse();
  house.core.tell = () => {
    throw new Problem('forecast-off');
  };
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: TASK } })).code).toBe('forecast-off');
  telling(house, () => []);
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: TASK } })).code).toBe('not-found');
  expect(house.vendor.requests).toEqual([]);
});

test('what was shown is what is sent: every rule, every request and every text, and the machine’s own summaries besides', async () => {
  await using house = await aHouse();
  const ending = twoEndings();
  for (const [task, items] of [
    [TASK, [...episodes([text(1)], { layer: 'recap' }), ...episodes([text(2), text(3)])]],
    [ENDINGS, [...episodes([text(1)], { layer: 'recap' }), ...ending]],
  ] as const) {
    telling(house, () => items);
    house.vendor.always(({ messages }) => (isSummary(messages) ? { pieces: ['요약'] } : { pieces: [saying(askedIn(messages.user), () => true)] }));
    const before = house.vendor.requests.length;
    const packet = Packet.parse((await house.ask('POST', '/packets', { body: { projectId: house.projectId, task } })).body);
    const assist = await house.over(((await house.ask('POST', '/assists', { body: { projectId: house.projectId, packetId: packet.id } })).body as { id: string }).id);
    expect(assist.packetHash).toBe(packet.hash);
    const sent = house.vendor.requests.slice(before).map(({ messages }) => messages);
    expect(new Set(sent.map(({ system }) => system))).toEqual(new Set(packet.rules.split('\n\n⁂\n\n')));
    expect(new Set(sent.map(({ user }) => user.slice(user.lastIndexOf('부탁\n') + '부탁\n'.length)))).toEqual(new Set(packet.request.split('\n\n⁂\n\n')));
    for (const { user } of sent) for (const [, title, said] of user.matchAll(/⟦자료 [^:]+: (.*)⟧\n([^⟦]*)\n⟦\/자료⟧/g)) expect([title, said === '요약' || packet.items.some((item) => item.text === said)]).toEqual([title, true]);
  }
});

test('what may be used is held back before: every episode, its summary and what is remembered', async () => {
  await using house = await aHouse({ COWRITE_AI_PRICES: 'gpt-5.6=1/1' });
  const cost = async (count: number) => {
    const scope = episodes(texts(count));
    telling(house, () => scope);
    return Packet.parse((await house.ask('POST', '/packets', { body: { projectId: house.projectId, task: TASK } })).body);
  };
  const [one, two] = [await cost(1), await cost(2)];
  expect(two.costMost! - one.costMost!).toBeGreaterThan(one.costMost!);
  await using small = await aHouse({ COWRITE_AI_PERSON_TOKENS_DAY: String(one.costMost! + 100) });
  telling(small, () => episodes(texts(2)));
  expect((await small.ask('POST', '/assists', { body: { projectId: small.projectId, task: TASK } })).code).toBe('allowance-used');
  telling(small, () => episodes(texts(1)));
  reads(small);
  expect((await small.over(await small.assist(TASK))).state).toBe('done');
});

const ENDINGS: AssistTask = { feature: 'endings', nodeId: id(), other: { text: '그가 돌아섰다.' } };
/** An episode up to its ending, that ending, and another. */
function twoEndings({ now = '그는 끝내 문을 열었다.', other = '그가 돌아섰다.' } = {}): BriefItem[] {
  const [until, ending, instead] = episodes(['밤새 눈이 왔다.', now, other], { nodeIds: Array.from({ length: 3 }, () => (ENDINGS.feature === 'endings' ? ENDINGS.nodeId : id())) });
  return [
    { ...until!, id: 'until-1' },
    { ...ending!, id: 'now-1' },
    { ...instead!, id: 'other-1', source: null },
  ];
}
/** Every reader says of each ending what `readsOn` decides by its text. */
const compares = (house: House, readsOn: (reader: number, ending: string) => boolean) =>
  house.vendor.always(({ messages: { user } }) => {
    const endings = [...user.matchAll(/끝 ([가나])⟧\n(.*)\n/g)].map(([, name, said]) => [name!, said!] as const);
    return {
      pieces: [
        endings
          .map(([name, said]) =>
            saying(
              askedIn(user),
              (reader) => readsOn(reader, said),
              () => ({ ending: name, item: 3, quote: '문을 열었다' }),
            ),
          )
          .join('\n'),
      ],
      usage: { in: 30, out: 9 },
    };
  });

test('the same readers read both endings, half of them this and half the other first, and the difference is of pairs', async () => {
  await using house = await aHouse();
  telling(house, () => twoEndings());
  compares(house, (reader, ending) => ending.includes('돌아섰다') || reader <= 4);
  const assist = await house.over(await house.assist(ENDINGS));
  if (assist.result?.kind !== 'endings') throw new Error('no comparison');
  const { now, other, difference, said, seed } = assist.result;
  expect([now, other]).toMatchObject([
    { n: 12, readOn: 4, label: '시뮬레이션, n=12' },
    { n: 12, readOn: 12 },
  ]);
  expect(difference).toMatchObject({ simulation: true, n: 12, label: '시뮬레이션, n=12', difference: expect.closeTo(8 / 12, 9) });
  expect(difference.low).toBeGreaterThan(0);
  expect([said.filter(({ first }) => first === 'now').length, said.filter(({ first }) => first === 'other').length]).toEqual([6, 6]);
  // What stands in the manuscript leads there, what was pasted nowhere; and nothing says which is which.
  expect(said[0]!.now).toMatchObject({ readOn: true, why: '1번의 까닭' });
  const [one, two] = house.vendor.requests.map(({ messages }) => messages.user);
  expect([one!.indexOf('문을 열었다') < one!.indexOf('돌아섰다'), two!.indexOf('문을 열었다') < two!.indexOf('돌아섰다')]).toEqual([true, false]);
  expect([...askedIn(one!), ...askedIn(two!)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  // The seed is of the texts: the same again is the same request, another is another draw.
  telling(house, () => twoEndings(), { cacheAnswers: true });
  const again = await house.over(await house.assist(ENDINGS));
  expect(again.result).toMatchObject({ seed });
  const drawnAnew = await house.over(await house.assist({ ...ENDINGS, seed: seed === 1 ? 2 : 1 } as AssistTask));
  expect(drawnAnew.packetHash).not.toBe(again.packetHash);
  expect(await house.over(await house.assist(ENDINGS))).toMatchObject({ cached: true, usage: { tokensIn: 0 } });
});

test('a reader of whom one of both answers is missing is of no comparison', async () => {
  await using house = await aHouse();
  telling(house, () => twoEndings());
  house.vendor.always(({ messages: { user } }) => ({
    pieces: [
      saying(
        askedIn(user),
        () => true,
        () => ({ ending: '가' }),
      ),
      '\n',
      saying(
        askedIn(user).slice(1),
        () => false,
        () => ({ ending: '나' }),
      ),
      '\n',
      '{"reader":1,"ending":"다","next":true,"why":"없는 끝"}',
    ],
  }));
  const { result } = await house.over(await house.assist(ENDINGS));
  expect(result).toMatchObject({ kind: 'endings', now: { n: 10 }, other: { n: 10 }, difference: { n: 10, label: '시뮬레이션, n=10' }, unread: 2 });
});

test('with an ending taken out there is nothing to compare', async () => {
  await using house = await aHouse();
  telling(house, () => twoEndings());
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: ENDINGS, without: ['other-1'] } })).code).toBe('not-found');
});
