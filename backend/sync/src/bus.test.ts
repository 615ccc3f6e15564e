import { randomUUID } from 'node:crypto';
import { createLogger } from '@cowrite/service-kit';
import { aDatabase, aRedis, redisServer } from '@cowrite/service-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NotifyBus } from './bus.notify.ts';
import { RedisBus } from './bus.redis.ts';
import { busSuite } from './bus.suite.ts';
import { understood } from './bus.ts';

const logger = createLogger({ service: 'test', level: 'silent' });

describe('over NOTIFY', () => {
  busSuite(async () => {
    const database = await aDatabase();
    return { make: (node) => new NotifyBus({ pool: database.pool, databaseUrl: database.url, node, logger }), [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
  });
});

// Wherever a redis-server can be had; `npm test` fetches Debian's and says when it cannot.
if (redisServer())
  describe('over Redis', () => {
    let redis: Awaited<ReturnType<typeof aRedis>>;
    beforeAll(async () => void (redis = await aRedis()));
    afterAll(() => redis?.[Symbol.asyncDispose]());

    busSuite(async () => {
      const prefix = `bus:${randomUUID()}`;
      return { make: (node) => new RedisBus({ url: redis.url, node, logger, prefix }), [Symbol.asyncDispose]: async () => undefined };
    });

    test('a Redis that is away loses what is said, says so, and is heard again when it is back', async () => {
      await using own = await aRedis();
      const doubts: (() => void)[] = [];
      let doubted = 0;
      const bus = new RedisBus({ url: own.url, node: randomUUID(), logger });
      const onDoubt = () => new Promise<void>((done) => doubts.push(done));
      const first = onDoubt();
      await bus.start({
        hear: () => undefined,
        doubt: () => {
          doubted += 1;
          doubts.shift()?.();
        },
      });
      await first;
      expect(bus.isUp).toBe(true);
      await own.kill();
      bus.say([{ kind: 'look' }]);
      const back = onDoubt();
      await own.restart();
      await back;
      expect(bus.isUp).toBe(true);
      expect(doubted).toBe(2);
      await bus.stop();
    });

    test('a node starts without Redis and hears it as soon as it is there', async () => {
      await using own = await aRedis();
      await own.kill();
      let heard: () => void = () => undefined;
      const isThere = new Promise<void>((done) => (heard = done));
      const bus = new RedisBus({ url: own.url, node: randomUUID(), logger });
      await bus.start({ hear: () => undefined, doubt: () => heard() });
      expect(bus.isUp).toBe(false);
      await own.restart();
      await isThere;
      expect(bus.isUp).toBe(true);
      await bus.stop();
    });
  });

test('what another version or somebody else says is not understood, and is no error', () => {
  for (const text of ['', '{', 'null', '[]', '{"from":1,"messages":[]}', '{"from":"a","messages":[{"kind":"dance"}]}', '{"from":"a","messages":[{"kind":"row","documentId":"d","epoch":1,"row":{"node":"n","seq":1},"updates":"&"}]}'])
    expect(understood(text)).toBeNull();
});
