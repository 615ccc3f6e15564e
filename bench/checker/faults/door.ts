import { anEdge, nginxProgram } from '../../../nginx/testing/edge.ts';
import { Person } from '../../people.ts';
import { type Fault, ms, promise } from '../fault.ts';
import { until } from '../house.ts';

/** The house's door, nginx, with the files it has in the house. */
export const door: readonly Fault[] = [
  {
    id: 'X6',
    says: 'nginx reads its files anew under very many sockets, and is killed with all its workers later',
    progressWithinMs: 30_000,
    async strike(scene, { nodes, author, stack }) {
      if (nginxProgram() === null) throw new Error('X6 needs nginx: install it');
      const count = scene.isShort ? 50 : 500;
      const edge = scene.keep(await anEdge({ real: { 'sync-service': nodes[0]!.port } }));
      const syncUrl = `http://127.0.0.1:${edge.port}/ws`;
      const reader = await Person.register(stack.core.url, '독자');
      await author.invite(scene.projectId, reader, 'reader');
      const readers = Array.from({ length: count }, () => scene.client(0, 0, { person: reader, syncUrl }));
      const writers = scene.writers.filter(({ node }) => node === 0).map(({ client }) => client);
      const clients = [...readers, ...writers];
      await Promise.all([
        ...readers.map((client) => client.until(() => client.isUp, 'connected through nginx', 60_000)),
        ...writers.map((client) => {
          const times = client.closes.length;
          client.moveTo(syncUrl);
          return client.until(() => client.closes.length > times && client.isUp, 'coming back through nginx', 60_000);
        }),
      ]);
      const closes = () => clients.reduce((sum, client) => sum + client.closes.length, 0);
      const [before, old] = [closes(), await edge.workers()];
      edge.reload();
      await until(async () => (await edge.workers()).some((pid) => !old.includes(pid)), 'new workers', 10_000);
      const from = performance.now();
      await scene.lasts(5_000, 2_000);
      const dropped = closes() - before;
      const acked = scene.ackedBetween(from, performance.now());
      const stillOld = (await edge.workers()).filter((pid) => old.includes(pid)).length;

      const times = clients.map((client) => client.closes.length);
      await edge.kill();
      await scene.lasts(1_000, 1_000);
      const began = performance.now();
      return {
        async heal() {
          await edge.start();
          await Promise.all(clients.map((client) => client.until(() => client.isUp, 'coming back', 60_000)));
        },
        async kept() {
          const tookMs = performance.now() - began;
          const unhurt = clients.filter((client, at) => client.closes.length === times[at]).length;
          for (const client of readers) client.stop();
          return promise(
            dropped === 0 && acked > 0 && stillOld > 0 && unhurt === 0 && tookMs <= 30_000,
            `${count} sockets: none dropped by reading anew (${dropped}), ${acked} acknowledged meanwhile by the workers that were; after the kill all are back and all is saved within 30 s: ${ms(tookMs)}`,
          );
        },
      };
    },
  },
];
