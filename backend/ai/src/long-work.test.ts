import { type AssistTask, NodeId, Problem } from '@cowrite/contract';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aBrief, anItem, aNote, aScene } from './testing/briefs.ts';
import { aHouse, type House } from './testing/house.ts';
import { allOf } from './testing/all-of.ts';

const TASK: AssistTask = { feature: 'summarise', nodeId: NodeId.parse(randomUUID()) };
const scenes = (count: number) => Array.from({ length: count }, (_, at) => anItem('text', aScene(`${at + 1}번째 장면에서 닭이 울었다.`), { id: `s${at + 1}` }));
/** Which scenes a request tells of. */
const scenesIn = (user: string): number[] => [...user.matchAll(/(\d+)번째 장면에서/g)].map(([, number]) => Number(number));
/** A model that sums up a scene by its number, and summaries by how many they are. */
const sumsUp = (house: House) => house.vendor.always(({ messages: { user } }) => ({ pieces: [scenesIn(user).length > 0 ? `장면 ${scenesIn(user).join()}` : `모음 ${user.match(/⟦자료/g)!.length}`], usage: { in: 10, out: 2 } }));

test('many scenes are summed up one by one, then together, with progress; what is told of the work is told each time', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([aNote('facts', '점순이는 열일곱'), ...scenes(30)]);
  sumsUp(house);
  const id = await house.assist(TASK);
  const events = await allOf(house.follow(id));
  const of = 30 + 2 + 1;
  expect(events.filter(({ event }) => event.type === 'progress').map(({ event }) => event)).toEqual(Array.from({ length: of - 1 }, (_, at) => ({ type: 'progress', done: at + 1, of })));
  expect(events.filter(({ event }) => event.type === 'started')).toHaveLength(1);
  expect(events.at(-1)!.event).toMatchObject({ assist: { state: 'done', result: { kind: 'texts', texts: ['모음 2'] }, usage: { tokensIn: of * 10, tokensOut: of * 2, estimated: false } } });
  const asked = house.vendor.requests.map(({ messages }) => scenesIn(messages.user));
  expect(asked.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, at) => [at + 1]));
  expect(house.vendor.requests.slice(0, 30).every(({ messages }) => messages.user.includes('점순이는 열일곱'))).toBe(true);
});

test('the packet of long work says what each scene costs in all, and is what is sent', async () => {
  await using house = await aHouse({ COWRITE_AI_PRICES: 'gpt-5.6=1/1' });
  house.core.tell = () => aBrief(scenes(3));
  sumsUp(house);
  const packet = (await house.ask('POST', '/packets', { body: { projectId: house.projectId, task: TASK } })).body as { id: string; hash: string; tokens: number; costMost: number };
  const assist = await house.over(((await house.ask('POST', '/assists', { body: { projectId: house.projectId, packetId: packet.id } })).body as { id: string }).id);
  expect(assist.packetHash).toBe(packet.hash);
  expect(packet.costMost).toBeGreaterThan(packet.tokens);
});

test('a scene that has not changed is not asked about again, in works that keep answers', async () => {
  await using house = await aHouse();
  const known = scenes(3);
  house.core.tell = () => aBrief(known, { cacheAnswers: true });
  sumsUp(house);
  await house.over(await house.assist(TASK));
  expect(house.vendor.requests).toHaveLength(4);
  house.core.tell = () => aBrief([...known.slice(0, 2), anItem('text', aScene('7번째 장면에서 비가 왔다.'))], { cacheAnswers: true });
  const again = await house.over(await house.assist(TASK));
  expect(house.vendor.requests.slice(4).map(({ messages }) => scenesIn(messages.user))).toEqual([[7], []]);
  expect(again.usage).toMatchObject({ tokensIn: 20, tokensOut: 4 });
});

test('of another work, of another model, after an hour or after a dismissal every scene is asked about again', async () => {
  await using house = await aHouse({ COWRITE_AI_ENDPOINT_MODEL: 'qwen3', COWRITE_AI_ENDPOINT_URL: 'http://127.0.0.1:1/v1' });
  const known = scenes(3);
  const tell = (more: object = {}) => void (house.core.tell = () => aBrief(known, { cacheAnswers: true, ...more }));
  tell();
  sumsUp(house);
  const asked = async (of = house.owner, task = TASK) => {
    const before = house.vendor.requests.length;
    const { id } = await house.over(await house.assist(task, { of }), { of });
    return { id, requests: house.vendor.requests.length - before };
  };
  const first = await asked();
  expect((await asked(await house.someone('owner of another work'))).requests).toBe(4);
  // Another task of the same scenes: only what is made of their summaries is said again.
  const elsewhere: AssistTask = { feature: 'summarise', nodeId: NodeId.parse(randomUUID()) };
  expect((await asked(house.owner, elsewhere)).requests).toBe(1);
  await house.ask('POST', `/assists/${first.id}/decision`, { body: { decision: 'dismissed' } });
  expect((await asked()).requests).toBe(4);
  tell({ provider: 'endpoint', also: ['openai'] });
  expect((await asked()).requests).toBe(4);
  tell();
  house.pass(3_600_000);
  expect((await asked()).requests).toBe(4);
});

test('long work that a process left goes on in the next where it stood', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief(scenes(4));
  house.vendor.next({ pieces: ['장면 1'], usage: { in: 10, out: 2 } }, { pieces: ['장면 2'], usage: { in: 10, out: 2 } }, { pieces: ['장', { gate: 'never' }] });
  const id = await house.assist(TASK);
  await house.vendor.untilRequests(3);
  await house.ai.close();
  await house.vendor.untilStreams(0);
  sumsUp(house);
  await using next = await house.another();
  const answer = await fetch(`${next.url}/assists/${id}/events`, { headers: { authorization: `Bearer ${await house.ticket(house.owner)}` } });
  expect(await answer.text()).toContain('"state":"done"');
  expect(house.vendor.requests.map(({ messages }) => scenesIn(messages.user))).toEqual([[1], [2], [3], [3], [4], []]);
  const { rows } = await house.database.pool.query<{ tokens_in: number; state: string }>('SELECT state, tokens_in FROM ai.assist');
  // What was cut is not known to have cost anything; what was asked is counted once.
  expect(rows).toEqual([{ state: 'done', tokens_in: 50 }]);
});

test('long work stops when its asker loses the right, or an author takes back their word', async () => {
  await using house = await aHouse();
  const writer = await house.someone('writer');
  house.core.tell = () => aBrief(scenes(3).map((scene) => ({ ...scene, of: [writer.userId as never] })));
  house.vendor.always(() => ({ pieces: ['요약', { gate: 'go' }] }));
  const [losing, taken] = [await house.assist(TASK, { of: writer }), await house.assist(TASK)];
  await house.vendor.untilRequests(2);
  await house.database.pool.query('DELETE FROM core.member WHERE user_id = $1', [writer.userId]);
  house.core.tell = () => {
    throw new Problem('consent-needed', { people: '이상', where: '1화' });
  };
  house.pass(61_000);
  house.vendor.open('go');
  expect(await house.over(taken)).toMatchObject({ state: 'failed', problem: { code: 'consent-needed' } });
  const states = async () => (await house.database.pool.query<{ state: string; problem: { code: string } | null }>('SELECT state, problem FROM ai.assist WHERE id = $1', [losing])).rows[0];
  await expect.poll(states).toMatchObject({ state: 'failed', problem: { code: 'not-found' } });
  expect(house.vendor.requests).toHaveLength(2);
});

test('long work is cancelled like any other', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief(scenes(3));
  house.vendor.next({ pieces: ['장면 1'], usage: { in: 10, out: 2 } }, { pieces: ['장', { gate: 'never' }] });
  const id = await house.assist(TASK);
  await house.vendor.untilRequests(2);
  expect((await house.ask('POST', `/assists/${id}/cancel`)).body).toMatchObject({ state: 'cancelled', usage: { estimated: true } });
  await house.vendor.untilStreams(0);
});
