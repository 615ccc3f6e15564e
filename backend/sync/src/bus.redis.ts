import { createHash } from 'node:crypto';
import type { Logger } from '@cowrite/service-kit';
import { Redis } from 'ioredis';
import { type Bus, type BusMessage, type Ears, spoken, understood } from './bus.ts';

/** Documents are spread over so many streams, so that a cluster of Redis can spread them over its machines. */
const STREAMS = 8;
/** A stream keeps about so many of its latest entries. A node that missed more reads the log. */
const ENTRIES_MAX = 4_096;
/** After so long without a word the streams are looked at: a Redis that was flushed may have begun to count from below. */
const BLOCK_MS = 2_000;
const AGAIN_MS = 250;

/**
 * The bus over Redis Streams. Redis is disposable: absent, killed, flushed or full, it delays what crosses between nodes to
 * the next look at the log and loses nothing. Nothing here waits for it.
 */
export class RedisBus implements Bus {
  readonly #node: string;
  readonly #logger: Logger;
  readonly #prefix: string;
  /** Speaks; what cannot be said at once is dropped. */
  readonly #mouth: Redis;
  /** Listens, in one command that waits. */
  readonly #ear: Redis;
  #ears: Ears | null = null;
  #lastIds: string[] | null = null;
  #isDown = true;
  #stopped = false;
  #listening: Promise<void> = Promise.resolve();
  /** Settles when Redis took what was said last, or did not. */
  #spoken: Promise<unknown> = Promise.resolve();

  constructor({ url, node, logger, prefix = 'cowrite:bus' }: { url: string; node: string; logger: Logger; prefix?: string }) {
    this.#node = node;
    this.#logger = logger;
    this.#prefix = prefix;
    const retryStrategy = (times: number) => Math.min(times * 100, 1_000);
    this.#mouth = new Redis(url, { lazyConnect: true, enableOfflineQueue: false, enableAutoPipelining: true, maxRetriesPerRequest: 0, commandTimeout: 2_000, retryStrategy });
    this.#ear = new Redis(url, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: BLOCK_MS + 1_500, retryStrategy });
    // Said once by `#heard` and `#missed`; without a listener every try would be printed.
    for (const each of [this.#mouth, this.#ear]) each.on('error', () => undefined);
  }

  get isUp(): boolean {
    return !this.#isDown;
  }

  async start(ears: Ears): Promise<void> {
    this.#ears = ears;
    await Promise.all([this.#mouth.connect(), this.#ear.connect()]).catch((error: unknown) => this.#logger.warn({ err: error }, 'Redis does not answer; nodes look at the log until it does'));
    this.#listening = this.#listen();
  }

  say(messages: readonly BusMessage[]): void {
    // Full, slow or away: the others find what was committed by looking at the log.
    this.#spoken = Promise.allSettled(
      [...Map.groupBy(messages, (message) => this.#streamOf(message))].map(([stream, some]) => this.#mouth.xadd(stream, 'MAXLEN', '~', ENTRIES_MAX, '*', 'said', spoken(this.#node, some), 'from', this.#node)),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#spoken;
    this.#mouth.disconnect();
    this.#ear.disconnect();
    await this.#listening;
  }

  #streamOf(message: BusMessage): string {
    const bucket = 'documentId' in message ? createHash('sha1').update(message.documentId).digest()[0]! % STREAMS : 0;
    return `${this.#prefix}:{${bucket}}`;
  }

  async #listen(): Promise<void> {
    const streams = Array.from({ length: STREAMS }, (_, bucket) => `${this.#prefix}:{${bucket}}`);
    while (!this.#stopped) {
      try {
        this.#lastIds ??= await this.#latest(streams);
        if (this.#isDown) {
          // What is said at the return must not be lost: it waits for the mouth.
          if (this.#mouth.status !== 'ready') {
            this.#lastIds = null;
            await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
            continue;
          }
          this.#heardAgain();
        }
        const answer = await this.#ear.xread('COUNT', 500, 'BLOCK', BLOCK_MS, 'STREAMS', ...streams, ...this.#lastIds);
        if (!answer) {
          const latest = await this.#latest(streams);
          // Reading everything again is harmless: a row is let in once, and a caret has a clock.
          this.#lastIds = this.#lastIds.map((id, at) => (isBefore(latest[at]!, id) ? FROM_THE_START : id));
          continue;
        }
        for (const [stream, entries] of answer) {
          for (const [id, fields] of entries) {
            this.#lastIds[streams.indexOf(stream)] = id;
            if (fields?.[3] === this.#node) continue;
            const said = understood(fields?.[1] ?? '');
            if (said && said.from !== this.#node) for (const message of said.messages) this.#ears?.hear(said.from, message);
          }
        }
      } catch (error) {
        if (this.#stopped) return;
        if (!this.#isDown) this.#logger.warn({ err: error }, 'Redis is away; nodes look at the log until it is back');
        this.#isDown = true;
        this.#lastIds = null;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  async #latest(streams: readonly string[]): Promise<string[]> {
    return Promise.all(streams.map(async (stream) => (await this.#ear.xrevrange(stream, '+', '-', 'COUNT', 1))[0]?.[0] ?? FROM_THE_START));
  }

  #heardAgain(): void {
    this.#isDown = false;
    this.#logger.info('Redis is heard');
    this.#ears?.doubt();
  }
}

const FROM_THE_START = '0-0';

/** Whether one id of a stream, milliseconds and a number, comes before another. */
function isBefore(one: string, other: string): boolean {
  const [ms, number] = one.split('-').map(Number);
  const [otherMs, otherNumber] = other.split('-').map(Number);
  return ms! < otherMs! || (ms === otherMs && number! < otherNumber!);
}
