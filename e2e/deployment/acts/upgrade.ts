import { Crowd } from '../crowd.ts';
import { budget, demand, type House, passed, seconds } from '../house.ts';

const UNSAVED_AT_MOST_MS = 10_000;

/** A newer version, with a change of the tables, is put in the place of this one while twenty people write. */
export async function upgrade(house: House): Promise<void> {
  const crowd = await Crowd.gather();
  house.write('backend/core/migrations/9999_next.sql', 'CREATE TABLE core.of_the_next_version (id int);\n');
  crowd.longestUnsavedMs();
  const began = performance.now();
  const said = await house.cowrite('upgrade');
  demand(said.includes('Backed up:') && said.includes('Cowrite is ready:'), `it backs up first, and is ready after: ${said}`);
  const tookMs = performance.now() - began;
  await crowd.write();
  const unsavedMs = crowd.longestUnsavedMs();
  budget('somebody has unsaved text for', unsavedMs, UNSAVED_AT_MOST_MS);
  const made = await house.compose('exec', '-T', 'db', 'sh', '-c', `PGPASSWORD=$POSTGRES_PASSWORD exec psql -h 127.0.0.1 -U cowrite -d cowrite -Atc "SELECT to_regclass('core.of_the_next_version')"`);
  demand(made.trim() === 'core.of_the_next_version', `the tables are those of the newer version: ${made}`);
  passed(`upgraded in ${seconds(tookMs)} under ${crowd.writers.length} writers, unsaved for at most ${seconds(unsavedMs)}: ${await crowd.rest()} lines, LOST 0 DUP 0`);
}

/** What `./cowrite bundle` packs is all that a machine needs which can neither build nor fetch. */
export async function bundle(house: House): Promise<void> {
  passed((await house.cowrite('bundle', 'images.tar.gz')).trim().split('\n').at(-1)!);
  await house.run('sha256sum', '-c', 'images.tar.gz.sha256');
  await house.compose('down');
  const names = [...(await house.compose('config')).matchAll(/^ +image: (.+)$/gm)].map((match) => match[1]!);
  await house.run('docker', 'rmi', '-f', ...new Set(names));
  for (const name of names) demand(!(await house.attempt('docker', 'image', 'inspect', name)).ok, `${name} is gone`);
  await house.run('sh', '-c', 'docker load -q < images.tar.gz');
  const { said } = await house.attempt('./cowrite', 'up');
  demand(said.includes('Cowrite is ready:') && !/Building|Step 1\//.test(said), `it starts without building anything: ${said}`);
  await house.cowrite('backup');
  passed('every image of it was thrown away; from the bundle alone the house starts, and is backed up');
}
