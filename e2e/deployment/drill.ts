import { addresses } from './acts/addresses.ts';
import { backup } from './acts/backup.ts';
import { browser } from './acts/browser.ts';
import { founding } from './acts/founding.ts';
import { door } from './acts/door.ts';
import { helped } from './acts/helped.ts';
import { layers, plantSecrets } from './acts/layers.ts';
import { migrations } from './acts/migrations.ts';
import { moved, restarts, rolling } from './acts/restarts.ts';
import { roles } from './acts/roles.ts';
import { tls } from './acts/tls.ts';
import { bundle, upgrade } from './acts/upgrade.ts';
import { silence, variables } from './acts/variables.ts';
import { findEngine, taken } from './engine.ts';
import { hostDatabase } from './host-database.ts';
import { demand, House, leftOut, passed, seconds } from './house.ts';

/**
 * `npm run deployment`: houses from empty folders, by docker-compose and `./cowrite`, each asked, written in by many people
 * while it is restarted, moved and scaled, backed up, destroyed and restored; what was acknowledged is there each time, once.
 * Where that cannot be tried one line says why. `-- host` and `-- brought` are its two halves; names of acts after one, as in
 * `-- brought backup`, found the house and leave out its other acts. Some are played only when they are named: they pack and build
 * for minutes.
 */
const BY_NAME: ReadonlySet<string> = new Set(['upgrade', 'bundle']);
const PORTS = [80, 443, 3100, 5432, 6379, 8100, 8101, 8102, 8103];
const [half, ...only] = process.argv.slice(2);

async function play(house: House, acts: Record<string, (house: House) => Promise<unknown>>): Promise<void> {
  for (const name of only) demand(name in acts, `there is an act called ${name}: ${Object.keys(acts).join(', ')}`);
  for (const [name, act] of Object.entries(acts)) if (only.length === 0 ? !BY_NAME.has(name) : only.includes(name)) await act(house);
}

/** With the PostgreSQL that is brought along: what a house is and what it survives. */
async function brought(): Promise<void> {
  await using house = new House({});
  plantSecrets(house);
  await founding(house);
  await play(house, { addresses, layers, browser, door, restarts: () => restarts(house, ['restart core-api', 'recreate sync-service', 'down, up', 'down -v, up']), moved, migrations, backup, upgrade, bundle });
}

/** With the PostgreSQL of the machine, as the deployment has it: several syncs, TLS, and what can be set. */
async function onTheHost(): Promise<void> {
  await using database = await hostDatabase();
  await using house = new House(database.environment);
  await founding(house, database);
  await play(house, { roles: () => roles(house, database), restarts: () => restarts(house, ['down -v, up']), rolling, tls, silence, helped, variables });
}

async function drill(): Promise<void> {
  const engine = findEngine();
  if (typeof engine === 'string') return leftOut(`the deployment. ${engine}`);
  await using _ = engine;
  const busy = await taken(PORTS);
  if (busy.length > 0) return leftOut(`the deployment. Somebody listens on ${busy.join(', ')}`);
  const began = performance.now();
  if (half !== 'host') await brought();
  if (half !== 'brought') await onTheHost();
  passed(`the whole of it in ${seconds(performance.now() - began)}`);
}

await drill();
// What a client still holds open keeps nothing.
process.exit(0);
