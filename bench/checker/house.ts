import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { aRedis, redisServer, type TestRedis } from '@cowrite/service-kit/testing';
import { readBatch } from '@cowrite/sync-core';
import { Client as Database } from 'pg';
import * as Y from 'yjs';
import { Person } from '../people.ts';
import { type ServiceProcess, type Stack, startStack } from '../stack.ts';
import { StudioClient } from '../studio-client.ts';
import { aDisk, type Disk } from './disk.ts';
import { Link } from './link.ts';
import { type Tally, tally, textOf, TokenWriter } from './tokens.ts';

/** What a fault wants of its house that is not as delivered. */
export interface Furnishing {
  /** Variables of all services, */
  env?: Record<string, string>;
  /** and of one of them, by its name. */
  envOf?: Record<string, Record<string, string>>;
  /** PostgreSQL's files lie on a disk that the fault may spoil. */
  hasOwnDisk?: boolean;
  /** The fault may set the clocks of the services. */
  hasOwnClocks?: boolean;
}

/** Every process of the product on one machine, with a link on every way that a fault may want to spoil. */
export interface House extends AsyncDisposable {
  readonly stack: Stack;
  readonly nodes: readonly ServiceProcess[];
  readonly redis: TestRedis;
  /** Redis keeps its append-only file here. */
  readonly redisFolder: string;
  /** Ways from clients to each node. */
  readonly doors: readonly Link[];
  readonly toPostgres: readonly Link[];
  readonly toRedis: readonly Link[];
  readonly author: Person;
  /** Of a house that has its own. */
  readonly disk: Disk | null;
  readonly random: () => number;
  /** For questions of the checker's own, past every link. */
  sql<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
  /** SIGSTOP or SIGCONT of PostgreSQL and every process it started. */
  signalPostgres(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Sets the clock of a service (core, sync, sync-2, compactor) wrong by so much, while it runs. */
  setClock(service: string, offMs: number): Promise<void>;
  /** What a node holds in memory now, in MiB. */
  residentMiB(node: number): Promise<number>;
  /** A scene of a new work with writers in it. */
  scene(options: { writers: number; documents?: number; isShort: boolean }): Promise<Scene>;
}

const SERVICES = ['core', 'sync', 'sync-2', 'compactor'];
/** Enough for PostgreSQL to begin and for a fault's writing, and soon full. */
const DISK_MEBIBYTES = 384;

const portOf = (url: string): number => Number(new URL(url).port);
const withPort = (url: string, port: number): string => url.replace(/:\d+(?=\/|$)/, `:${port}`);

/** Two nodes over Redis, a compactor that folds while people write. `isPlain`: one node, and no link and no Redis. */
export async function aHouse({ random, env = {}, envOf = {}, hasOwnDisk = false, hasOwnClocks = false, isPlain = false }: Furnishing & { random: () => number; isPlain?: boolean }): Promise<House> {
  if (!isPlain && !redisServer()) throw new Error('The menu needs redis-server: install it, or run `npm run checker -- --kills 20`, which does without.');
  const toPostgres: Link[] = [];
  const toRedis: Link[] = [];
  const doors: Link[] = [];
  const redisFolder = await mkdtemp(join(tmpdir(), 'cowrite-redis-'));
  const redis = isPlain ? null : await aRedis({ appendonly: 'yes', dir: redisFolder });
  const disk = hasOwnDisk ? await aDisk(DISK_MEBIBYTES) : null;
  const clocks = await mkdtemp(join(tmpdir(), 'cowrite-clocks-'));
  const clockOf = (service: string) => join(clocks, service);
  const setClock = (service: string, offMs: number) => writeFile(clockOf(service), String(offMs));
  for (const service of SERVICES) {
    await setClock(service, 0);
    if (hasOwnClocks) envOf = { ...envOf, [service]: { ...envOf[service], COWRITE_CHECKER_CLOCK: clockOf(service), NODE_OPTIONS: `--import=${join(import.meta.dirname, 'clock-from-file.mjs')}` } };
  }
  const stack = await startStack({
    ...(disk ? { postgresFolder: disk.folder } : {}),
    envOf,
    nodes: isPlain ? 1 : 2,
    env: { COWRITE_COMPACT_AFTER: '200ms', COWRITE_COMPACT_AT_MOST: '1s', COWRITE_SYNC_HEARTBEAT: '5s', NODE_OPTIONS: '--inspect-port=0', ...env },
    nodeEnv: async (at, databaseUrl): Promise<Record<string, string>> => {
      if (!redis) return {};
      toPostgres.push(await Link.to(portOf(databaseUrl), random));
      toRedis.push(await Link.to(portOf(redis.url), random));
      return { DATABASE_URL: withPort(databaseUrl, toPostgres[at]!.port), REDIS_URL: withPort(redis.url, toRedis[at]!.port) };
    },
  });
  for (const node of stack.nodes) doors.push(await Link.to(node.port, random));
  const author = await Person.register(stack.core.url, '점검');

  async function sql<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new Database({ connectionString: stack.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  const house: House = {
    stack,
    nodes: stack.nodes,
    redis: redis!,
    redisFolder,
    doors,
    toPostgres,
    toRedis,
    author,
    disk,
    random,
    sql,
    setClock,
    async signalPostgres(signal) {
      const { pid } = stack.postgres();
      // The first process first, so that it starts no others meanwhile.
      process.kill(pid, signal);
      const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean);
      for (const child of children) {
        try {
          process.kill(Number(child), signal);
        } catch (error) {
          // A backend that ended since it was listed stands still enough.
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      }
    },
    residentMiB: (node) => residentMiB(stack.nodes[node]!.pid),
    scene: (options) => Scene.make(house, options),
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      for (const link of [...doors, ...toPostgres, ...toRedis]) await link[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
      await disk?.[Symbol.asyncDispose]();
      for (const folder of [redisFolder, clocks]) await rm(folder, { recursive: true, force: true });
    },
  };
  return house;
}

/** Says one command to Redis without waiting for what it answers beyond the first line. */
export const tellRedis = (url: string, command: string): Promise<string> =>
  new Promise((done, fail) => {
    const socket = connectTcp(portOf(url), '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.once('error', fail);
    socket.once('data', (answer) => {
      socket.destroy();
      done(String(answer).split('\r\n', 1)[0]!);
    });
  });

/** Resolves when `condition` holds, which is asked every 20 ms. @returns how long it took. @throws Error when it does not within `withinMs`. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, withinMs: number): Promise<number> {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > withinMs) throw new Error(`${what} did not happen within ${withinMs} ms`);
    await wait(20);
  }
  return performance.now() - began;
}

const residentMiB = async (pid: number): Promise<number> => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024;

/** A process of sync that takes more than this has lost count of something. */
const RESIDENT_MIB_MAX = 400;
const FOLDED_WITHIN_MS = 30_000;
const EQUAL_WITHIN_MS = 20_000;

/** A work with its documents and the writers that type in them during one fault. */
export class Scene {
  readonly house: House;
  readonly projectId: string;
  readonly places: readonly { nodeId: string; documentId: string }[];
  readonly writers: TokenWriter[] = [];
  /** A smoke is shorter than the whole. */
  readonly isShort: boolean;
  #typing: Promise<unknown> = Promise.resolve();
  #isTyping = false;
  readonly #clients: StudioClient[] = [];
  readonly #ways: AsyncDisposable[] = [];

  static async make(house: House, { writers, documents = 2, isShort }: { writers: number; documents?: number; isShort: boolean }): Promise<Scene> {
    const projectId = await house.author.project('점검');
    const places = [];
    for (let at = 0; at < documents; at += 1) places.push(await house.author.scene(projectId, `장면 ${at + 1}`));
    const scene = new Scene(house, projectId, places, isShort);
    for (let at = 0; at < writers; at += 1) scene.addWriter(at % documents, Math.floor(at / documents) % house.nodes.length);
    await Promise.all(scene.writers.map(({ client }) => client.until(() => client.isUp, 'connected')));
    return scene;
  }

  private constructor(house: House, projectId: string, places: Scene['places'], isShort: boolean) {
    this.house = house;
    this.projectId = projectId;
    this.places = places;
    this.isShort = isShort;
  }

  /** How long something lasts: in the whole menu, and in the smoke. */
  lasts(whole: number, short: number): Promise<void> {
    return wait(this.isShort ? short : whole);
  }

  /** A client at a node, through its door, a link of the fault's own, or whatever else leads there. */
  client(
    document: number,
    node: number,
    { door = this.house.doors[node]!, syncUrl = `http://127.0.0.1:${door.port}`, person = this.house.author, ticket }: { door?: Link; syncUrl?: string; person?: Person; ticket?: () => Promise<string> } = {},
  ): StudioClient {
    const client = new StudioClient({ syncUrl, documentId: this.places[document]!.documentId, ticket: ticket ?? (() => person.projectTicket(this.projectId)) });
    this.#clients.push(client);
    return client;
  }

  /** One more writer; it types as the others do when they are told to. */
  addWriter(document: number, node: number, options: Parameters<Scene['client']>[2] = {}): TokenWriter {
    const client = this.client(document, node, options);
    const writer = new TokenWriter({ client, documentId: this.places[document]!.documentId, node, name: String(this.writers.length), random: this.house.random });
    this.writers.push(writer);
    return writer;
  }

  /** Everyone types until `rest`. */
  type(): void {
    this.#isTyping = true;
    this.#typing = Promise.all(
      this.writers.map(async (writer) => {
        while (this.#isTyping) {
          writer.write();
          await wait(10 + this.house.random() * 40);
        }
      }),
    );
  }

  async rest(): Promise<void> {
    this.#isTyping = false;
    await this.#typing;
  }

  /** Moments at which tokens were acknowledged, and how long each had waited. */
  get acks(): { at: number; tookMs: number }[] {
    return this.writers.flatMap(({ tokens }) => tokens.flatMap(({ ackedAt, writtenAt }) => (ackedAt === null ? [] : [{ at: ackedAt, tookMs: ackedAt - writtenAt }])));
  }

  /** Tokens acknowledged between two moments. */
  ackedBetween(from: number, to: number): number {
    return this.acks.filter(({ at }) => at >= from && at < to).length;
  }

  /** What was written before now is acknowledged. @returns how long it took. */
  async drained(withinMs: number): Promise<number> {
    const began = performance.now();
    const waiting = this.writers.map((writer) => ({ writer, upTo: writer.client.lastNumber }));
    await until(() => waiting.every(({ writer, upTo }) => writer.ackedUpTo >= upTo), 'acknowledging what waited', withinMs);
    return performance.now() - began;
  }

  saved(withinMs = 60_000): Promise<unknown> {
    return Promise.all(this.writers.map(({ client }) => client.saved(withinMs)));
  }

  /** Someone at the second node reads what is written at the first. @returns after how long. */
  async crosses(withinMs: number): Promise<number> {
    const [one, two] = [this.client(0, 0), this.client(0, 1)];
    await Promise.all([one, two].map((client) => client.until(() => client.isUp, 'connected', withinMs)));
    const word = `넘어가는 말 ${this.house.random()}`;
    const began = performance.now();
    one.doc.getText('crossing').insert(0, word);
    await two.until(() => two.doc.getText('crossing').toString().includes(word), 'a word at the other node', withinMs);
    const took = performance.now() - began;
    await one.saved();
    for (const client of [one, two]) client.stop();
    return took;
  }

  /** The caret of someone at the first node is seen at the second. @returns after how long. */
  async caretCrosses(withinMs: number): Promise<number> {
    const [one, two] = [this.client(0, 0), this.client(0, 1)];
    await Promise.all([one, two].map((client) => client.until(() => client.isUp, 'connected', withinMs)));
    const began = performance.now();
    one.showCaret('{"cursor":1}');
    await two.until(() => two.people.has(one.doc.clientID), 'a caret at the other node', withinMs);
    for (const client of [one, two]) client.stop();
    return performance.now() - began;
  }

  /**
   * Every copy against every token: the writers', a fresh client's at each node, core's text, and the log folded by hand
   * before and after the compactor had it. @throws Error when copies differ or nothing folds.
   */
  async judge(): Promise<Tally & { residentMiB: number }> {
    const sum = { acked: 0, lost: 0, duplicated: 0, ghosts: 0 };
    for (const [at, { documentId }] of this.places.entries()) {
      const writers = this.writers.filter((writer) => writer.documentId === documentId);
      const copies = writers.map(({ client }) => client.doc);
      for (const node of this.house.nodes.keys()) {
        const fresh = this.client(at, node);
        await fresh.until(() => fresh.isUp, 'a fresh client', 60_000);
        copies.push(fresh.doc);
      }
      copies.push(await this.#folded(documentId));
      await until(() => copies.slice(0, -1).every((copy) => isSame(copy, copies[0]!)), 'every replica equal, in clocks, deletions and text', EQUAL_WITHIN_MS).catch((error: Error) => {
        // Writers first, then a fresh client of each node, then the log: who is behind says where to look.
        const held = copies.map((copy) => `${textOf(copy).length} characters ${Y.encodeSnapshotV2(Y.snapshot(copy)).length} bytes of clocks and deletions${copy.store.pendingStructs || copy.store.pendingDs ? ' PENDING' : ''}`);
        throw new Error(`${error.message}: ${held.join(' | ')}`);
      });
      // The rows of a compactor that was struck are under a lease; letting it run out here spares waiting for a minute.
      await this.house.sql('UPDATE sync.fold_job SET due_at = now() WHERE document_id = $1', [documentId]);
      await until(async () => (await this.house.sql('SELECT FROM sync.update_log WHERE document_id = $1 LIMIT 1', [documentId])).length === 0, 'folding the log', FOLDED_WITHIN_MS);
      copies.push(await this.#folded(documentId));
      if (!copies.every((copy) => isSame(copy, copies[0]!))) throw new Error('the log, folded before or after the compactor had it, is not what the clients have');
      const committed = await this.house.author.text(this.projectId, documentId);
      if (committed !== textOf(copies[0]!)) throw new Error('core’s text is not what the clients have');
      const found = tally(writers, committed);
      for (const key of ['acked', 'lost', 'duplicated', 'ghosts'] as const) sum[key] += found[key];
    }
    const unacked = this.writers.flatMap(({ tokens }) => tokens).filter(({ ackedAt }) => ackedAt === null).length;
    if (unacked > 0) throw new Error(`all is saved, and ${unacked} tokens are not acknowledged`);
    const resident = Math.max(...(await Promise.all(this.house.nodes.map(({ pid }) => residentMiB(pid)))));
    if (resident > RESIDENT_MIB_MAX) throw new Error(`a node holds ${Math.round(resident)} MiB of ${RESIDENT_MIB_MAX}`);
    return { ...sum, residentMiB: resident };
  }

  /** Snapshot and tail as they lie in the database. */
  async #folded(documentId: string): Promise<Y.Doc> {
    const [found] = await this.house.sql<{ snapshot: Buffer | null; tail: Buffer[] | null }>(
      'SELECT d.snapshot, (SELECT array_agg(l.updates ORDER BY l.at, l.node, l.seq) FROM sync.update_log l WHERE l.document_id = d.document_id AND l.epoch = d.epoch) AS tail FROM sync.document d WHERE d.document_id = $1',
      [documentId],
    );
    const doc = new Y.Doc();
    if (found?.snapshot) Y.applyUpdate(doc, found.snapshot);
    for (const row of found?.tail ?? []) for (const update of readBatch(row)) Y.applyUpdate(doc, update);
    if (doc.store.pendingStructs ?? doc.store.pendingDs) throw new Error('the log refers to what it does not hold');
    return doc;
  }

  /** A way to the first node that a fault has for itself. */
  async ownDoor(): Promise<Link> {
    return this.keep(await Link.to(this.house.nodes[0]!.port, this.house.random));
  }

  /** A way that is there as long as the scene. */
  keep<Way extends AsyncDisposable>(way: Way): Way {
    this.#ways.push(way);
    return way;
  }

  /** Ends every client and every way of it. */
  async leave(): Promise<void> {
    await this.rest();
    for (const client of this.#clients) client.stop();
    for (const way of this.#ways) await way[Symbol.asyncDispose]();
  }
}

/** Clocks, deletions and text. */
const isSame = (one: Y.Doc, other: Y.Doc): boolean => Y.equalSnapshots(Y.snapshot(one), Y.snapshot(other)) && textOf(one) === textOf(other);
