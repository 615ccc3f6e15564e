import { aRedis, redisServer, type TestRedis } from '@cowrite/service-kit/testing';
import { describe, expect, test } from 'vitest';
import { Person } from '../../bench/people.ts';
import { type ServiceProcess, startStack } from '../../bench/stack.ts';
import { StudioClient } from '../../bench/studio-client.ts';

/** Several sync processes serve one database: any of them may serve any document, and whoever writes at one is read at all. */
const worlds: Record<string, () => Promise<TestRedis | null>> = { 'over the database': async () => null };
if (redisServer()) worlds['over Redis'] = () => aRedis();

async function aHouse(redis: TestRedis | null) {
  const stack = await startStack({ nodes: 2, env: { COWRITE_COMPACT_AFTER: '200ms', ...(redis ? { REDIS_URL: redis.url } : {}) } });
  const author = await Person.register(stack.core.url, '가람');
  const projectId = await author.project('두 곳에서');
  const { documentId } = await author.scene(projectId, '장면');
  return { stack, author, projectId, documentId };
}

type House = Awaited<ReturnType<typeof aHouse>>;

const at = ({ author, projectId, documentId }: House, node: ServiceProcess) => new StudioClient({ syncUrl: node.url, documentId, ticket: () => author.projectTicket(projectId) });
const lines = (client: StudioClient) => client.doc.getText('lines').toString();
const write = (client: StudioClient, words: string) => client.doc.getText('lines').insert(client.doc.getText('lines').length, words);

describe.each(Object.entries(worlds))('%s', (_name, makeRedis) => {
  test('what is written at one node is read at the other, in both directions, and folding in between loses nothing', async () => {
    const redis = await makeRedis();
    const house = await aHouse(redis);
    await using stack = house.stack;
    const [one, two] = [at(house, stack.nodes[0]!), at(house, stack.nodes[1]!)];
    await Promise.all([one, two].map((client) => client.until(() => client.isUp, 'connected')));
    for (let turn = 0; turn < 10; turn += 1) {
      write(one, `가${turn} `);
      await two.until(() => lines(two).includes(`가${turn} `), 'words from the first node');
      write(two, `나${turn} `);
      await one.until(() => lines(one).includes(`나${turn} `), 'words from the second node');
    }
    await Promise.all([one.saved(), two.saved()]);
    expect(lines(one)).toBe(lines(two));
    const late = at(house, stack.nodes[1]!);
    await late.until(() => late.isUp, 'a late reader');
    expect(lines(late)).toBe(lines(one));
    for (const client of [one, two, late]) client.stop();
    await redis?.[Symbol.asyncDispose]();
  });

  test('carets cross too, and those of a node that died are gone within five seconds', async () => {
    const redis = await makeRedis();
    const house = await aHouse(redis);
    await using stack = house.stack;
    const [one, two] = [at(house, stack.nodes[0]!), at(house, stack.nodes[1]!)];
    await Promise.all([one, two].map((client) => client.until(() => client.isUp, 'connected')));
    one.showCaret('{"cursor":1}');
    await two.until(() => two.people.has(one.doc.clientID), 'the other’s caret');
    expect(two.people.get(one.doc.clientID)).toMatchObject({ name: '가람', state: '{"cursor":1}' });
    one.stop();
    await two.until(() => !two.people.has(one.doc.clientID), 'the caret of someone who left');
    const again = at(house, stack.nodes[0]!);
    await again.until(() => again.isUp, 'connected again');
    again.showCaret('{"cursor":2}');
    await two.until(() => two.people.has(again.doc.clientID), 'the caret again');
    await stack.nodes[0]!.end('SIGKILL');
    await two.until(() => !two.people.has(again.doc.clientID), 'ghosts of a dead node', 5_000);
    for (const client of [two, again]) client.stop();
    await redis?.[Symbol.asyncDispose]();
  });
});

if (redisServer()) {
  test('Redis killed while two write: every word is saved all the same, reaches the other node, and the bus comes back', async () => {
    await using redis = await aRedis();
    const house = await aHouse(redis);
    await using stack = house.stack;
    const [one, two] = [at(house, stack.nodes[0]!), at(house, stack.nodes[1]!)];
    await Promise.all([one, two].map((client) => client.until(() => client.isUp, 'connected')));
    write(one, '앞 ');
    await two.until(() => lines(two).includes('앞'), 'words before');
    await redis.kill();
    write(one, '없는 동안 ');
    await one.saved();
    await two.until(() => lines(two).includes('없는 동안'), 'words while Redis is away', 5_000);
    await redis.restart();
    write(two, '뒤 ');
    await one.until(() => lines(one).includes('뒤'), 'words after', 5_000);
    expect(new Set([lines(one), lines(two)]).size).toBe(1);
    for (const client of [one, two]) client.stop();
  });

  test('Redis that stands still delays nothing but what crosses', async () => {
    await using redis = await aRedis();
    const house = await aHouse(redis);
    await using stack = house.stack;
    const [one, two] = [at(house, stack.nodes[0]!), at(house, stack.nodes[1]!)];
    await Promise.all([one, two].map((client) => client.until(() => client.isUp, 'connected')));
    redis.freeze();
    write(one, '느린 날 ');
    await one.saved();
    await two.until(() => lines(two).includes('느린 날'), 'words past a slow Redis', 6_000);
    redis.thaw();
    for (const client of [one, two]) client.stop();
  });
}

test('people of both nodes are the same to a document: a tab that moves keeps its words and its caret', async () => {
  const house = await aHouse(null);
  await using stack = house.stack;
  const reader = at(house, stack.nodes[1]!);
  const moving = at(house, stack.nodes[0]!);
  await Promise.all([reader, moving].map((client) => client.until(() => client.isUp, 'connected')));
  write(moving, '여기서 쓰고 ');
  await moving.saved();
  await stack.nodes[0]!.end('SIGKILL');
  moving.moveTo(stack.nodes[1]!.url);
  write(moving, '저기서 잇는다');
  await moving.saved();
  await reader.until(() => lines(reader) === '여기서 쓰고 저기서 잇는다', 'both halves, once');
  for (const client of [reader, moving]) client.stop();
});
