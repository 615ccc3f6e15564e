import { setTimeout as wait } from 'node:timers/promises';
import { writeClientFrame } from '@cowrite/sync-core';
import * as Y from 'yjs';
import { type Fault, ms, percentile, promise } from '../fault.ts';
import { type House, type Scene, until } from '../house.ts';
import { FAIR, type Link, PULLED } from '../link.ts';

/** A heartbeat of these houses; a delivered one is four times as long, and with it the time until a dead socket is freed. */
const HEARTBEAT_MS = 5_000;

/** Past what the system's buffers and the node's limit of waiting bytes hold together. */
const PIECES = 60;
const PIECE_CHARACTERS = 100_000;

/** Ways between clients and sync that are slow, dead, one-sided, or break all the time. */
export const network: readonly Fault[] = [
  {
    id: 'X23',
    says: 'someone is offline for a while, and ten thousand characters are written on each side',
    progressWithinMs: 10_000,
    async strike(scene) {
      const door = await scene.ownDoor();
      const away = scene.addWriter(0, 0, { door });
      const [here] = scene.writers;
      await away.client.until(() => away.client.isUp, 'connected');
      door.refuses = true;
      door.reset();
      for (let line = 0; line < 100; line += 1) {
        away.type('그해 겨울에는 눈이 유난히 늦게까지 내렸다. '.repeat(4));
        here!.type('등불 하나가 골목 끝에서 흔들렸다. '.repeat(5));
        if (line % 10 === 9) await scene.lasts(6_000, 300);
      }
      const ackedAway = away.ackedUpTo;
      return {
        heal: async () => door.clear(),
        async kept({ drainedMs }) {
          return promise(ackedAway < away.ackedUpTo && drainedMs <= 10_000, `both sides are one within 10 s: ${ms(drainedMs)}`);
        },
      };
    },
  },
  {
    id: 'X24',
    says: 'cables are pulled without a farewell: on both sides, only towards the server, only towards the client',
    progressWithinMs: 10_000,
    async strike(scene) {
      const ways = [PULLED, { ...FAIR, toServer: 'stands' }, { ...FAIR, toClient: 'stands' }] as const;
      const freed: number[] = [];
      const doors: Link[] = [];
      for (const weather of ways) {
        const door = await scene.ownDoor();
        doors.push(door);
        const writer = scene.addWriter(0, 0, { door });
        await writer.client.until(() => writer.client.isUp, 'connected');
        writer.write();
        await writer.client.saved();
        door.weather(weather);
        writer.write();
      }
      await Promise.all(doors.map(async (door, at) => (freed[at] = await until(async () => (await door.held()) === 0, 'freeing a dead socket', 6 * HEARTBEAT_MS))));
      return {
        async heal() {
          for (const door of doors) {
            door.clear();
            door.reset();
          }
        },
        async kept() {
          return promise(Math.max(...freed) <= 5 * HEARTBEAT_MS, `the server frees a dead socket within five heartbeats (${HEARTBEAT_MS / 1_000} s here): ${freed.map(ms).join(', ')}`);
        },
      };
    },
  },
  {
    id: 'X27',
    says: 'every connection of every client is reset, again and again',
    progressWithinMs: 10_000,
    async strike(scene, { doors }) {
      const before = doors.reduce((sum, { asked }) => sum + asked, 0);
      const storms = scene.isShort ? 8 : 30;
      for (let storm = 0; storm < storms; storm += 1) {
        for (const door of doors) door.reset();
        await wait(storm % 5 === 4 ? 2_000 : 300);
      }
      const asked = doors.reduce((sum, link) => sum + link.asked, 0) - before;
      return {
        heal: async () => undefined,
        kept: async () => promise(asked <= storms * scene.writers.length * 2, `${storms} storms, ${asked} connections asked for by ${scene.writers.length} clients: no tight loop`),
      };
    },
  },
  {
    id: 'X28',
    says: 'a way of 300 ms and 32 kB/s that stalls as if it lost packets, and messages sent twice and out of their order',
    progressWithinMs: 20_000,
    async strike(scene, house) {
      const door = await scene.ownDoor();
      const updates: Uint8Array[] = [];
      const far = scene.addWriter(1, 0, { door });
      far.client.doc.on('update', (update: Uint8Array, _origin: unknown, _doc: unknown, { local }: { local: boolean }) => {
        if (local) updates.push(update);
      });
      await far.client.until(() => far.client.isUp, 'connected');
      door.weather({ latencyMs: 150, jitterMs: 60, bytesPerSecond: 32_000 });
      const blocked: number[] = [];
      for (let piece = 0; piece < (scene.isShort ? 20 : 80); piece += 1) {
        const began = performance.now();
        far.write();
        blocked.push(performance.now() - began);
        if (piece % 10 === 9) {
          door.weather({ toClient: 'stands', toServer: 'stands' });
          await wait(300 + house.random() * 500);
          door.weather({ toClient: 'flows', toServer: 'flows' });
        }
        await wait(100);
      }
      await twice(scene, house, updates);
      return {
        heal: async () => door.clear(),
        async kept() {
          return promise(percentile(blocked, 95) <= 16, `typing does not wait for the way: p95 ${percentile(blocked, 95).toFixed(1)} ms; ${updates.length} updates sent again, shuffled`);
        },
      };
    },
  },
  {
    id: 'X29',
    says: 'one of many readers reads nothing while much is written',
    progressWithinMs: 10_000,
    async strike(scene, house) {
      const door = await scene.ownDoor();
      const readers = Array.from({ length: scene.isShort ? 20 : 60 }, () => scene.client(0, 0));
      const slow = scene.client(0, 0, { door });
      await Promise.all([...readers, slow].map((client) => client.until(() => client.isUp, 'connected')));
      const [writer] = scene.writers;
      const { doc } = writer!.client;
      const before = await house.residentMiB(0);
      door.weather({ toClient: 'stands' });
      const took: number[] = [];
      for (let piece = 0; piece < PIECES; piece += 1) {
        // Deleted at once, so that only the way is long and not the text.
        doc.getText('bulk').insert(0, '눈'.repeat(PIECE_CHARACTERS));
        doc.getText('bulk').delete(0, PIECE_CHARACTERS);
        const upTo = writer!.client.lastNumber;
        took.push(await until(() => writer!.ackedUpTo >= upTo, 'an acknowledgement', 10_000));
      }
      const clock = Y.getState(doc.store, doc.clientID);
      const others = await until(() => readers.every((reader) => Y.getState(reader.doc.store, doc.clientID) >= clock), 'everyone else having it', 20_000);
      const grown = (await house.residentMiB(0)) - before;
      return {
        heal: async () => door.clear(),
        async kept() {
          await slow.until(() => Y.getState(slow.doc.store, doc.clientID) >= clock, 'the slow reader coming after', 30_000);
          for (const client of [...readers, slow]) client.stop();
          return promise(grown <= 96, `18 MB past a reader that stands: acknowledged p95 ${ms(percentile(took, 95))}, ${readers.length} others have it ${ms(others)} later, the node grows by ${Math.round(grown)} MiB (≤ 96)`);
        },
      };
    },
  },
];

/** What a writer sent goes again over another connection, shuffled: TCP allows no other doubling or disorder of whole messages. */
async function twice(scene: Scene, { random }: House, updates: readonly Uint8Array[]): Promise<void> {
  const other = scene.client(1, 0);
  await other.until(() => other.isUp, 'connected');
  const shuffled = updates.map((update) => ({ update, at: random() })).toSorted((left, right) => left.at - right.at);
  for (const [at, { update }] of shuffled.entries()) other.send(writeClientFrame({ type: 'push', channel: 1, number: at + 1, kind: 'edit', update }));
  await wait(500);
  other.stop();
}
