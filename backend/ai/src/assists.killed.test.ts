import { expect, test } from 'vitest';
import { aBrief, anItem, aScene } from './testing/briefs.ts';
import { aHouse, eventsIn, type House } from './testing/house.ts';
import { aProcess } from './testing/process.ts';

const scene = aScene('점순이네 수탉이 달려들었다.');

const ask = async ({ house, url }: { house: House; url: string }) =>
  fetch(`${url}/assists`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.ticket(house.owner)}`, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ projectId: house.projectId, task: { feature: 'rewrite', span: scene.span() } }),
  });

test.each(['SIGKILL', 'SIGTERM'] as const)('a process that ends by %s in the middle of an answer: within two seconds it is told as cut short, what came is kept and counted, nothing is held', async (signal) => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene, { of: [house.owner.userId] })]);
  house.vendor.next({ pieces: ['그는 문을 열고', { gate: 'never' }] });
  await using process_ = await aProcess(house);
  const response = await ask({ house, url: process_.url });
  const id = response.headers.get('location')!.slice('assists/'.length);
  for await (const { event } of eventsIn(response)) if (event.type === 'text') break;
  const written = async () => (await house.database.pool.query<{ events: number }>('SELECT events FROM ai.assist WHERE id = $1', [id])).rows[0]!.events;
  await expect.poll(written).toBe(2);
  // Another process is alive and leaves it alone.
  await house.ai.sweep();
  expect((await house.ask('GET', `/assists/${id}`)).body).toMatchObject({ state: 'running', left: true });

  const killedAt = performance.now();
  await process_.kill(signal);
  const assist = await house.over(id);
  expect(performance.now() - killedAt).toBeLessThan(2_000);
  expect(assist).toMatchObject({ state: 'failed', problem: { code: 'cut-short' }, left: true, result: null, usage: { estimated: true } });
  expect(assist.usage!.tokensOut).toBeGreaterThan(0);
  await house.vendor.untilStreams(0);
  const { rows } = await house.database.pool.query<{ used: number; reserved: number }>("SELECT used, reserved FROM ai.usage WHERE kind = 'person-day'");
  expect(rows).toEqual([{ used: assist.usage!.tokensIn + assist.usage!.tokensOut, reserved: 0 }]);
  // What came before can still be read, from its beginning.
  const read = [];
  for await (const { event } of house.follow(id)) read.push(event.type === 'text' ? event.text : event.type);
  expect(read).toEqual(['started', '그는 문을 열고', 'ended']);
});

test('a process that begins where another was killed tells it before it answers anyone', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  house.vendor.next({ pieces: ['그는', { gate: 'never' }] });
  await house.ai.close();
  await using first = await aProcess(house);
  const response = await ask({ house, url: first.url });
  const id = response.headers.get('location')!.slice('assists/'.length);
  for await (const { event } of eventsIn(response)) if (event.type === 'text') break;
  await first.kill('SIGKILL');
  await using second = await aProcess(house);
  const answer = await fetch(`${second.url}/assists/${id}`, { headers: { authorization: `Bearer ${await house.ticket(house.owner)}` } });
  expect(await answer.json()).toMatchObject({ state: 'failed', problem: { code: 'cut-short' } });
});

test('a process is told to end while somebody follows another’s assist in it: it ends, and they go on elsewhere', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  house.vendor.next({ pieces: ['그는', { gate: 'end' }, ' 웃었다.'] });
  const id = await house.assist({ feature: 'rewrite', span: scene.span() });
  await using process_ = await aProcess(house);
  const response = await fetch(`${process_.url}/assists/${id}/events`, { headers: { authorization: `Bearer ${await house.ticket(house.owner)}` } });
  const events = eventsIn(response);
  await events.next();
  const last = (await events.next()).value as { id: number };
  const began = performance.now();
  await process_.kill('SIGTERM');
  expect(performance.now() - began).toBeLessThan(3_000);
  house.vendor.open('end');
  const rest = [];
  for await (const { event } of house.follow(id, { after: last.id })) rest.push(event.type === 'text' ? event.text : event.type);
  expect(rest).toEqual([' 웃었다.', 'ended']);
});

test('the database begins anew in the middle of an answer: it is heard to its end and counted', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  house.vendor.next({ pieces: ['그는', { gate: 'again' }, ' 웃었다.'], usage: { in: 40, out: 3 } });
  const id = await house.assist({ feature: 'rewrite', span: scene.span() });
  const events = house.follow(id);
  await events.next();
  await events.next();
  await house.database.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cowrite-ai%' AND datname = current_database()");
  house.vendor.open('again');
  const rest = [];
  for await (const { event } of events) rest.push(event.type === 'ended' ? event.assist : event);
  expect(rest).toMatchObject([{ text: ' 웃었다.' }, { state: 'done', result: { texts: ['그는 웃었다.'] }, usage: { tokensIn: 40, tokensOut: 3, estimated: false } }]);
});
