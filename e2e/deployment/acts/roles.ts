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
  for (const [service, table] of [
    ['core-api', 'core.account'],
    ['ai-service', 'ai.spent_ticket'],
    ['sync-service', 'sync.update_log'],
    ['compactor', 'sync.update_history'],
    ['media-service', 'media.blob'],
  ] as const) {
    const ask = (question: string) => house.compose('exec', '-T', service, 'node', '-e', ASK, question);
    demand((await ask(`SELECT FROM ${table}`)).trim() === 'done', `${service} reads ${table}`);
    demand((await ask(`ALTER TABLE ${table} ADD COLUMN more text`)).includes('must be owner'), `${service} does not alter ${table}`);
  }
  passed('the services come to the database as a role that changes no tables');
}
