import { setTimeout as wait } from 'node:timers/promises';
import { Client as Database } from 'pg';
import { type Fault, ms, percentile, promise } from '../fault.ts';
import { type House, type Scene, until } from '../house.ts';
import { FAIR, PULLED } from '../link.ts';

/** Acknowledgements of commits that were done when the fault began may still be on their way. */
const ON_THEIR_WAY_MS = 500;

/** No token may be acknowledged while nothing can be stored. @returns how many were. */
async function ackedDuring(scene: Scene, whole: number, short: number): Promise<number> {
  await wait(ON_THEIR_WAY_MS);
  const from = performance.now();
  await scene.lasts(whole, short);
  return scene.ackedBetween(from, performance.now());
}

/** Whether the first node says of itself that it is ready. */
const isReady = async ({ nodes }: House): Promise<boolean> => (await fetch(`${nodes[0]!.url}/health/ready`, { signal: AbortSignal.timeout(8_000) }).catch(() => null))?.status === 200;

/** A connection of the checker's own that outlives a question. */
async function session({ stack }: House): Promise<Database> {
  const client = new Database({ connectionString: stack.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** PostgreSQL that dies, stands still, refuses, or is out of reach. */
export const database: readonly Fault[] = [
  {
    id: 'X16',
    says: 'PostgreSQL is ended fast, then at once, then by kill -9, and comes back',
    progressWithinMs: 8_000,
    async strike(scene, { stack }) {
      const gaps: number[] = [];
      for (const how of ['stop', 'immediate', 'kill'] as const) {
        await wait(300);
        const began = performance.now();
        await stack.restartPostgres(how);
        const restartMs = performance.now() - began;
        const back = performance.now();
        await until(() => scene.ackedBetween(back, Infinity) > 0, 'an acknowledgement after a restart', 15_000);
        gaps.push(performance.now() - began - restartMs);
      }
      return {
        heal: async () => undefined,
        kept: async () => promise(Math.max(...gaps) <= 3_000, `acknowledged again within 3 s of the restart: ${gaps.map(ms).join(', ')}`),
      };
    },
  },
  {
    id: 'X8',
    says: 'PostgreSQL stands still, every process of it',
    progressWithinMs: 10_000,
    async strike(scene, house) {
      await house.signalPostgres('SIGSTOP');
      const acked = await ackedDuring(scene, 30_000, 10_000);
      return {
        heal: () => house.signalPostgres('SIGCONT'),
        kept: async ({ drainedMs }) => promise(acked === 0 && drainedMs <= 10_000, `no acknowledgement meanwhile (${acked}), drained within 10 s: ${ms(drainedMs)}`),
      };
    },
  },
  {
    id: 'X25',
    says: 'the way from sync to PostgreSQL is dead: nothing comes through and nothing says so',
    progressWithinMs: 15_000,
    async strike(scene, house) {
      for (const link of house.toPostgres) link.weather(PULLED);
      const watching = until(async () => !(await isReady(house)), 'not being ready', 15_000).catch(() => Infinity);
      const acked = await ackedDuring(scene, 20_000, 10_000);
      const noticedMs = await watching;
      return {
        async heal() {
          for (const link of house.toPostgres) {
            link.weather(FAIR);
            // A way that was dead for so long is often a new one afterwards.
            if (house.random() < 0.5) link.reset();
          }
        },
        kept: async () => promise(acked === 0 && noticedMs <= 10_000, `no acknowledgement meanwhile (${acked}), not ready within 10 s: ${ms(noticedMs)}`),
      };
    },
  },
  {
    id: 'X17',
    says: 'PostgreSQL takes no writes, as one that was made a follower',
    progressWithinMs: 8_000,
    async strike(scene, house) {
      await house.sql('ALTER SYSTEM SET default_transaction_read_only = on');
      await house.sql('SELECT pg_reload_conf()');
      const acked = await ackedDuring(scene, 8_000, 3_000);
      return {
        async heal() {
          await house.sql('ALTER SYSTEM RESET default_transaction_read_only');
          await house.sql('SELECT pg_reload_conf()');
        },
        kept: async ({ drainedMs }) => promise(acked === 0, `no acknowledgement meanwhile (${acked}), goes on by itself in ${ms(drainedMs)}`),
      };
    },
  },
  {
    id: 'X18',
    says: 'every connection that PostgreSQL gives is held by somebody else',
    progressWithinMs: 5_000,
    async strike(scene, house) {
      const held: Database[] = [];
      for (;;) {
        try {
          held.push(await session(house));
        } catch (error) {
          if ((error as { code?: string }).code === '53300') break;
          throw error;
        }
      }
      const from = performance.now();
      await scene.lasts(8_000, 3_000);
      const to = performance.now();
      const took = scene.acks.filter(({ at }) => at >= from && at < to).map(({ tookMs }) => tookMs);
      return {
        heal: () => Promise.all(held.map((client) => client.end())).then(() => undefined),
        kept: async () => promise(took.length > 0 && percentile(took, 95) <= 1_000, `${held.length} held, what is written has its own connection: ${took.length} acknowledged, p95 ${ms(percentile(took, 95))}`),
      };
    },
  },
  {
    id: 'X19',
    says: 'somebody holds the log locked, longer than a statement waits',
    progressWithinMs: 15_000,
    async strike(scene, house) {
      const holder = await session(house);
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE sync.update_log IN ACCESS EXCLUSIVE MODE');
      const acked = await ackedDuring(scene, 25_000, 4_000);
      return {
        heal: async () => {
          await holder.query('ROLLBACK');
          await holder.end();
        },
        kept: async ({ drainedMs }) => promise(acked === 0, `no acknowledgement meanwhile (${acked}), what was tried twice is there once; drained in ${ms(drainedMs)}`),
      };
    },
  },
  {
    id: 'X22',
    says: 'bytes of a snapshot flip on the disk, and the node that knew the text dies',
    progressWithinMs: 10_000,
    async strike(scene, house) {
      await scene.rest();
      await scene.saved();
      const { documentId } = scene.places[0]!;
      const isFolded = async () => (await house.sql('SELECT FROM sync.document d WHERE document_id = $1 AND snapshot IS NOT NULL AND NOT EXISTS (SELECT FROM sync.update_log l WHERE l.document_id = d.document_id)', [documentId])).length > 0;
      await until(isFolded, 'a snapshot', 30_000);
      const sound = await house.author.text(scene.projectId, documentId);
      await house.stack.compactor.end('SIGKILL');
      // In the middle, where there is text: Yjs itself would not notice.
      await house.sql('UPDATE sync.document SET snapshot = set_byte(snapshot, octet_length(snapshot) / 2, get_byte(snapshot, octet_length(snapshot) / 2) # 1) WHERE document_id = $1', [documentId]);
      for (const node of house.nodes) {
        await node.end('SIGKILL');
        await node.start();
      }
      const served = await house.author.text(scene.projectId, documentId).catch(() => null);
      const reader = scene.client(0, 0);
      await wait(1_000);
      const wasServed = reader.isUp;
      scene.type();
      let reading = Promise.resolve(0);
      return {
        async heal() {
          await house.stack.compactor.start();
          reading = until(() => reader.isUp, 'a reader after the snapshot was made anew', 15_000);
        },
        async kept() {
          const tookMs = await reading;
          return promise(
            !wasServed && (served === null || served === sound),
            `the damage is shown to nobody (socket ${wasServed ? 'OPENED' : 'waits'}, core’s text ${served === null ? 'refused' : served === sound ? 'whole' : 'DAMAGED'}), made anew from its rows in ${ms(tookMs)}`,
          );
        },
      };
    },
  },
  {
    id: 'X20',
    says: 'the disk under PostgreSQL stands still: every write waits',
    progressWithinMs: 15_000,
    house: { hasOwnDisk: true },
    async strike(scene, { disk }) {
      await disk!.freeze();
      const acked = await ackedDuring(scene, 30_000, 8_000);
      return {
        heal: () => disk!.thaw(),
        kept: async ({ drainedMs }) => promise(acked === 0, `no acknowledgement meanwhile (${acked}), drained in ${ms(drainedMs)}`),
      };
    },
  },
  {
    id: 'X21',
    says: 'the disk under PostgreSQL is full, and somebody makes room',
    progressWithinMs: 30_000,
    house: { hasOwnDisk: true },
    async strike(scene, house) {
      await house.disk!.fill();
      const began = performance.now();
      // A few may still be committed: pages with room are overwritten, and a PostgreSQL that comes up frees what it no longer
      // needs. They are counted with all others, and must be there in the end.
      const refusedMs = await until(async () => !(await isReady(house)), 'not being ready', 90_000);
      const acked = await ackedDuring(scene, 10_000, 4_000);
      return {
        async heal() {
          await house.disk!.empty();
          // PostgreSQL ends itself when its log cannot grow; whoever supervises it starts it anew.
          await house.stack.restartPostgres('kill');
        },
        kept: async ({ drainedMs }) =>
          promise(
            refusedMs <= 5_000 && drainedMs <= 30_000,
            `says that it is not ready ${ms(refusedMs)} after the disk is full (${acked} found room and were acknowledged in the ${ms(performance.now() - began - refusedMs)} after), goes on ${ms(drainedMs)} after there is room`,
          ),
      };
    },
  },
];
