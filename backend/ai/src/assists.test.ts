import { type AssistTask, LedgerLine, Packet, Problem } from '@cowrite/contract';
import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { allOf } from './testing/all-of.ts';
import { aBrief, aNote, anItem, aScene } from './testing/briefs.ts';
import { aHouse, eventsIn, type House } from './testing/house.ts';
import { aVendor } from './testing/vendor.ts';

const scene = aScene('오늘도 또 우리 수탉이 막 쪼키었다. 내가 점심을 먹고 나무를 하러 갈 양으로 나올 때이었다. 점순이네 수탉이 달려들었다.');
const CONTINUE: AssistTask = { feature: 'continue', span: scene.span() };
const REWRITE: AssistTask = { feature: 'rewrite', span: scene.span('점순이네 수탉이 달려들었다.') };
const ASK: AssistTask = { feature: 'ask', question: '누구네 수탉이 달려들었나?' };

/** A house whose core tells the scene, whatever is asked. */
async function aTellingHouse(environment: Record<string, string> = {}): Promise<House> {
  const house = await aHouse(environment);
  house.core.tell = ({ task }) => aBrief([aNote('work', '1인칭, 해학적인 문체'), task.feature === 'ask' ? anItem('passages', scene, { id: 'p1', of: [house.owner.userId] }) : anItem('text', scene, { id: 't1', of: [house.owner.userId] })]);
  return house;
}

const usage = async ({ database }: House) => (await database.pool.query<{ kind: string; used: number; reserved: number }>('SELECT kind, used, reserved FROM ai.usage ORDER BY kind')).rows;

test('three ways to go on come as they are said, and end with what they cost', async () => {
  await using house = await aTellingHouse({ COWRITE_AI_PRICES: 'gpt-5.6=2/10' });
  house.vendor.next({ pieces: ['그러자 나는', ' 달려갔다.\n=', '====\n\n점순이가', ' 웃었다.\n=====\n닭은', ' 죽었다.\n'], usage: { in: 500, out: 30 } });
  const id = await house.assist(CONTINUE);
  const events = await allOf(house.follow(id));
  expect(events.map((each) => each.id)).toEqual(events.map((_, at) => at + 1));
  expect(events[0]!.event).toMatchObject({ type: 'started', provider: 'openai', model: 'gpt-5.6' });
  const said = ['', '', ''];
  for (const { event } of events) if (event.type === 'text') said[event.at] += event.text;
  const texts = ['그러자 나는 달려갔다.', '점순이가 웃었다.', '닭은 죽었다.'];
  expect(said).toEqual(texts);
  expect(events.at(-1)!.event).toMatchObject({
    type: 'ended',
    assist: {
      id,
      state: 'done',
      feature: 'continue',
      result: { kind: 'texts', texts },
      usage: { tokensIn: 500, tokensOut: 30, estimated: false, cost: 1_300, currency: 'USD' },
      left: true,
      cached: false,
      problem: null,
      itemIds: [expect.any(String), 't1'],
    },
  });
  expect(await usage(house)).toEqual([
    { kind: 'person-day', used: 530, reserved: 0 },
    { kind: 'project-day', used: 530, reserved: 0 },
    { kind: 'project-month', used: 1_300, reserved: 0 },
  ]);
});

test('an answer may be its own request’s stream, and be read again by others from where they were', async () => {
  await using house = await aTellingHouse();
  house.vendor.next({ pieces: ['점순이네 ', { gate: 'half' }, '닭이 덤볐다.'] });
  const response = await fetch(`${house.url}/assists`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.ticket(house.owner)}`, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ projectId: house.projectId, task: REWRITE }),
  });
  expect([response.status, response.headers.get('content-type'), response.headers.get('x-accel-buffering')]).toEqual([200, 'text/event-stream; charset=utf-8', 'no']);
  const id = response.headers.get('location')!.slice('assists/'.length);
  const own = eventsIn(response);
  const first = [(await own.next()).value, (await own.next()).value];
  expect(first).toMatchObject([{ event: { type: 'started' } }, { id: 2, event: { type: 'text', at: 0, text: '점순이네' } }]);
  const other = house.follow(id, { after: 1 });
  expect((await other.next()).value).toEqual(first[1]);
  house.vendor.open('half');
  const [mine, theirs] = [await allOf(own), await allOf(other)];
  expect(mine).toEqual(theirs);
  // Afterwards it is read from the table, the same.
  expect(await allOf(house.follow(id, { after: 2 }))).toEqual(mine);
  expect(mine.at(-1)!.event).toMatchObject({ type: 'ended', assist: { result: { texts: ['점순이네 닭이 덤볐다.'] } } });
});

test('an answer keeps those sentences whose quotes stand in the manuscript, with their places', async () => {
  await using house = await aTellingHouse();
  const lines = [
    {
      text: '점순이네 수탉이 달려들었다.',
      cites: [
        { item: 2, quote: '점순이네 수탉이 달려들었다' },
        { item: 2, quote: '지어낸 말이다' },
      ],
    },
    { text: '점순이는 열일곱 살이다.', cites: [{ item: 2, quote: '점순이는 열일곱' }] },
    { text: '근거가 없다.' },
  ];
  house.vendor.next({ pieces: [`\`\`\`json\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n\`\`\``] });
  const assist = await house.over(await house.assist(ASK));
  expect(assist.result).toEqual({ kind: 'answer', found: true, sentences: [{ text: lines[0]!.text, citations: [{ itemId: 'p1', span: scene.span('점순이네 수탉이 달려들었다') }] }], nearest: [] });
  expect(await (await fetch(`${house.url}/metrics`)).text()).toMatch(/cowrite_ai_dropped_total\{feature="ask"[^}]*\} 2/);
});

test('what the manuscript does not say is not found, and the passages that come close are named', async () => {
  await using house = await aTellingHouse();
  house.vendor.next({ pieces: ['{"found":false}'] });
  expect((await house.over(await house.assist(ASK))).result).toEqual({ kind: 'answer', found: false, sentences: [], nearest: [{ itemId: 'p1', span: scene.span() }] });
});

test('what was shown is what is sent, to the byte, and its hash is over the messages as the maker received them', async () => {
  await using house = await aTellingHouse();
  house.vendor.next({ pieces: ['그래서'] });
  const { status, body } = await house.ask('POST', '/packets', { body: { projectId: house.projectId, task: CONTINUE } });
  const packet = Packet.parse(body);
  expect([status, packet.tokensExact, packet.costMost, packet.items.map(({ id, tokens }) => [id, tokens > 0])]).toEqual([
    201,
    true,
    null,
    [
      [expect.any(String), true],
      ['t1', true],
    ],
  ]);
  expect(house.vendor.requests).toEqual([]);
  const asked = await house.ask('POST', '/assists', { body: { projectId: house.projectId, packetId: packet.id } });
  const assist = await house.over((asked.body as { id: string }).id);
  const { system, user } = house.vendor.requests[0]!.messages;
  expect(system).toBe(packet.rules);
  expect(user).toContain(packet.request);
  const hash = createHash('sha256')
    .update(
      JSON.stringify([
        { role: 'system', text: system },
        { role: 'user', text: user },
      ]),
    )
    .digest('hex');
  expect([packet.hash, assist.packetHash]).toEqual([hash, hash]);
});

test('a packet is good for ten minutes, for who asked for it, and while those whose text it holds are willing', async () => {
  await using house = await aTellingHouse();
  const writer = await house.someone('writer');
  const pack = async () => ((await house.ask('POST', '/packets', { body: { projectId: house.projectId, task: CONTINUE } })).body as { id: string }).id;
  const send = async (packetId: string, of = house.owner) => (await house.ask('POST', '/assists', { of, body: { projectId: of.projectId, packetId } })).code;
  const packetId = await pack();
  expect(await send(packetId, writer)).toBe('packet-gone');
  expect(await send(packetId, await house.someone('owner of another work'))).toBe('packet-gone');
  house.core.tell = () => {
    throw new Problem('ai-never');
  };
  expect(await send(packetId)).toBe('ai-never');
  house.core.tell = () => aBrief([], { withheld: [{ title: '장면', of: [{ userId: house.owner.userId as never, name: '김유정' }] }] });
  expect(await send(packetId)).toBe('packet-gone');
  house.core.tell = ({ task }) => {
    if ('span' in task) throw new Problem('text-changed');
    return aBrief([]);
  };
  house.vendor.next({ pieces: ['예'] });
  expect(await send(packetId)).toBeUndefined();
  house.pass(10 * 60_000);
  expect(await send(packetId)).toBe('packet-gone');
});

test('of one person’s packets the last twenty are kept', async () => {
  await using house = await aTellingHouse();
  const ids: string[] = [];
  for (let times = 0; times < 21; times++) ids.push(((await house.ask('POST', '/packets', { body: { projectId: house.projectId, task: CONTINUE } })).body as { id: string }).id);
  const { rows } = await house.database.pool.query<{ id: string }>('SELECT id FROM ai.packet ORDER BY id');
  expect(rows.map(({ id }) => id)).toEqual(ids.slice(1).toSorted());
});

test('an item that the writer took out is not sent', async () => {
  await using house = await aTellingHouse();
  house.core.tell = () => aBrief([aNote('facts', '점순이는 마름의 딸이다', { id: 'f1' }), anItem('text', scene, { id: 't1' })]);
  house.vendor.next({ pieces: ['예'] });
  const assist = await house.over(await house.assist(CONTINUE, { more: { without: ['f1'] } }));
  expect([assist.itemIds, house.vendor.requests[0]!.body.includes('마름의 딸')]).toEqual([['t1'], false]);
});

test('what core refuses is refused, and nothing is sent', async () => {
  await using house = await aTellingHouse();
  for (const [code, details] of [
    ['ai-off', {}],
    ['ai-never', {}],
    ['consent-needed', { people: '이상', where: '3화' }],
    ['text-changed', {}],
    ['not-found', {}],
  ] as const) {
    house.core.tell = () => {
      throw new Problem(code, details);
    };
    const answer = await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: CONTINUE } });
    expect([answer.code, answer.body]).toEqual([code, expect.objectContaining(Object.keys(details).length === 0 ? {} : { details })]);
  }
  expect(house.vendor.requests).toEqual([]);
  expect(await usage(house)).toEqual([]);
});

test('with no maker set up it says so, and asks core nothing', async () => {
  await using house = await aHouse({ OPENAI_API_KEY: '' });
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: CONTINUE } })).code).toBe('ai-unconfigured');
  expect(house.core.asked).toEqual([]);
});

test('cancelling stops the maker’s stream within 300 ms, keeps what came and counts it', async () => {
  await using house = await aTellingHouse();
  house.vendor.next({ pieces: ['그는 문을', { gate: 'never' }] });
  const id = await house.assist(REWRITE);
  for await (const { event } of house.follow(id)) if (event.type === 'text') break;
  // Whoever followed went away; it goes on.
  expect(house.vendor.streams).toBe(1);
  const began = performance.now();
  const answer = await house.ask('POST', `/assists/${id}/cancel`);
  await house.vendor.untilStreams(0);
  expect(performance.now() - began).toBeLessThan(300);
  expect(answer.body).toMatchObject({ state: 'cancelled', result: { kind: 'texts', texts: ['그는 문을'] }, usage: { estimated: true }, left: true, problem: null });
  expect((await usage(house)).map(({ reserved, used }) => [reserved, used > 0])).toEqual([
    [0, true],
    [0, true],
    [0, false],
  ]);
});

test('another process follows and cancels what this one works on', async () => {
  await using house = await aTellingHouse();
  await using other = await house.another();
  house.vendor.next({ pieces: ['그는', { gate: 'more' }, ' 문을', { gate: 'never' }] });
  const id = await house.assist(REWRITE);
  const response = await fetch(`${other.url}/assists/${id}/events`, { headers: { authorization: `Bearer ${await house.ticket(house.owner)}` } });
  const there = eventsIn(response);
  expect([(await there.next()).value, (await there.next()).value]).toMatchObject([
    { id: 1, event: { type: 'started' } },
    { id: 2, event: { text: '그는' } },
  ]);
  house.vendor.open('more');
  expect((await there.next()).value).toMatchObject({ id: 3, event: { text: ' 문을' } });
  await fetch(`${other.url}/assists/${id}/cancel`, { method: 'POST', headers: { authorization: `Bearer ${await house.ticket(house.owner)}` } });
  expect((await allOf(there)).at(-1)!.event).toMatchObject({ type: 'ended', assist: { state: 'cancelled' } });
  await house.vendor.untilStreams(0);
});

test('each failure of a maker is told in the reader’s language, with whether text left', async () => {
  await using house = await aTellingHouse();
  for (const [script, code] of [
    [{ status: 401 }, 'model-key'],
    [{ end: 'refusal', pieces: ['음'] }, 'model-refused'],
    [{ pieces: ['반만'], end: 'cut' }, 'model-failed'],
  ] as const) {
    house.vendor.next(script);
    const assist = await house.over(await house.assist(REWRITE));
    expect([assist.state, assist.problem?.code, assist.left, assist.result]).toEqual(['failed', code, true, null]);
    expect(assist.problem?.title).toContain('OpenAI');
  }
});

test('another maker takes over before the first word, if core said that every item may go there', async () => {
  const gone = await aVendor();
  await gone[Symbol.asyncDispose]();
  await using house = await aHouse({ COWRITE_AI_ENDPOINT_URL: gone.url, COWRITE_AI_ENDPOINT_MODEL: 'qwen3' });
  house.core.tell = () => aBrief([anItem('text', scene)], { provider: 'endpoint', also: ['openai'] });
  house.vendor.next({ pieces: ['대신 답한다'] });
  const assist = await house.over(await house.assist(REWRITE));
  expect(assist).toMatchObject({ state: 'done', provider: 'openai', model: 'gpt-5.6', result: { texts: ['대신 답한다'] } });
  house.core.tell = () => aBrief([anItem('text', scene)], { provider: 'endpoint', also: [] });
  expect(await house.over(await house.assist(REWRITE))).toMatchObject({ state: 'failed', provider: 'endpoint', left: false, problem: { code: 'model-failed' }, usage: { tokensIn: 0 } });
});

test('of fifty that ask at once where three have room, three are heard', async () => {
  await using house = await aTellingHouse({ COWRITE_AI_RUNNING_PER_PERSON: '100' });
  const one = Packet.parse((await house.ask('POST', '/packets', { body: { projectId: house.projectId, task: REWRITE } })).body).tokens + 10_000;
  await using tight = await aTellingHouse({ COWRITE_AI_RUNNING_PER_PERSON: '100', COWRITE_AI_PROJECT_TOKENS_DAY: String(one * 3 + 100) });
  tight.vendor.always(() => ({ pieces: [{ gate: 'end' }, '예'], usage: { in: 10, out: 1 } }));
  const answers = await Promise.all(Array.from({ length: 50 }, () => tight.ask('POST', '/assists', { body: { projectId: tight.projectId, task: REWRITE } })));
  const codes = answers.map(({ status, code }) => code ?? status);
  expect([codes.filter((code) => code === 202).length, codes.filter((code) => code === 'allowance-used').length]).toEqual([3, 47]);
  tight.vendor.open('end');
  for (const { body, status } of answers) if (status === 202) expect((await tight.over((body as { id: string }).id)).state).toBe('done');
  expect(tight.vendor.requests).toHaveLength(3);
  expect((await usage(tight)).map(({ used, reserved }) => [used, reserved])).toEqual([
    [33, 0],
    [33, 0],
    [0, 0],
  ]);
  // What was not used is free again.
  tight.vendor.next({ pieces: ['예'] });
  expect((await tight.over(await tight.assist(REWRITE))).state).toBe('done');
});

test('says how much may still be asked for, and when it opens again', async () => {
  await using house = await aTellingHouse({ COWRITE_AI_PERSON_TOKENS_DAY: '20000', COWRITE_AI_PROJECT_COST_MONTH: '5', COWRITE_AI_PRICES: 'gpt-5.6=1/1' });
  house.vendor.next({ pieces: ['예'], usage: { in: 15_000, out: 100 } });
  await house.over(await house.assist(REWRITE));
  expect((await house.ask('GET', `/allowance?projectId=${house.projectId}`)).body).toMatchObject({
    personTokensToday: { used: 15_100, limit: 20_000 },
    projectTokensToday: { used: 15_100, limit: 5_000_000 },
    projectCostThisMonth: { used: 15_100, limit: 5_000_000 },
    currency: 'USD',
  });
  const refused = await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: REWRITE } });
  expect([refused.status, refused.body]).toEqual([429, expect.objectContaining({ code: 'allowance-used', details: expect.objectContaining({ which: 'personTokensToday' }) })]);
  house.pass(24 * 3_600_000);
  house.vendor.next({ pieces: ['예'] });
  expect((await house.over(await house.assist(REWRITE))).state).toBe('done');
});

test('one person has so many under way and no more', async () => {
  await using house = await aTellingHouse({ COWRITE_AI_RUNNING_PER_PERSON: '1' });
  house.vendor.always(() => ({ pieces: [{ gate: 'end' }, '예'] }));
  const id = await house.assist(REWRITE);
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: REWRITE } })).code).toBe('too-many-requests');
  house.vendor.open('end');
  await house.over(id);
  await house.over(await house.assist(REWRITE));
});

test('a decision forgets what was sent and what came; the ledger keeps who, what and how much', async () => {
  await using house = await aTellingHouse();
  house.vendor.next({ pieces: ['비밀스러운 문장'] });
  const id = await house.assist(REWRITE);
  await house.over(id);
  const decided = await house.ask('POST', `/assists/${id}/decision`, { body: { decision: 'accepted' } });
  expect(decided.body).toMatchObject({ decision: 'accepted', result: null });
  // Once: a second word changes nothing.
  expect((await house.ask('POST', `/assists/${id}/decision`, { body: { decision: 'dismissed' } })).body).toMatchObject({ decision: 'accepted' });
  const { rows } = await house.database.pool.query('SELECT a, e, p FROM (SELECT count(*)::int AS a FROM ai.assist_text) x, (SELECT count(*)::int AS e FROM ai.assist_events) y, (SELECT count(*)::int AS p FROM ai.packet) z');
  expect(rows).toEqual([{ a: 0, e: 0, p: 0 }]);
  const line = LedgerLine.parse(((await house.ask('GET', `/ledger?projectId=${house.projectId}`)).body as { items: unknown[] }).items[0]);
  expect(line).toMatchObject({
    assistId: id,
    by: house.owner.userId,
    feature: 'rewrite',
    provider: 'openai',
    state: 'done',
    left: true,
    items: [{ of: [] }, { id: 't1', of: [house.owner.userId] }],
    decision: 'accepted',
    usage: { estimated: false },
  });
  expect(JSON.stringify(line)).not.toContain('수탉');
  expect((await allOf(house.follow(id))).map(({ event }) => event.type)).toEqual(['ended']);
});

test('undecided texts are forgotten after a day, unless the work keeps them', async () => {
  await using house = await aTellingHouse();
  house.vendor.always(() => ({ pieces: ['예'] }));
  const forgotten = await house.assist(REWRITE);
  await house.over(forgotten);
  house.core.tell = () => aBrief([anItem('text', scene)], { keepTexts: true });
  const kept = await house.assist(REWRITE);
  await house.over(kept);
  await house.ask('POST', `/assists/${kept}/decision`, { body: { decision: 'dismissed' } });
  house.pass(25 * 3_600_000);
  await house.ai.forget();
  expect((await house.ask('GET', `/assists/${forgotten}`)).body).toMatchObject({ result: null, state: 'done' });
  expect((await house.ask('GET', `/assists/${kept}`)).body).toMatchObject({ result: { texts: ['예'] } });
});

/** A house whose work keeps answers for an hour, and whose model says something else each time. */
async function aKeepingHouse(environment: Record<string, string> = {}): Promise<House> {
  const house = await aHouse(environment);
  const work = aNote('work', '해학', { id: 'w' });
  house.core.tell = () => aBrief([work, anItem('text', scene, { id: 't' })], { cacheAnswers: true });
  house.vendor.always(() => ({ pieces: [`${house.vendor.requests.length}번째 답`], usage: { in: 10, out: 2 } }));
  return house;
}
const textsOf = async (house: House, task: AssistTask = REWRITE, of = house.owner) => {
  const assist = await house.over(await house.assist(task, { of }), { of });
  return { cached: assist.cached, text: assist.result?.kind === 'texts' ? assist.result.texts[0] : null, id: assist.id };
};

test('the same request within the hour costs nothing, in works that keep answers, and the ledger says so', async () => {
  await using house = await aKeepingHouse({ COWRITE_AI_PRICES: 'gpt-5.6=2/10' });
  const first = await house.assist(REWRITE);
  expect(await house.over(first)).toMatchObject({ cached: false, result: { texts: ['1번째 답'] } });
  await house.ask('POST', `/assists/${first}/decision`, { body: { decision: 'accepted' } });
  expect(await house.over(await house.assist(REWRITE))).toMatchObject({ cached: true, result: { texts: ['1번째 답'] }, usage: { tokensIn: 0, tokensOut: 0, cost: 0 }, left: false });
  const lines = LedgerLine.array().parse(((await house.ask('GET', `/ledger?projectId=${house.projectId}`)).body as { items: unknown }).items);
  expect(lines.map(({ cached, left, usage: { cost } }) => [cached, left, cost])).toEqual([
    [true, false, 0],
    [false, true, 40],
  ]);
  expect((await usage(house)).map(({ used, reserved }) => [used, reserved])).toEqual([
    [12, 0],
    [12, 0],
    [40, 0],
  ]);
  // Who reads no less is told the same: what they would have been sent was made for them.
  expect(await textsOf(house, REWRITE, await house.someone('writer'))).toMatchObject({ cached: true, text: '1번째 답' });
  expect(house.vendor.requests).toHaveLength(1);
});

test('a work that does not keep answers is asked about each time, also when it kept them before', async () => {
  await using house = await aKeepingHouse();
  await textsOf(house);
  const told = house.core.tell;
  house.core.tell = (asked) => ({ ...told(asked), cacheAnswers: false });
  expect(await textsOf(house)).toMatchObject({ cached: false, text: '2번째 답' });
  expect(await textsOf(house)).toMatchObject({ cached: false, text: '3번째 답' });
});

test('a kept answer is gone an hour after it was given, however often it was told again', async () => {
  await using house = await aKeepingHouse();
  await textsOf(house);
  house.pass(40 * 60_000);
  expect(await textsOf(house)).toMatchObject({ cached: true });
  house.pass(20 * 60_000);
  expect(await textsOf(house)).toMatchObject({ cached: false, text: '2번째 답' });
});

test('a kept answer is gone when it is dismissed, or what was told again of it', async () => {
  await using house = await aKeepingHouse();
  const first = await textsOf(house);
  const again = await textsOf(house);
  await house.ask('POST', `/assists/${again.id}/decision`, { body: { decision: 'dismissed' } });
  const next = await textsOf(house);
  expect([again.cached, next.cached, next.text]).toEqual([true, false, '2번째 답']);
  await house.ask('POST', `/assists/${first.id}/decision`, { body: { decision: 'dismissed' } });
  expect(await textsOf(house)).toMatchObject({ cached: true, text: '2번째 답' });
  await house.ask('POST', `/assists/${next.id}/decision`, { body: { decision: 'dismissed' } });
  expect(await textsOf(house)).toMatchObject({ cached: false, text: '3번째 답' });
});

test('a kept answer is told to no other work, for no other task and of no other model', async () => {
  await using house = await aKeepingHouse({ COWRITE_AI_ENDPOINT_URL: 'http://127.0.0.1:1/v1', COWRITE_AI_ENDPOINT_MODEL: 'gpt-5.6' });
  await textsOf(house);
  expect(await textsOf(house, REWRITE, await house.someone('owner of another work'))).toMatchObject({ cached: false });
  // The same words in another scene: the messages are the same to the letter, and the places that an answer names are not.
  const elsewhere: AssistTask = { feature: 'rewrite', span: { ...scene.span('점순이네 수탉이 달려들었다.'), documentId: aScene('').documentId } };
  expect(await textsOf(house, elsewhere)).toMatchObject({ cached: false });
  const told = house.core.tell;
  house.core.tell = (asked) => ({ ...told(asked), provider: 'endpoint' });
  expect((await house.over(await house.assist(REWRITE))).cached).toBe(false);
});

test('a kept answer does not outlast the word of those whose text it was made of', async () => {
  await using house = await aKeepingHouse();
  await textsOf(house);
  const told = house.core.tell;
  house.core.tell = () => {
    throw new Problem('consent-needed', { people: '이상', where: '3화' });
  };
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: REWRITE } })).code).toBe('consent-needed');
  // Where the task can do without, what is asked is not the same any more.
  house.core.tell = (asked) => ({ ...told(asked), items: told(asked).items.slice(1), withheld: [{ title: '메모', of: [] }] });
  expect(await textsOf(house)).toMatchObject({ cached: false, text: '2번째 답' });
});

test('an answer that was cut at its longest is not called done: it says so, is not kept for others, and goes on with what was said', async () => {
  await using house = await aKeepingHouse({ COWRITE_AI_PRICES: 'gpt-5.6=1/1' });
  house.vendor.next({ pieces: ['그는 문을 열고'], end: 'length', usage: { in: 100, out: 12_000 } });
  const id = await house.assist(REWRITE);
  const events = await allOf(house.follow(id));
  expect(events.at(-1)!.event).toMatchObject({ type: 'ended', assist: { state: 'cut', result: { texts: ['그는 문을 열고'] }, problem: null, usage: { tokensOut: 12_000 } } });
  const line = LedgerLine.parse(((await house.ask('GET', `/ledger?projectId=${house.projectId}`)).body as { items: unknown[] }).items[0]);
  expect(line.state).toBe('cut');
  // The same again is asked, and not told from what was cut.
  expect(await textsOf(house)).toMatchObject({ cached: false, text: '2번째 답' });

  const goOn = (of = house.owner, assistId = id) => house.ask('POST', '/assists', { of, body: { projectId: of.projectId, goOn: assistId } });
  expect((await goOn(await house.someone('writer'))).code).toBe('not-found');
  expect((await goOn(await house.someone('owner of another work'))).code).toBe('not-found');
  house.vendor.next({ pieces: [' 나갔다.'], end: 'length' });
  const second = ((await goOn()).body as { id: string }).id;
  const heard = await allOf(house.follow(second));
  expect(heard.flatMap(({ event }) => (event.type === 'text' ? [event.text] : [])).join('')).toBe('그는 문을 열고 나갔다.');
  const asked = house.vendor.requests.at(-1)!.messages;
  expect(asked.system).toBe(house.vendor.requests[0]!.messages.system);
  expect(asked.user).toContain('⟦자료 답: 여기까지 쓰고 끊긴 답⟧\n그는 문을 열고\n⟦/자료⟧\n\n부탁\n');
  // As often as it is cut.
  house.vendor.next({ pieces: ['\n끝.'], usage: { in: 120, out: 2 } });
  const third = await house.over(((await goOn(house.owner, second)).body as { id: string }).id);
  expect(third).toMatchObject({ state: 'done', cached: false, result: { texts: ['그는 문을 열고 나갔다.\n끝.'] }, usage: { tokensIn: 120, tokensOut: 2 } });
  expect((await goOn(house.owner, third.id)).code).toBe('not-found');
  // What was decided about is gone, and so is what it could go on with.
  await house.ask('POST', `/assists/${id}/decision`, { body: { decision: 'dismissed' } });
  expect((await goOn()).code).toBe('not-found');
});

test('of lines that were cut the whole ones stay, and it goes on with the next; it does not without the word of those whose text it is', async () => {
  await using house = await aTellingHouse();
  const whole = JSON.stringify({ text: '점순이네 수탉이 달려들었다.', cites: [{ item: 2, quote: '점순이네 수탉이 달려들었다' }] });
  const next = JSON.stringify({ text: '점심을 먹고 나왔다.', cites: [{ item: 2, quote: '내가 점심을 먹고' }] });
  house.vendor.next({ pieces: [`${whole}\n`, next.slice(0, 20)], end: 'length' });
  const id = await house.assist(ASK);
  expect(await house.over(id)).toMatchObject({ state: 'cut', result: { sentences: [{ text: '점순이네 수탉이 달려들었다.' }] } });
  const told = house.core.tell;
  house.core.tell = (asked) => ({ ...told(asked), unwilling: [house.owner.userId as never] });
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, goOn: id } })).code).toBe('packet-gone');
  house.core.tell = told;
  house.vendor.next({ pieces: [next] });
  const { body } = await house.ask('POST', '/assists', { body: { projectId: house.projectId, goOn: id } });
  expect(await house.over((body as { id: string }).id)).toMatchObject({ state: 'done', result: { sentences: [{ text: '점순이네 수탉이 달려들었다.' }, { text: '점심을 먹고 나왔다.' }] } });
  expect(house.vendor.requests.at(-1)!.messages.user).not.toContain(next.slice(0, 20));
});

test('nobody reads, cancels or decides what another asked for, nor lists another work’s', async () => {
  await using house = await aTellingHouse();
  house.vendor.always(() => ({ pieces: ['우리 수탉의 비밀'] }));
  const id = await house.assist(REWRITE);
  await house.over(id);
  const stranger = await house.someone('owner of another work');
  const colleague = await house.someone('writer');
  for (const of of [stranger, colleague])
    for (const [method, path, body] of [
      ['GET', `/assists/${id}`],
      ['GET', `/assists/${id}/events`],
      ['POST', `/assists/${id}/cancel`],
      ['POST', `/assists/${id}/decision`, { decision: 'accepted' }],
    ] as const) {
      const answer = await house.ask(method, path, { of, body });
      expect([method, path, answer.code, JSON.stringify(answer.body).includes('수탉')]).toEqual([method, path, 'not-found', false]);
    }
  for (const path of ['ledger', 'allowance', 'providers']) expect((await house.ask('GET', `/${path}?projectId=${house.projectId}`, { of: stranger })).code).toBe('not-found');
  expect((await house.ask('GET', `/assists/${randomUUID()}`)).code).toBe('not-found');
  expect((await house.ask('GET', '/assists/nothing')).code).toBe('not-found');
});

test('the owner sees the whole ledger, others what they sent and what of theirs was sent', async () => {
  await using house = await aTellingHouse();
  const [writer, reader] = [await house.someone('writer'), await house.someone('reader')];
  house.vendor.always(() => ({ pieces: ['예'] }));
  house.core.tell = () => aBrief([anItem('text', scene, { of: [house.owner.userId] })]);
  await house.over(await house.assist(REWRITE));
  await house.over(await house.assist(REWRITE, { of: writer }), { of: writer });
  house.core.tell = () => aBrief([anItem('text', scene, { of: [writer.userId] })]);
  await house.over(await house.assist(REWRITE));
  const lines = async (of = house.owner, query = '') => (await house.ask('GET', `/ledger?projectId=${house.projectId}${query}`, { of })).body as { items: LedgerLine[]; next: string | null };
  expect([(await lines()).items.length, (await lines(writer)).items.length, (await lines(reader)).items.length]).toEqual([3, 2, 0]);
  const page = await lines(house.owner, '&limit=2');
  expect((await lines(house.owner, `&limit=2&before=${page.next}`)).items.map(({ assistId }) => assistId)).toEqual([(await lines()).items[2]!.assistId]);
});

test('core is asked by a mandate in the name of who asks, by ticket or by personal token, and a ticket is good once', async () => {
  await using house = await aTellingHouse();
  house.vendor.always(() => ({ pieces: ['예'] }));
  const token = await house.token(house.owner);
  const body = { projectId: house.projectId, task: REWRITE };
  expect((await house.ask('POST', '/assists', { bearer: token, body })).status).toBe(202);
  const ticket = await house.ticket(house.owner);
  expect((await house.ask('POST', '/assists', { bearer: ticket, body })).status).toBe(202);
  expect((await house.ask('POST', '/assists', { bearer: ticket, body })).code).toBe('ticket-refused');
  expect(house.core.shown).toEqual([token, ticket]);
  expect(house.core.asked.every(({ right }) => right.startsWith('mandate.'))).toBe(true);
});
