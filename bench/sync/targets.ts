import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@cowrite/service-kit';
import { Client as Database } from 'pg';
import { Person } from '../people.ts';
import { ServiceProcess, type Stack, startStack } from '../stack.ts';
import { type Pass, until } from './client.ts';
import { peersFolder } from './peers.ts';
import { floorWire, hocuspocusWire, studioWire, type Wire, yWebsocketWire } from './wires.ts';

export const TARGETS = ['cowrite', 'cowrite-hocuspocus', 'hocuspocus', 'y-websocket', 'floor'] as const;
export type TargetName = (typeof TARGETS)[number];

/** A server under measurement. It runs only while it is measured, and each scenario finds it freshly started. */
export interface Target extends AsyncDisposable {
  readonly name: TargetName;
  readonly wire: Wire;
  /** Whether each keystroke is there for a late reader: everywhere but at the floor. */
  readonly keeps: boolean;
  start(): Promise<void>;
  /** Ends it in order, after what it does in the background is done. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  processes(): { server: number[]; helpers: number[] };
  /** The same documents whenever they are asked for by the same purpose; empty at first. */
  documents(purpose: string, count: number): Promise<string[]>;
  /** @param viewer someone who may only read, where the target knows the difference */
  pass(document: string, viewer?: boolean): Promise<Pass>;
}

const HEARS_SIGNALS = `--expose-gc --import=${join(import.meta.dirname, 'on-signal.mjs')}`;
const profilesInto = (): Record<string, string> => {
  const folder = process.env['COWRITE_BENCH_PROFILES'];
  return folder ? { COWRITE_BENCH_PROFILES: folder } : {};
};
/** Scenes of one work, and so of one socket's events and hints. */
const SCENES_OF_A_WORK = 10;

interface Place {
  projectId: string;
  documentId: string;
}

/** The production build with its PostgreSQL, over its own wire and over that of Hocuspocus. */
export class Cowrite implements Target {
  readonly name: 'cowrite' | 'cowrite-hocuspocus';
  readonly keeps = true;
  readonly wire: Wire;
  readonly #home: CowriteHome;

  constructor(home: CowriteHome, name: 'cowrite' | 'cowrite-hocuspocus') {
    this.name = name;
    this.#home = home;
    this.wire = name === 'cowrite' ? studioWire : hocuspocusWire;
  }

  start(): Promise<void> {
    return this.#home.stack.sync.start();
  }

  async stop(): Promise<void> {
    // What the compactor still folds would be somebody else's noise.
    await until(() => this.#home.isFolded(), 'folding every log');
    await this.#home.stack.sync.end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.#home.stack.sync.end('SIGKILL');
  }

  processes(): { server: number[]; helpers: number[] } {
    const { stack } = this.#home;
    const postmaster = Number(readFileSync(join(stack.folder, 'postgres/postmaster.pid'), 'utf8').split('\n', 1)[0]);
    return { server: [stack.sync.pid], helpers: [postmaster, stack.compactor.pid] };
  }

  async documents(purpose: string, count: number): Promise<string[]> {
    return (await this.#home.places(`${this.name} ${purpose}`, count)).map(({ documentId }) => documentId);
  }

  async pass(document: string, viewer = false): Promise<Pass> {
    const person = viewer ? this.#home.viewer : this.#home.author;
    const { projectId } = this.#home.placeOf(document);
    if (viewer) await this.#home.letIn(projectId);
    const { wire } = this;
    const url = this.#home.stack.sync.url.replace(/^http/, 'ws');
    return this.name === 'cowrite' ? { document, wire, url: `${url}/v1`, credential: await person.projectTicket(projectId) } : { document, wire, url: `${url}/hocuspocus`, credential: await person.documentTicket(projectId, document) };
  }

  get service(): ServiceProcess {
    return this.#home.stack.sync;
  }

  /** One more node on the same database, with what the others do not have set; whoever asks for it ends it. */
  another(env: Record<string, string> = {}): Promise<ServiceProcess> {
    return this.#home.stack.anotherSync(env);
  }

  // The stack is the home's, which both targets share.
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** One stack for both of Cowrite's wires: people, works, scenes. */
export class CowriteHome implements AsyncDisposable {
  readonly stack: Stack;
  readonly author: Person;
  readonly viewer: Person;
  readonly database: Database;
  readonly #pools = new Map<string, Place[]>();
  readonly #places = new Map<string, Place>();
  readonly #letIn = new Map<string, Promise<void>>();

  static async make(): Promise<CowriteHome> {
    const stack = await startStack({ env: { NODE_OPTIONS: HEARS_SIGNALS, ...profilesInto(), COWRITE_SYNC_EDITORS_PER_DOCUMENT: '10000', COWRITE_SYNC_STALLED_BYTES: String(64 * 1024 * 1024) } });
    const database = new Database({ connectionString: stack.databaseUrl });
    await database.connect();
    const [author, viewer] = [await Person.register(stack.core.url, '작가'), await Person.register(stack.core.url, '독자')];
    await stack.sync.end('SIGTERM');
    return new CowriteHome(stack, author, viewer, database);
  }

  private constructor(stack: Stack, author: Person, viewer: Person, database: Database) {
    this.stack = stack;
    this.author = author;
    this.viewer = viewer;
    this.database = database;
  }

  placeOf(documentId: string): Place {
    return this.#places.get(documentId)!;
  }

  async places(purpose: string, count: number): Promise<Place[]> {
    const pool = this.#pools.get(purpose) ?? [];
    this.#pools.set(purpose, pool);
    for (let projectId = pool.at(-1)?.projectId; pool.length < count;) {
      if (pool.length % SCENES_OF_A_WORK === 0) projectId = await this.author.project(`${purpose} ${pool.length}`);
      const { documentId } = await this.author.scene(projectId!, `장면 ${pool.length}`);
      const place = { projectId: projectId!, documentId };
      pool.push(place);
      this.#places.set(documentId, place);
    }
    return pool.slice(0, count);
  }

  letIn(projectId: string): Promise<void> {
    const letting = this.#letIn.get(projectId) ?? this.author.invite(projectId, this.viewer, 'reader');
    this.#letIn.set(projectId, letting);
    return letting;
  }

  async isFolded(): Promise<boolean> {
    const { rows } = await this.database.query<{ folded: boolean }>('SELECT NOT EXISTS (SELECT FROM sync.update_log) AS folded');
    return rows[0]!.folded;
  }

  async postgresVersion(): Promise<string> {
    return (await this.database.query<{ server_version: string }>('SHOW server_version')).rows[0]!.server_version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database.end();
    await this.stack[Symbol.asyncDispose]();
  }
}

/** A server of bench/peers. */
export class Peer implements Target {
  readonly name: 'hocuspocus' | 'y-websocket' | 'floor';
  readonly keeps: boolean;
  readonly wire: Wire;
  readonly #folder: string;
  readonly #service: ServiceProcess;

  static async make(name: Peer['name']): Promise<Peer> {
    const folder = await mkdtemp(join(tmpdir(), 'cowrite-peer-'));
    return new Peer(name, folder, peerService(name, folder, await freePort()));
  }

  private constructor(name: Peer['name'], folder: string, service: ServiceProcess) {
    this.name = name;
    this.keeps = name !== 'floor';
    this.wire = { hocuspocus: hocuspocusWire, 'y-websocket': yWebsocketWire, floor: floorWire }[name];
    this.#folder = folder;
    this.#service = service;
  }

  start(): Promise<void> {
    return this.#service.start();
  }

  stop(): Promise<void> {
    return this.#service.end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.#service.end('SIGKILL');
  }

  processes(): { server: number[]; helpers: number[] } {
    return { server: [this.#service.pid], helpers: [] };
  }

  async documents(purpose: string, count: number): Promise<string[]> {
    return Array.from({ length: count }, (_, at) => `${purpose}-${at}`);
  }

  async pass(document: string): Promise<Pass> {
    const url = this.#service.url.replace(/^http/, 'ws');
    return { document, wire: this.wire, url: this.name === 'hocuspocus' ? url : `${url}/${document}`, credential: '' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service.end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A peer's server program as a process, with everything it keeps in `folder`. */
export function peerService(name: Peer['name'], folder: string, port: number, env: Record<string, string> = {}): ServiceProcess {
  const scripts = { hocuspocus: 'hocuspocus.mjs', 'y-websocket': 'node_modules/@y/websocket-server/src/server.js', floor: 'floor.mjs' };
  return new ServiceProcess({
    name,
    script: join(peersFolder, scripts[name]),
    port,
    logFile: join(folder, `${name}-${port}.log`),
    env: {
      NODE_OPTIONS: HEARS_SIGNALS,
      ...profilesInto(),
      NODE_ENV: 'production',
      COWRITE_BENCH_PEER: '1',
      HOST: '127.0.0.1',
      PORT: String(port),
      FOLDER: folder,
      DATABASE: join(folder, 'documents.sqlite'),
      YPERSISTENCE: join(folder, 'documents.level'),
      ...env,
    },
  });
}
