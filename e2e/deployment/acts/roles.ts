import { demand, type House, passed } from '../house.ts';

/** Asked by each service's own container, with the address that it was given. */
const ASK = `import('pg').then(async ({ default: { Client } }) => {
  const client = new Client(process.env.DATABASE_URL);
  await client.connect();
  console.log(await client.query(process.argv[1]).then(() => 'done', (failure) => failure.message));
  await client.end();
});`;

/** The services change rows, and not the shape of what holds them. */
export async function roles(house: House): Promise<void> {
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
