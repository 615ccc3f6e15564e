import { randomBytes } from 'node:crypto';
import type { HostDatabase } from '../host-database.ts';
import { demand, type House, leftOut, passed } from '../house.ts';

/** Asked by each service's own container, with the address that it was given. */
const ASK = `import('pg').then(async ({ default: { Client } }) => {
  const client = new Client(process.env.DATABASE_URL);
  await client.connect();
  console.log(await client.query(process.argv[1]).then(() => 'done', (failure) => failure.message));
  await client.end();
});`;

/** By the words of docs/ops/install.md the services become a role of their own: they change rows, and not the shape of what holds them. */
export async function roles(house: House, database: HostDatabase): Promise<void> {
  if (!database.prepareRole) return leftOut('a role for the services, which ./cowrite setup-db makes in the PostgreSQL of the machine');
  const owner = house.setting('DATABASE_URL');
  house.set({ DATABASE_MIGRATE_URL: owner, DATABASE_URL: owner.replace(/cowrite:[^@]+@/, `cowrite_app:${randomBytes(24).toString('base64url')}@`) });
  await database.prepareRole(house);
  await house.cowrite('up');
  for (const [container, table] of [
    ['cowrite-core', 'core.account'],
    ['cowrite-ai', 'ai.spent_ticket'],
    ['cowrite-sync', 'sync.update_log'],
    ['cowrite-compactor', 'sync.update_history'],
    ['cowrite-media', 'media.blob'],
  ] as const) {
    const ask = (question: string) => house.run('docker', 'exec', container, 'node', '-e', ASK, question);
    demand((await ask(`SELECT FROM ${table}`)).trim() === 'done', `${container} reads ${table}`);
    demand((await ask(`ALTER TABLE ${table} ADD COLUMN more text`)).includes('must be owner'), `${container} does not alter ${table}`);
  }
  passed('the services come to the database as a role that changes no tables');
}
