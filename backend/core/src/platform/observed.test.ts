import { routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { aWorld } from './testing/scenario.ts';

test('a change carries its request’s id as far as the database', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  await world.database.pool.query(`
    CREATE TABLE seen (name text);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('application_name')); RETURN NULL; END $$;
    CREATE TRIGGER see AFTER INSERT ON core.project FOR EACH STATEMENT EXECUTE FUNCTION see()`);
  const answers = await Promise.all(['request-one', 'request-two'].map((id) => someone.send('POST', '/projects', { body: { title: id }, headers: { 'x-request-id': id } })));
  expect(answers.map(({ headers }) => headers['x-request-id'])).toEqual(['request-one', 'request-two']);
  const { rows } = await world.database.pool.query<{ name: string }>('SELECT name FROM seen ORDER BY name');
  expect(rows.map(({ name }) => name)).toEqual(['cowrite-core request-one', 'cowrite-core request-two']);
  // It is gone with the transaction: the next one's connection is nobody's yet.
  expect((await world.database.pool.query('SHOW application_name')).rows).toEqual([{ application_name: 'cowrite-test' }]);
});

test('figures are for those inside: by route, with failed sign-ins, and not through a proxy', async () => {
  await using world = await aWorld();
  const someone = await world.someone();
  const project = await someone.call(routes.projects.create, { title: '달밤의 식당' });
  await someone.call(routes.projects.read, { projectId: project.id });
  await world.browser().send('POST', '/auth/login', { body: { email: someone.user.email, password: '틀린 암호입니다' } });
  const metrics = await world.browser().send('GET', '/metrics');
  expect(metrics.headers['content-type']).toContain('text/plain');
  expect(metrics.body).toMatch(/cowrite_http_request_seconds_count\{service="core",method="GET",route="\/projects\/:projectId",status="2xx"\} 1/);
  expect(metrics.body).toMatch(/cowrite_problems_total\{(?=.*code="wrong-credentials").*\} 1/);
  for (const name of ['cowrite_nodejs_eventloop_lag_p99_seconds', 'cowrite_database_waiting', 'cowrite_edits_oldest_seconds', 'cowrite_backup_age_seconds']) expect(metrics.body).toContain(`\n${name}`);
  expect(metrics.body).not.toContain(project.id);
  expect((await world.browser().send('GET', '/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })).statusCode).toBe(404);
});
