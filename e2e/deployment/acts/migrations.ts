import { join } from 'node:path';
import { Crowd } from '../crowd.ts';
import { demand, type House, passed } from '../house.ts';

const BROKEN = 'CREATE TABLE media.half (id int);\nINSERT INTO media.half VALUES (1);\nSELECT there_is_no_such_function();\n';

/** A migration that fails and one that is begun twice leave the old state or the new one, while the house goes on. */
export async function migrations(house: House): Promise<void> {
  const inDatabase = (program: string, database: string, ...words: string[]) => house.compose('exec', '-T', 'db', 'sh', '-c', 'PGPASSWORD=$POSTGRES_PASSWORD exec "$0" -h 127.0.0.1 -U cowrite "$@"', program, ...words, database);
  // Newer ones begin and end a dump with a word of chance.
  const shapeOf = async (database: string) => (await inDatabase('pg_dump', database, '--schema-only')).replace(/^\\(un)?restrict .*$/gm, '');

  const crowd = await Crowd.gather(3);
  const before = await shapeOf('cowrite');
  house.write('broken.sql', BROKEN);
  const { ok, said } = await house.attempt('docker-compose', 'run', '--rm', '-v', `${join(house.folder, 'broken.sql')}:/app/backend/media/migrations/9999_broken.sql:ro`, 'migrate');
  demand(!ok && said.includes('9999_broken.sql: function there_is_no_such_function() does not exist'), `a migration that fails says which and why: ${said}`);
  demand((await shapeOf('cowrite')) === before, 'a migration that fails leaves the database as it was');
  await crowd.write();
  await crowd.rest();
  passed('a migration that fails in its third statement leaves nothing behind, and the house goes on');

  for (const database of ['once', 'twice']) await inDatabase('psql', 'cowrite', '-qc', `CREATE DATABASE ${database}`);
  const migrate = (database: string) => house.attempt('docker-compose', 'run', '--rm', '-e', `DATABASE_URL=${house.setting('DATABASE_URL').replace(/\w+$/, database)}`, 'migrate');
  await migrate('once');
  const both = await Promise.all([migrate('twice'), migrate('twice')]);
  demand(
    both.every((one) => one.ok),
    `both end well: ${both.map((one) => one.said).join('')}`,
  );
  demand(both.filter((one) => one.said.includes('"applied":[]')).length === 1, `one does the work, the other finds it done: ${both.map((one) => one.said).join('')}`);
  demand((await shapeOf('twice')) === (await shapeOf('once')), 'begun twice, it makes what it makes once');
  passed('migrations begun twice at once are done once');
}
