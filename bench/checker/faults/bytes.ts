import { setTimeout as wait } from 'node:timers/promises';
import { type ClientFrame, uuidBytes, writeClientFrame } from '@cowrite/sync-core';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { type Fault, ms, percentile, promise } from '../fault.ts';
import type { House, Scene } from '../house.ts';

/** A socket that says hello and opens the first scene as anyone would, and then sends what nobody should. */
async function aStranger(scene: Scene, { nodes, author }: House): Promise<{ socket: WebSocket; closed: Promise<number>; say: (frame: ClientFrame) => void }> {
  const socket = new WebSocket(`${nodes[0]!.url.replace('http', 'ws')}/v1`, { perMessageDeflate: false });
  socket.on('error', () => undefined);
  const closed = new Promise<number>((done) => socket.once('close', done));
  const say = (frame: ClientFrame) => socket.send(writeClientFrame(frame));
  const until = (type: number) =>
    new Promise<void>((done) => {
      const look = (bytes: Buffer) => {
        if (bytes[0] !== type) return;
        socket.off('message', look);
        done();
      };
      socket.on('message', look);
    });
  await new Promise((done) => socket.once('open', done));
  say({ type: 'hello', version: 1, ticket: await author.projectTicket(scene.projectId), lastSeq: 0 });
  await until(WELCOME);
  say({ type: 'open', channel: 1, documentId: uuidBytes(scene.places[0]!.documentId), epoch: 0, stateVector: Uint8Array.of(0) });
  await until(READY);
  return { socket, closed, say };
}

/** First bytes of frames of the server (docs/api/sync.md). */
const WELCOME = 65;
const READY = 68;

const pushOf = (update: Uint8Array): ClientFrame => ({ type: 'push', channel: 1, number: 1, kind: 'edit', update });

/** An update spoilt by chance: cut, lengthened, some bytes changed, or nothing but chance. */
function spoilt(sound: Uint8Array, random: () => number): Uint8Array {
  const any = (below: number) => Math.floor(random() * below);
  switch (any(4)) {
    case 0:
      return sound.slice(0, any(sound.length));
    case 1:
      return Uint8Array.from([...sound, ...Array.from({ length: 1 + any(9) }, () => any(256))]);
    case 2: {
      const changed = sound.slice();
      for (let times = 0; times <= any(4); times += 1) changed[any(changed.length)] = 128 + any(128);
      return changed;
    }
    default:
      return Uint8Array.from({ length: any(300) }, () => any(256));
  }
}

/** Declared sizes that would take all memory, if anyone believed them. */
const BOMBS: Record<string, Uint8Array> = {
  'a million million structs': Uint8Array.from([1, 255, 255, 255, 255, 255, 31, 5, 0]),
  'a million million clients': Uint8Array.from([255, 255, 255, 255, 255, 31]),
  'a string of a gigabyte': Uint8Array.from([1, 1, 5, 0, 4, 1, 1, 116, 128, 128, 128, 128, 4]),
  'a deletion of a million million ranges': Uint8Array.from([0, 1, 5, 255, 255, 255, 255, 255, 31]),
};

const isUp = async ({ nodes }: House): Promise<boolean> => (await fetch(`${nodes[0]!.url}/health`).catch(() => null))?.ok === true;

/** What a socket may send that nobody should. The writers beside it must not notice. */
export const bytes: readonly Fault[] = [
  {
    id: 'X39',
    says: 'sockets send updates that are cut, changed or chance',
    progressWithinMs: 5_000,
    async strike(scene, house) {
      const { pid } = house.nodes[0]!;
      const doc = new Y.Doc();
      doc.getText('fuzz').insert(0, '지켜야 할 글');
      doc.getText('fuzz').delete(1, 2);
      const sound = Y.encodeStateAsUpdate(doc);
      const codes = new Map<number | 'open', number>();
      const sockets = scene.isShort ? 60 : 200;
      for (let at = 0; at < sockets; at += 1) {
        const { socket, closed, say } = await aStranger(scene, house);
        for (let times = 0; times < 10; times += 1) say(pushOf(spoilt(sound, house.random)));
        const code = await Promise.race([closed, wait(300, 'open' as const)]);
        codes.set(code, (codes.get(code) ?? 0) + 1);
        socket.terminate();
      }
      const stood = (await isUp(house)) && house.nodes[0]!.pid === pid;
      return {
        heal: async () => undefined,
        // A spoilt update may be a sound one by chance, and its socket stays.
        kept: async () =>
          promise(
            stood && [...codes.keys()].every((code) => code === 4400 || code === 'open') && (codes.get(4400) ?? 0) > sockets / 2,
            `${sockets} sockets, closes ${[...codes].map(([code, times]) => `${code}: ${times}`).join(', ')}; the process stands`,
          ),
      };
    },
  },
  {
    id: 'X40',
    says: 'sockets send updates that claim sizes nobody has memory for',
    progressWithinMs: 5_000,
    async strike(scene, house) {
      const before = await house.residentMiB(0);
      const took: number[] = [];
      const codes: number[] = [];
      for (const bomb of Object.values(BOMBS)) {
        for (let times = 0; times < 10; times += 1) {
          const { closed, say } = await aStranger(scene, house);
          const began = performance.now();
          say(pushOf(bomb));
          codes.push(await closed);
          took.push(performance.now() - began);
        }
      }
      const grown = (await house.residentMiB(0)) - before;
      return {
        heal: async () => undefined,
        kept: async () =>
          promise(
            codes.every((code) => code === 4400) && percentile(took, 99) <= 1_000 && grown <= 64,
            `${codes.length} bombs of ${Object.keys(BOMBS).length} kinds refused within 1 s: p99 ${ms(percentile(took, 99))}, the node grows by ${Math.round(grown)} MiB (≤ 64)`,
          ),
      };
    },
  },
  {
    id: 'X42',
    says: 'a socket sends a hundred megabytes in one message',
    progressWithinMs: 5_000,
    async strike(scene, house) {
      const before = await house.residentMiB(0);
      const codes: number[] = [];
      for (let times = 0; times < 3; times += 1) {
        const { socket, closed } = await aStranger(scene, house);
        socket.send(new Uint8Array(100 * 1024 * 1024));
        codes.push(await closed);
      }
      const grown = (await house.residentMiB(0)) - before;
      return {
        heal: async () => undefined,
        // The close frame may be lost behind what is still being sent: then the connection just ends.
        kept: async () => promise(codes.every((code) => code === 1009 || code === 1006) && grown <= 64, `refused as too big (${codes.join(', ')}), the node grows by ${Math.round(grown)} MiB (≤ 64)`),
      };
    },
  },
];
