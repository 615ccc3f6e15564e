import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Person } from '../../people.ts';
import { StudioClient } from '../../studio-client.ts';
import { Browser } from '../browser.ts';
import type { ServiceProcess } from '../../stack.ts';
import { type Fault, ms, percentile, promise } from '../fault.ts';
import { until } from '../house.ts';

/** Programs of ours that die, stand still, or are started anew. */
export const processes: readonly Fault[] = [
  {
    id: 'X1',
    says: 'sync is killed again and again in the middle of a burst, now one node, now the other',
    progressWithinMs: 10_000,
    async strike({ isShort, writers }, { nodes, random }) {
      const back: number[] = [];
      const kills = isShort ? 6 : 20;
      for (let kill = 0; kill < kills; kill += 1) {
        await wait(20 + random() * 250);
        const at = kill % nodes.length;
        await nodes[at]!.end('SIGKILL');
        await nodes[at]!.start();
        const began = performance.now();
        const { client } = writers.find(({ node }) => node === at)!;
        await client.until(() => client.isUp, 'coming back');
        back.push(performance.now() - began);
      }
      return {
        heal: async () => undefined,
        kept: async () => promise(percentile(back, 95) <= 5_000, `${kills} kills, back within 5 s of the start: p95 ${ms(percentile(back, 95))}`),
      };
    },
  },
  {
    id: 'X2',
    says: 'core is killed and stays away',
    progressWithinMs: 5_000,
    async strike(scene, { stack }) {
      await stack.core.end('SIGKILL');
      const from = performance.now();
      await scene.lasts(10_000, 3_000);
      const acked = scene.ackedBetween(from, performance.now());
      return {
        heal: () => stack.core.start(),
        kept: async () => promise(acked > 0, `who is connected goes on saving without it: ${acked} tokens`),
      };
    },
  },
  {
    id: 'X7',
    says: 'a node of sync stands still and goes on later',
    progressWithinMs: 15_000,
    async strike(scene, { nodes }) {
      nodes[0]!.signal('SIGSTOP');
      // What it had said before may still be on its way.
      await wait(300);
      const from = performance.now();
      await scene.lasts(45_000, 8_000);
      const to = performance.now();
      const own = scene.writers.filter(({ node }) => node === 0);
      const acked = own.flatMap(({ tokens }) => tokens).filter(({ ackedAt }) => ackedAt !== null && ackedAt >= from && ackedAt < to).length;
      const elsewhere = scene.ackedBetween(from, to);
      return {
        heal: async () => nodes[0]!.signal('SIGCONT'),
        kept: async ({ drainedMs }) => promise(acked === 0 && elsewhere > 0, `no word from the one that stands (${acked}), the other goes on (${elsewhere}); drained in ${ms(drainedMs)}`),
      };
    },
  },
  {
    id: 'X10',
    says: 'the event loop of a node is kept busy for good, as an endless loop would',
    progressWithinMs: 15_000,
    async strike(_scene, { nodes }) {
      const [node] = nodes;
      await loopForEver(node!);
      const tookMs = await until(() => !isAlive(node!.pid), 'the end of a process that does nothing', 60_000);
      return {
        heal: () => node!.start(),
        kept: async () => promise(tookMs <= 40_000, `its watchdog ended it within 40 s: ${ms(tookMs)}`),
      };
    },
  },
  {
    id: 'X30',
    says: 'a node is killed under very many readers, who all come back at once',
    progressWithinMs: 30_000,
    async strike(scene, { nodes, author, stack }) {
      const count = scene.isShort ? 50 : 300;
      // Of people who may write, a document takes fewer.
      const reader = await Person.register(stack.core.url, '독자');
      await author.invite(scene.projectId, reader, 'reader');
      const readers = Array.from({ length: count }, () => scene.client(0, 0, { person: reader }));
      await Promise.all(readers.map((client) => client.until(() => client.isUp, 'connected', 60_000)));
      await nodes[0]!.end('SIGKILL');
      await nodes[0]!.start();
      const began = performance.now();
      return {
        heal: () => Promise.all(readers.map((client) => client.until(() => client.isUp, 'coming back', 60_000))).then(() => undefined),
        kept: async () => {
          const tookMs = performance.now() - began;
          for (const client of readers) client.stop();
          return promise(tookMs <= 30_000, `${count} are back and all is saved within 30 s: ${ms(tookMs)}`);
        },
      };
    },
  },
  {
    id: 'X43',
    says: 'both nodes are ended in order and started anew, one after the other',
    progressWithinMs: 5_000,
    async strike(scene, { nodes }) {
      // Only sockets that stood and ended count; a knock at a door that is not open yet is none.
      const ended = () => scene.writers.map(({ client }) => client.closes.filter((code) => code !== 1006).length);
      const before = ended();
      const from = performance.now();
      for (const node of nodes) {
        await node.end('SIGTERM');
        await node.start();
        await scene.lasts(1_500, 1_000);
      }
      const to = performance.now();
      return {
        heal: async () => undefined,
        kept: async () => {
          const most = Math.max(...ended().map((times, at) => times - before[at]!));
          const longest = Math.max(...scene.writers.map(({ tokens }) => longestPause(tokens.flatMap(({ ackedAt }) => (ackedAt !== null && ackedAt >= from && ackedAt <= to ? [ackedAt] : [])))));
          return promise(longest <= 5_000 && most <= nodes.length, `at most one reconnect a node (most: ${most}), no pause of acknowledgements over 5 s: ${ms(longest)}`);
        },
      };
    },
  },
  {
    id: 'X9',
    says: 'a document is larger than the compactor has memory for, which dies of it again and again',
    progressWithinMs: 10_000,
    house: { envOf: { compactor: { NODE_OPTIONS: '--max-old-space-size=48' } } },
    async strike(scene, { stack, author, sql }) {
      const { documentId } = await author.scene(scene.projectId, '너무 큰 장면');
      const client = new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => author.projectTicket(scene.projectId) });
      await client.until(() => client.isUp, 'connected');
      // Every character on its own: the bytes are few, and each is an object once it is read.
      for (let part = 0; part < 8; part += 1) {
        client.doc.transact(() => {
          const text = client.doc.getText('prose');
          for (let at = 0; at < 40_000; at += 1) text.insert(Math.floor(text.length / 2), at % 2 === 0 ? '큰' : '글');
        });
      }
      await client.saved();
      const others: number[] = [];
      const versions = async () => (await sql<{ sum: string }>('SELECT sum(version) FROM sync.document WHERE document_id = ANY ($1)', [scene.places.map((place) => place.documentId)]))[0]!.sum;
      for (let death = 0; death < 3; death += 1) {
        // Its lease is let run out, so that the next life meets it again. The first meets it by itself.
        if (death > 0) await sql('UPDATE sync.fold_job SET due_at = now() WHERE document_id = $1', [documentId]);
        await until(() => !stack.compactor.isRunning, 'the compactor dying of it', 60_000);
        const before = await versions();
        await stack.compactor.start();
        others.push(await until(async () => (await versions()) !== before, 'other documents being folded', 30_000));
      }
      return {
        async heal() {
          await stack.compactor.end('SIGKILL');
          stack.compactor.furnish({ NODE_OPTIONS: '' });
          await stack.compactor.start();
          await sql('UPDATE sync.fold_job SET due_at = now()');
        },
        async kept() {
          const foldedMs = await until(async () => (await sql('SELECT FROM sync.document WHERE document_id = $1 AND snapshot IS NOT NULL', [documentId])).length > 0, 'folding it with more memory', 60_000);
          client.stop();
          return promise(Math.max(...others) <= 15_000, `other documents are folded within 15 s of each start: ${others.map(ms).join(', ')}; with more memory it is folded after ${ms(foldedMs)}`);
        },
      };
    },
  },
  {
    id: 'X33',
    says: 'clocks are wrong: the server’s by ten minutes, then set back, then its processes’ by 45 s each way',
    progressWithinMs: 8_000,
    house: { hasOwnClocks: true },
    async strike(scene, { setClock, stack, author }) {
      const browser = await Browser.register(stack.core.url, '나루');
      await author.invite(scene.projectId, browser.person, 'writer');
      const writer = scene.addWriter(0, 0, { ticket: () => browser.ticket(scene.projectId) });
      await writer.client.until(() => writer.client.isUp, 'connected');
      const closed = () => scene.writers.reduce((sum, { client }) => sum + client.closes.filter((code) => code >= 4400).length, 0);
      const acked: number[] = [];
      const back: number[] = [];
      const minutes = 60_000;
      const skews: Record<string, number>[] = [
        { core: 10 * minutes, sync: 10 * minutes, 'sync-2': 10 * minutes, compactor: 10 * minutes },
        { core: -10 * minutes, sync: -10 * minutes, 'sync-2': -10 * minutes, compactor: -10 * minutes },
        { core: 0, sync: 45_000, 'sync-2': -45_000, compactor: 0 },
      ];
      for (const skew of skews) {
        for (const [service, offMs] of Object.entries(skew)) await setClock(service, offMs);
        await wait(200);
        const from = performance.now();
        await Promise.all(scene.writers.map(({ client }) => client.comesBack(15_000)));
        back.push(performance.now() - from);
        await scene.lasts(4_000, 1_500);
        acked.push(scene.ackedBetween(from, performance.now()));
      }
      return {
        heal: async () => {
          for (const service of Object.keys(skews[0]!)) await setClock(service, 0);
        },
        kept: async () =>
          promise(closed() === 0 && acked.every((count) => count > 0), `nobody is sent away (${closed()}) or signed out, everyone is back in ${back.map(ms).join(', ')}, and ${acked.join(', ')} tokens were acknowledged under the clocks`),
      };
    },
  },
];

/** The longest time between two moments. */
const longestPause = (moments: readonly number[]): number => {
  const sorted = moments.toSorted((left, right) => left - right);
  return sorted.slice(1).reduce((longest, at, index) => Math.max(longest, at - sorted[index]!), 0);
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Makes a process run an endless loop, through Node's own inspector, which opens when it is asked by SIGUSR1. */
async function loopForEver(node: ServiceProcess): Promise<void> {
  node.signal('SIGUSR1');
  let url: string | undefined;
  await until(async () => (url = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(await readFile(node.logFile, 'utf8'))?.[0]) !== undefined, 'an inspector', 10_000);
  const socket = new WebSocket(url!);
  socket.on('error', () => undefined);
  await new Promise((done) => socket.once('open', done));
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'for (;;);' } }));
}
