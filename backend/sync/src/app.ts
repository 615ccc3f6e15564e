import { randomUUID } from 'node:crypto';
import { answers, connect, type Logger } from '@cowrite/service-kit';
import type { JWTVerifyGetKey } from 'jose';
import { type Bus, type BusMessage, rowMessage } from './bus.ts';
import { NotifyBus } from './bus.notify.ts';
import { RedisBus } from './bus.redis.ts';
import { CommitQueue } from './commit-queue.ts';
import type { SyncConfig } from './config.ts';
import { CoreEdits } from './core-edits.ts';
import { SyncFigures } from './figures.ts';
import { Gateway } from './gateway.ts';
import { Grants, keysOf } from '@cowrite/service-kit/grants';
import { Nodes } from './nodes.ts';
import { type Notification, notifications } from './notifications.ts';
import { ProjectEvents } from './project-events.ts';
import { RoomHost } from './room-host.ts';
import { Snapshots } from './snapshots.ts';
import { StreamInbox } from './stream-inbox.ts';
import { Turn } from './turn.ts';
import type { NewRow } from './update-log.ts';
import { PostgresUpdateLog } from './update-log.postgres.ts';
import { Visitors } from './visitors.ts';

export interface Sync {
  /** @returns the port. */
  listen(): Promise<number>;
  /** The orderly stop: everyone is told to come back, what was taken in is committed, then the doors close. */
  close(): Promise<void>;
}

/** While no bus is heard, what other nodes commit is looked for this often. */
const LOOK_WITHOUT_BUS_MS = 1_000;

/** Puts the service together: the one place that knows every part. */
export function createSync({ config, logger, keys }: { config: SyncConfig; logger: Logger; keys?: JWTVerifyGetKey }): Sync {
  const clock = () => performance.now();
  const turn = new Turn();
  const pool = connect(config.DATABASE_URL, { name: 'cowrite-sync', connectionsMax: 8, plansOnce: true });
  // Never behind the joins of a storm: what is being written has a connection of its own (X18).
  const writing = connect(config.DATABASE_URL, { name: 'cowrite-sync-log', connectionsMax: 2, answerWithinMs: 8_000, plansOnce: true });
  const figures = new SyncFigures({ main: pool, writing });
  const node = randomUUID();
  const bus: Bus = config.REDIS_URL ? new RedisBus({ url: config.REDIS_URL, node, logger }) : new NotifyBus({ pool, databaseUrl: config.DATABASE_URL, node, logger });
  const say = (messages: readonly BusMessage[]) => {
    if (messages.length > 0 && nodes.areOthers) bus.say(messages);
  };
  const committed = (rows: readonly NewRow[]) => say(rows.map(rowMessage));
  const commits = new CommitQueue({ log: new PostgresUpdateLog(writing), node, windowMs: config.COWRITE_SYNC_COMMIT_WINDOW, logger, turn, committed, took: (updates, ms) => figures.committed(updates, ms) });
  const host = new RoomHost({
    log: new PostgresUpdateLog(pool),
    commits,
    limits: { updateBytesMax: config.COWRITE_SYNC_UPDATE_BYTES_MAX, documentBytesMax: config.COWRITE_SYNC_DOCUMENT_BYTES_MAX },
    presence: { expiresAfterMs: config.COWRITE_SYNC_PRESENCE_EXPIRES, stateBytesMax: 30_000 },
    lingerMs: config.COWRITE_SYNC_ROOM_LINGERS,
    editorsMax: config.COWRITE_SYNC_EDITORS_PER_DOCUMENT,
    readersMax: config.COWRITE_SYNC_READERS_PER_DOCUMENT,
    clock,
    turn,
    say,
    logger,
  });
  const nodes = new Nodes({ pool, node, logger, came: () => bus.say([{ kind: 'look' }]), went });
  const grants = new Grants(pool, keys ?? keysOf(config.CORE_URL), { audience: 'cowrite-sync', spent: 'sync.spent_ticket' });
  const visitors = new Visitors({ grants, perPersonMax: config.COWRITE_SYNC_SOCKETS_PER_PERSON, logger });
  const events = new ProjectEvents(pool, logger);
  const coreEdits = new CoreEdits({ pool, node: randomUUID(), host, logger, committed });
  const snapshots = new Snapshots({ pool, host, bytesMin: config.COWRITE_SYNC_SNAPSHOT_OVER_HTTP_FROM });
  const gateway = new Gateway({
    host,
    snapshots,
    grants,
    visitors,
    events,
    logger,
    clock,
    turn,
    inbox: new StreamInbox(pool, node),
    origins: config.origins,
    heartbeatMs: config.COWRITE_SYNC_HEARTBEAT,
    frameBytesMax: config.COWRITE_SYNC_FRAME_BYTES_MAX,
    strangersMax: config.COWRITE_SYNC_STRANGERS_MAX,
    waitingMax: config.COWRITE_SYNC_WAITING_MAX,
    waitingForMs: config.COWRITE_SYNC_WAITING_FOR,
    helloWithinMs: config.COWRITE_SYNC_HELLO_WITHIN,
    carrierLimits: {
      messagesPerSecond: config.COWRITE_SYNC_MESSAGES_PER_SECOND,
      bytesPerSecond: config.COWRITE_SYNC_BYTES_PER_SECOND,
      burstBytes: config.COWRITE_SYNC_BURST_BYTES,
      slowBytes: config.COWRITE_SYNC_SLOW_BYTES,
      stalledBytes: config.COWRITE_SYNC_STALLED_BYTES,
    },
    isReady: async () => !commits.isStalled && (await answers(pool)),
    registry: figures.registry,
  });
  figures.watch({ ...gateway.counts, rooms: () => host.count, isBusUp: () => bus.isUp, isStalled: () => commits.isStalled });

  /** Another node is gone, and its people and streams with it. */
  function went(gone: string): void {
    host.nodeGone(gone);
    gateway.streams.sweep();
  }

  async function settled({ documentId, lengths }: Extract<Notification, { kind: 'settled' }>): Promise<void> {
    await (await host.loaded(documentId)?.catch(() => null))?.compacted();
    const place = await grants.place(documentId);
    if (place) gateway.hint(place.projectId, JSON.stringify({ type: 'document.settled', documentId, lengths }));
  }

  const spoken = notifications({
    databaseUrl: config.DATABASE_URL,
    logger,
    onConnected: lookEverywhere,
    hear: (notification) => {
      switch (notification.kind) {
        case 'event':
          return events.look(notification.projectId);
        case 'standing':
          return visitors.check();
        case 'edits':
          return coreEdits.look();
        case 'stream':
          return gateway.streams.look(notification.streamId);
        case 'settled':
          return void settled(notification).catch((error: unknown) => logger.warn({ err: error }, 'a settled document could not be looked at'));
        default:
          return notification satisfies never;
      }
    },
  });

  /** What a lost notification would have said. */
  function lookEverywhere(): void {
    events.lookEverywhere();
    visitors.check();
    coreEdits.look();
    if (nodes.areOthers) gateway.streams.lookEverywhere();
  }

  /** Open documents are compared with the log: often while no bus says what other nodes commit. */
  let doubting: Promise<void> | null = null;
  let doubtAgain = false;
  function doubt(): void {
    if (!nodes.areOthers) return;
    if (doubting) {
      doubtAgain = true;
      return;
    }
    doubting = host
      .doubt()
      .catch((error: unknown) => logger.warn({ err: error }, 'the log could not be compared; the next look will'))
      .finally(() => {
        doubting = null;
        if (!doubtAgain) return;
        doubtAgain = false;
        doubt();
      });
  }

  /** The bus was away, or a node is there that was not: rows are in the log, and people have to be told. */
  function greet(): void {
    host.greet();
    doubt();
  }

  const timers: NodeJS.Timeout[] = [];
  return {
    async listen() {
      await bus.start({ hear: (from, message) => (message.kind === 'look' ? greet() : host.hear(from, message)), doubt: greet });
      await nodes.start();
      await snapshots.start();
      const port = await gateway.listen(
        config.HOST.split(',').map((host_) => host_.trim()),
        config.PORT,
      );
      await spoken.start();
      timers.push(
        setInterval(lookEverywhere, config.COWRITE_SYNC_STANDING_EVERY),
        setInterval(doubt, config.COWRITE_SYNC_STANDING_EVERY),
        setInterval(() => {
          if (!bus.isUp) doubt();
        }, LOOK_WITHOUT_BUS_MS),
        setInterval(() => gateway.heartbeat(), config.COWRITE_SYNC_HEARTBEAT),
        setInterval(() => void host.tick(), 5_000),
        setInterval(() => gateway.streams.sweep(), 60_000),
        setInterval(() => void grants.forgetSpent().catch((error: unknown) => logger.warn({ err: error }, 'spent tickets could not be cleared')), 600_000),
      );
      return port;
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      const drained = gateway.drain();
      const tooLong = setTimeout(() => commits.abandon(), 5_000);
      await Promise.all([drained, commits.settled(), coreEdits.settled()]);
      clearTimeout(tooLong);
      await nodes.stop();
      await bus.stop();
      await spoken.stop();
      await Promise.all([pool.end(), writing.end()]);
    },
  };
}
