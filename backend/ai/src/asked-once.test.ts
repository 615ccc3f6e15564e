import { type AssistTask, Problem } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { allOf } from './testing/all-of.ts';
import { aBrief, anItem, aScene } from './testing/briefs.ts';
import { aHouse, eventsIn, type House } from './testing/house.ts';

const scene = aScene('점순이네 수탉이 달려들었다.');
const REWRITE: AssistTask = { feature: 'rewrite', span: scene.span() };

async function aTellingHouse(): Promise<House> {
  const house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  house.vendor.always(() => ({ pieces: ['예'] }));
  return house;
}
const post = (house: House, key: string, { task = REWRITE, of = house.owner }: { task?: AssistTask; of?: House['owner'] } = {}) =>
  house.ask('POST', '/assists', { of, body: { projectId: of.projectId, task }, headers: { 'idempotency-key': key } });
const idOf = ({ body }: { body: unknown }) => (body as { id: string }).id;

test('the same key with the same request is the same assist for a day, and is asked about once', async () => {
  await using house = await aTellingHouse();
  const first = await post(house, 'key');
  await house.over(idOf(first));
  const again = await post(house, 'key');
  expect([again.status, idOf(again), again.headers.get('location')]).toEqual([202, idOf(first), `assists/${idOf(first)}`]);
  expect(house.vendor.requests).toHaveLength(1);
  // Also as a stream: it is that of the first.
  const response = await fetch(`${house.url}/assists`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.ticket(house.owner)}`, 'content-type': 'application/json', accept: 'text/event-stream', 'idempotency-key': 'key' },
    body: JSON.stringify({ projectId: house.projectId, task: REWRITE }),
  });
  expect((await allOf(eventsIn(response))).at(-1)!.event).toMatchObject({ type: 'ended', assist: { id: idOf(first), state: 'done' } });
  house.pass(24 * 3_600_000);
  await house.ai.forget();
  expect((await house.database.pool.query('SELECT FROM ai.asked_once')).rowCount).toBe(0);
  expect(idOf(await post(house, 'key'))).not.toBe(idOf(first));
});

test('the same key for something else is refused, another person’s is their own', async () => {
  await using house = await aTellingHouse();
  const first = await post(house, 'key');
  const other = await post(house, 'key', { task: { ...REWRITE, instruction: '더 짧게' } });
  expect([other.status, other.code]).toEqual([409, 'key-reused']);
  const theirs = await post(house, 'key', { of: await house.someone('writer') });
  expect([theirs.status, idOf(theirs) === idOf(first)]).toEqual([202, false]);
  expect((await post(house, 'k'.repeat(201))).code).toBe('invalid-input');
});

test('what was refused gives its key back', async () => {
  await using house = await aTellingHouse();
  const { tell } = house.core;
  house.core.tell = () => {
    throw new Problem('ai-off');
  };
  expect((await post(house, 'key')).code).toBe('ai-off');
  house.core.tell = tell;
  expect((await post(house, 'key')).status).toBe(202);
});

test('of many that come at once one is asked; the others are told the same, or to come again', async () => {
  await using house = await aTellingHouse();
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(house, 'key')));
  const ids = new Set(answers.filter(({ status }) => status === 202).map(idOf));
  expect([ids.size, answers.every(({ status, code }) => status === 202 || code === 'unavailable')]).toEqual([1, true]);
  await house.over([...ids][0]!);
  expect(house.vendor.requests).toHaveLength(1);
});

test('a request whose process died before it was answered is asked again after a minute', async () => {
  await using house = await aTellingHouse();
  await house.over(idOf(await post(house, 'key')));
  await house.database.pool.query('UPDATE ai.asked_once SET assist_id = NULL');
  expect((await post(house, 'key')).code).toBe('unavailable');
  house.pass(60_000);
  expect((await post(house, 'key')).status).toBe(202);
});
