import { randomUUID } from 'node:crypto';
import { answers, connect, type Logger } from '@cowrite/service-kit';
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { CommitQueue } from './commit-queue.ts';
import type { SyncConfig } from './config.ts';
import { CoreEdits } from './core-edits.ts';
import { Gateway } from './gateway.ts';
import { Grants } from './grants.ts';
import { type Notification, Notifications } from './notifications.ts';
import { ProjectEvents } from './project-events.ts';
import { RoomHost } from './room-host.ts';
import { Turn } from './turn.ts';
import { PostgresUpdateLog } from './update-log.postgres.ts';
import { Visitors } from './visitors.ts';

export interface Sync {
  /** @returns the port. */
  listen(): Promise<number>;
  /** The orderly stop: everyone is told to come back, what was taken in is committed, then the doors close. */
  close(): Promise<void>;
}

/** Puts the service together: the one place that knows every part. */
export function createSync({ config, logger, keys }: { config: SyncConfig; logger: Logger; keys?: JWTVerifyGetKey }): Sync {
  const clock = () => performance.now();
  const turn = new Turn();
  const pool = connect(config.DATABASE_URL, { name: 'cowrite-sync', connectionsMax: 8 });
  // Never behind the joins of a storm: what is being written has a connection of its own (X18).
  const writing = connect(config.DATABASE_URL, { name: 'cowrite-sync-log', connectionsMax: 2 });
  const commits = new CommitQueue({ log: new PostgresUpdateLog(writing), node: randomUUID(), windowMs: config.COWRITE_SYNC_COMMIT_WINDOW, logger });
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
    logger,
  });
  const grants = new Grants(pool, keys ?? createRemoteJWKSet(new URL('/.well-known/jwks.json', config.CORE_URL), { cooldownDuration: 2_000, timeoutDuration: 5_000 }));
  const visitors = new Visitors({ grants, perPersonMax: config.COWRITE_SYNC_SOCKETS_PER_PERSON, logger });
  const events = new ProjectEvents(pool, logger);
  const coreEdits = new CoreEdits({ pool, node: randomUUID(), host, logger });
  const gateway = new Gateway({
    host,
    grants,
    visitors,
    events,
    logger,
    clock,
    turn,
    origins: config.origins,
    heartbeatMs: config.COWRITE_SYNC_HEARTBEAT,
    frameBytesMax: config.COWRITE_SYNC_FRAME_BYTES_MAX,
    strangersMax: config.COWRITE_SYNC_STRANGERS_MAX,
    helloWithinMs: config.COWRITE_SYNC_HELLO_WITHIN,
    socketLimits: {
      messagesPerSecond: config.COWRITE_SYNC_MESSAGES_PER_SECOND,
      bytesPerSecond: config.COWRITE_SYNC_BYTES_PER_SECOND,
      burstBytes: config.COWRITE_SYNC_BURST_BYTES,
      slowBytes: config.COWRITE_SYNC_SLOW_BYTES,
      stalledBytes: config.COWRITE_SYNC_STALLED_BYTES,
    },
    isReady: async () => !commits.isStalled && (await answers(pool)),
  });

  async function settled({ documentId, lengths }: Extract<Notification, { kind: 'settled' }>): Promise<void> {
    await (await host.loaded(documentId)?.catch(() => null))?.compacted();
    const place = await grants.place(documentId);
    if (place) gateway.hint(place.projectId, JSON.stringify({ type: 'document.settled', documentId, lengths }));
  }

  const notifications = new Notifications({
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
  }

  const timers: NodeJS.Timeout[] = [];
  return {
    async listen() {
      const port = await gateway.listen(
        config.HOST.split(',').map((host_) => host_.trim()),
        config.PORT,
      );
      await notifications.start();
      timers.push(
        setInterval(lookEverywhere, config.COWRITE_SYNC_STANDING_EVERY),
        setInterval(() => gateway.heartbeat(), config.COWRITE_SYNC_HEARTBEAT),
        setInterval(() => void host.tick(), 5_000),
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
      await notifications.stop();
      await Promise.all([pool.end(), writing.end()]);
    },
  };
}
