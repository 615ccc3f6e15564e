import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate, newPassword, startEmbeddedPostgres } from '@cowrite/service-kit';
import { Client } from 'pg';
import { root } from './stack.ts';
import { compareShapes } from './year/shapes.ts';

const { values } = parseArgs({ options: { shapes: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } } });
const folder = await mkdtemp(join(tmpdir(), 'cowrite-year-'));
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), password: newPassword(), settings: { shared_buffers: '256MB' } });
try {
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query('CREATE DATABASE cowrite');
  await client.end();
  await migrate(postgres.url('cowrite'), [
    { schema: 'core', folder: join(root, 'backend/core/migrations') },
    { schema: 'sync', folder: join(root, 'backend/sync/migrations') },
  ]);
  if (values.shapes) process.stdout.write(`${await compareShapes(postgres, Number(values.rounds))}\n`);
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
