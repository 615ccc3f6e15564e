import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import type { AssistEvent } from '@cowrite/contract';
import { linesOf } from './stream.ts';
import { aBrief, anItem, aScene } from './testing/briefs.ts';
import { allOf } from './testing/all-of.ts';
import { aHouse } from './testing/house.ts';

const scene = aScene('점순이네 수탉이 달려들었다.');
const REWRITE = { feature: 'rewrite' as const, span: scene.span() };

test('who goes away stops nothing, and comes back to where the stream was', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  house.vendor.next({ pieces: ['하나', { gate: 'away' }, ' 둘', ' 셋'] });
  const id = await house.assist(REWRITE);
  let last = 0;
  for await (const { id: number, event } of house.follow(id)) {
    last = number;
    if (event.type === 'text') break;
  }
  house.vendor.open('away');
  const rest = await allOf(house.follow(id, { after: last }));
  expect(rest.map(({ event }) => (event.type === 'text' ? event.text : event.type))).toEqual([' 둘', ' 셋', 'ended']);
  expect(rest.map((each) => each.id)).toEqual([3, 4, 5]);
});

test('a reader who does not read holds up nobody, and gets all of it in the end', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  // More than the buffers between the two hold.
  const pieces = Array.from({ length: 400 }, (_, at) => `${at} ${'가'.repeat(3_000)} `);
  house.vendor.next({ pieces });
  const id = await house.assist(REWRITE);
  const { hostname, port } = new URL(house.url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /assists/${id}/events HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${await house.ticket(house.owner)}\r\nConnection: close\r\n\r\n`);
  await once(socket, 'readable');
  // Another one hears everything meanwhile.
  expect((await house.over(id)).state).toBe('done');
  let said = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (said += piece));
  await once(socket, 'end');
  for (const at of [0, 199, 399]) expect(said).toContain(`${at} 가`);
  expect(said).toContain('event: ended');
});

test('two that hear the same assist hear the same', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  house.vendor.next({ pieces: ['하나', { gate: 'both' }, ' 둘'] });
  const id = await house.assist(REWRITE);
  const [first, second] = [allOf(house.follow(id)), allOf(house.follow(id))];
  house.vendor.open('both');
  expect(await first).toEqual(await second);
});

test('a stream on which nothing happens says so now and then, so that nobody on the way takes it for dead', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { promise: happens, resolve: happen } = Promise.withResolvers<void>();
    const lines = linesOf(
      (async function* () {
        await happens;
        yield { id: 1, event: { type: 'progress', done: 1, of: 2 } satisfies AssistEvent };
      })(),
    );
    const next = async () => (await lines.next()).value;
    expect(await next()).toBe(':\n\n');
    for (let times = 0; times < 2; times++) {
      const quiet = next();
      await vi.advanceTimersByTimeAsync(15_000);
      expect(await quiet).toBe(':\n\n');
    }
    happen();
    expect(await next()).toBe('id: 1\nevent: progress\ndata: {"type":"progress","done":1,"of":2}\n\n');
    expect(await next()).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});

test('the first word is heard as soon as it is said', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  const delays: number[] = [];
  for (let times = 0; times < 5; times++) {
    const gate = `word ${times}`;
    house.vendor.next({ pieces: [{ gate }, '한마디', { gate: 'end' }] });
    const events = house.follow(await house.assist({ ...REWRITE, instruction: gate }));
    await house.vendor.untilStreams(1);
    await events.next();
    const said = performance.now();
    house.vendor.open(gate);
    expect((await events.next()).value).toMatchObject({ event: { text: '한마디' } });
    delays.push(performance.now() - said);
    await events.return(undefined);
    house.vendor.open('end');
    await house.vendor.untilStreams(0);
  }
  // Of several, so that one pause of the machine is no failure.
  expect(Math.min(...delays)).toBeLessThan(50);
});
