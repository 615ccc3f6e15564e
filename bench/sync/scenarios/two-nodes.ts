import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@cowrite/service-kit';
import type { ServiceProcess } from '../../stack.ts';
import { closeAll, openAll, type Pass, until } from '../client.ts';
import { ofPeer, type Scenario } from '../figures.ts';
import { findProgram } from '../peers.ts';
import { Cowrite, Peer, peerService, type Target } from '../targets.ts';
import { typeInto } from '../typing.ts';
import { Typist } from '../typist.ts';

const DOCUMENTS = 150;
const PER_SECOND = 1_500;
/** A keystroke that takes longer to the other node does not travel at all. */
const TRAVELS_WITHIN_MS = 6_000;

/** Two servers for the same documents: whoever types is on the one, whoever reads on the other. */
export const twoNodes: Scenario = {
  name: 'two-nodes',
  title: `two nodes: ${DOCUMENTS} documents, writers on one node, readers on the other, ${PER_SECOND} keystrokes a second`,
  targets: ['cowrite', 'hocuspocus', 'floor'],
  roundsMax: 1,
  figures: [
    { key: 'p50', label: 'propagation p50, ms', digits: 2 },
    { key: 'p95', label: 'propagation p95, ms', digits: 2 },
    { key: 'p99', label: 'propagation p99, ms', digits: 2, goals: [ofPeer('p99', 1 / 20, 'hocuspocus', '≤ 1/20 Hocuspocus with Redis')] },
    { key: 'cpu', label: 'CPU of both servers, µs a keystroke', digits: 0 },
    { key: 'help', label: '+h (Redis, and PostgreSQL here), µs a keystroke', digits: 0 },
  ],
  async run(target, { seconds }) {
    await using nodes = await nodesOf(target);
    if (nodes.why !== null) return nodes.why;
    const documents = await target.documents('two-nodes', DOCUMENTS);
    const at = async (node: ServiceProcess, document: string): Promise<Pass> => {
      const pass = await target.pass(document);
      const { pathname } = new URL(pass.url);
      return { ...pass, url: node.url.replace(/^http/, 'ws') + (pathname === '/' ? '' : pathname) };
    };
    const [first, second] = nodes.services;
    const pair: Target = { ...baseOf(target), pass: (document) => at(first!, document), processes: () => ({ server: nodes.services.map(({ pid }) => pid), helpers: nodes.helpers }) };
    if (!(await travels(await pair.pass(documents[0]!), await at(second!, documents[0]!)))) return 'not yet: a keystroke does not reach the other node';
    return await typeInto(pair, { documents, writersEach: 1, readersEach: 1, perSecond: PER_SECOND, count: PER_SECOND * seconds, listen: (document) => at(second!, document) });
  },
};

/** A target's plain parts, for one whose doors are others. */
const baseOf = (target: Target): Omit<Target, 'pass' | 'processes'> => ({
  name: target.name,
  wire: target.wire,
  keeps: target.keeps,
  start: () => target.start(),
  stop: () => target.stop(),
  kill: () => target.kill(),
  documents: (purpose, count) => target.documents(purpose, count),
  [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
});

async function travels(from: Pass, to: Pass): Promise<boolean> {
  const typist = new Typist(1);
  let arrived = 0;
  const clients = [...(await openAll([to], () => ({ update: () => void (arrived += 1) }))), ...(await openAll([from]))];
  const before = arrived;
  for (const frame of clients[1]!.framesOf(typist.updates)) clients[1]!.send(frame);
  const came = await until(() => arrived > before, 'the keystroke', TRAVELS_WITHIN_MS).then(
    () => true,
    () => false,
  );
  await closeAll(clients);
  return came;
}

interface Nodes extends AsyncDisposable {
  services: ServiceProcess[];
  helpers: number[];
  /** Why there are no two. */
  why: string | null;
}

/** Both speak through a Redis of their own. */
async function nodesOf(target: Target): Promise<Nodes> {
  const program = findProgram('redis-server');
  if (!program) return { services: [], helpers: [], why: 'not measured: no redis-server on PATH', async [Symbol.asyncDispose]() {} };
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-peer-'));
  const port = await freePort();
  const redis = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: 'ignore' });
  await until(() => answers(port), 'Redis answers');
  const services: ServiceProcess[] = [];
  for (let node = 0; node < 2; node += 1) {
    if (target instanceof Cowrite) services.push(await target.another({ REDIS_URL: `redis://127.0.0.1:${port}` }));
    else if (target instanceof Peer) {
      const service = peerService(target.name, folder, await freePort(), { REDIS_PORT: String(port) });
      services.push(service);
      await service.start();
    }
  }
  return {
    services,
    helpers: [redis.pid!, ...target.processes().helpers],
    why: null,
    async [Symbol.asyncDispose]() {
      for (const service of services) await service.end('SIGTERM');
      await ended(redis);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
