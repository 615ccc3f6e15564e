import { Crowd } from '../crowd.ts';
import { budget, demand, type House, passed, seconds, until } from '../house.ts';

const MOVED_WITHIN_MS = 6_000;
const UNSAVED_AT_MOST_MS = 5_000;

const strikes = (house: House): Record<string, () => Promise<unknown>> => ({
  'restart core-api': () => house.compose('restart', 'core-api'),
  'recreate sync-service': () => house.compose('up', '-d', '--no-deps', '--force-recreate', 'sync-service'),
  'down, up': async () => {
    await house.compose('down');
    await house.compose('up', '-d');
  },
  'down -v, up': async () => {
    await house.compose('down', '-v');
    await house.compose('up', '-d');
  },
});

/** Twenty people write while it is done to the house; what was acknowledged is there, once. */
export async function restarts(house: House, names: readonly string[]): Promise<void> {
  const crowd = await Crowd.gather();
  for (const name of names) {
    await strikes(house)[name]!();
    const readyMs = await house.ready();
    await crowd.write();
    passed(`${name}: ready ${seconds(readyMs)} after, everyone writes again; unsaved for at most ${seconds(crowd.longestUnsavedMs())}`);
  }
  passed(`${await crowd.rest()} lines of ${crowd.writers.length} writers through ${names.join('; ')}: LOST 0 DUP 0`);
}

/** Core comes back at another address while people ask for it; how much later than core itself nginx answers for it. */
export async function moved(house: House): Promise<void> {
  const answers = async (url: string) => (await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => null))?.ok ?? false;
  const before = await house.addressOf('cowrite-core');
  await house.compose('rm', '-sf', 'core-api');
  // Takes the address that core had.
  await house.run('docker', 'run', '-d', '--rm', '--name', 'cowrite-drill-squatter', '--network', 'cowrite-drill_cowrite-network', '--ip', before, '--entrypoint', 'sleep', 'cowrite-core', '600');
  try {
    const begun = house.compose('up', '-d', '--no-deps', 'core-api');
    const found = until('nginx finds core', () => answers('http://localhost/api/health'));
    const itselfMs = await until('core answers by itself', () => answers('http://localhost:8100/health'));
    const laterMs = Math.max(0, (await found) - itselfMs);
    await begun;
    demand((await house.addressOf('cowrite-core')) !== before, 'core has another address');
    budget('nginx finds it after', laterMs, MOVED_WITHIN_MS);
    passed(`core at another address is found by nginx ${seconds(laterMs)} after it answers`);
  } finally {
    await house.run('docker', 'rm', '-f', 'cowrite-drill-squatter');
  }
}

/** Two syncs, restarted one after the other under twenty writers; then three. */
export async function rolling(house: House): Promise<void> {
  const scaled = async (count: number): Promise<string[]> => {
    await house.compose('-f', 'docker-compose.yml', 'up', '-d', '--scale', `sync-service=${count}`);
    await house.ready();
    const nodes = await house.containers('sync-service');
    demand(nodes.length === count, `${count} syncs run`);
    await until('each of them is healthy', async () => (await Promise.all(nodes.map((node) => house.isHealthy(node)))).every(Boolean));
    return nodes;
  };
  await house.compose('down');
  const nodes = await scaled(2);
  const crowd = await Crowd.gather();
  crowd.longestUnsavedMs();
  let longestMs = 0;
  for (const node of nodes) {
    const before = crowd.reconnects;
    await house.run('docker', 'restart', '-t', '35', node);
    await until('it is healthy again', () => house.isHealthy(node));
    await crowd.write();
    const most = Math.max(...crowd.reconnects.map((count, index) => count - before[index]!));
    const unsavedMs = crowd.longestUnsavedMs();
    longestMs = Math.max(longestMs, unsavedMs);
    demand(most <= 1, `a restarted node costs nobody more than one reconnect: ${most}`);
    budget('somebody has unsaved text for', unsavedMs, UNSAVED_AT_MOST_MS);
  }
  const lines = await crowd.rest();
  passed(`two syncs restarted in turn: at most one reconnect each, nothing unsaved for longer than ${seconds(longestMs)}; ${lines} lines, LOST 0 DUP 0`);

  await scaled(3);
  const larger = await Crowd.gather(3);
  passed(`three syncs: ${await larger.rest()} lines, LOST 0 DUP 0`);
  await house.compose('-f', 'docker-compose.yml', 'down');
  await house.compose('up', '-d');
  await house.ready();
}
