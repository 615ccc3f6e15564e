import { connect, createLogger } from '@cowrite/service-kit';
import type { FastifyInstance } from 'fastify';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createCore } from '../app.ts';
import { CoreEnvironment } from '../config.ts';
import { systemClock } from './clock.ts';
import { aStory } from './testing/scenario.ts';

/** An address where nothing listens. */
const nowhere = () =>
  new Promise<string>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(`postgres://cowrite@127.0.0.1:${port}/cowrite`));
    });
  });

test('without its database core lives, is not ready, and lets nobody in', async () => {
  const url = await nowhere();
  const pool = connect(url, { name: 'core-test' });
  const config = CoreEnvironment.parse({ NODE_ENV: 'test', DATABASE_URL: url, JWT_SECRET: 'a secret of tests, thirty-two bytes long or more' });
  const core = await createCore({ config, pool, clock: systemClock, logger: createLogger({ service: 'core', level: 'silent' }) });
  const instance = core.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const status = async (method: 'GET' | 'POST', path: string, headers = {}, payload?: object) => (await instance.inject({ method, url: path, headers, ...(payload === undefined ? {} : { payload }) })).statusCode;
  expect(await status('GET', '/health')).toBe(200);
  expect(await status('GET', '/health/ready')).toBe(503);
  expect(await status('GET', '/auth/me', { authorization: 'Bearer cwp_anything' })).toBe(503);
  expect(await status('POST', '/auth/login', {}, { email: 'a@example.com', password: 'whatever' })).toBe(503);
  await core.close();
  await pool.end();
});

test('connections that the database ends are made anew', async () => {
  await using story = await aStory({ roles: [] });
  const path = `/projects/${story.projectId}`;
  await Promise.all(Array.from({ length: 8 }, () => story.owner.send('GET', path)));
  await story.database.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
  const statuses = (await Promise.all(Array.from({ length: 8 }, () => story.owner.send('GET', path)))).map((answer) => answer.statusCode);
  expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
  // A connection is found broken by whoever takes it, once; the pool holds ten at most.
  let status = 503;
  for (let tries = 0; status === 503 && tries < 10; tries += 1) status = (await story.owner.send('GET', path)).statusCode;
  expect(status).toBe(200);
});
