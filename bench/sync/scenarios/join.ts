import { setTimeout as wait } from 'node:timers/promises';
import { Client, type Pass } from '../client.ts';
import { EVERYONE, type Goal, median, ofPeer, type Result, type Scenario } from '../figures.ts';
import { fill, type Manuscript } from '../manuscripts.ts';
import { CpuWatch } from '../processes.ts';
import type { Target } from '../targets.ts';

/** A join that takes longer is no join. */
const PATIENCE_MS = 20_000;

const nobodyEarly: Goal = {
  text: '0',
  isMet(of) {
    const ours = of('cowrite', 'early');
    return ours === undefined ? null : ours === 0;
  },
};

/** Opening a long document: cold, when nobody has it open on the server, and warm, beside someone who has. */
export const join = (scene: Manuscript, book: Manuscript): Scenario => ({
  name: 'join',
  title: `join: a scene written in 260,000 keystrokes (${Math.round(scene.bytes / 1_000)} KB) and a book of 1,000,000 characters (${(book.bytes / 1_000_000).toFixed(2)} MB)`,
  roundsMax: 2,
  targets: [...EVERYONE, 'floor'],
  figures: [
    { key: 'cold', label: 'scene, cold, ms', digits: 1, goals: [ofPeer('cold', 1 / 6, 'hocuspocus', '≤ 1/6 Hocuspocus')] },
    { key: 'coldCpu', label: 'scene, cold, server CPU ms', digits: 1 },
    { key: 'coldHelp', label: '+h, ms', digits: 1 },
    { key: 'warm', label: 'scene, warm, ms', digits: 1, goals: [ofPeer('warm', 1 / 4, 'hocuspocus', '≤ 1/4 Hocuspocus')] },
    { key: 'warmCpu', label: 'scene, warm, server CPU ms', digits: 1 },
    { key: 'bookCold', label: 'book, cold, ms', digits: 1 },
    { key: 'bookColdCpu', label: 'book, cold, server CPU ms', digits: 1 },
    { key: 'bookWarm', label: 'book, warm, ms', digits: 1 },
    { key: 'early', label: 'joins told “synced” before the content was there', digits: 0, goals: [nobodyEarly] },
    { key: 'joins', label: 'of so many', digits: 0 },
  ],
  async run(target, { quick }) {
    const scenes = await target.documents('join-scene', quick ? 6 : 11);
    const books = await target.documents('join-book', quick ? 3 : 5);
    await fill(target, scenes, scene);
    await fill(target, books, book);
    // What is cold is loaded by nobody; and what a server folds or stores afterwards is done when it has ended in order.
    await target.stop();
    await target.start();
    // The first of each warms the code up, not the document.
    const first = [await one(await target.pass(scenes[0]!), scene), await one(await target.pass(books[0]!), book)];
    const ofScene = await coldAndWarm(target, scenes.slice(1), scene);
    const ofBook = await coldAndWarm(target, books.slice(1), book);
    for (const { client } of first) await client.close();
    return {
      cold: ofScene.cold,
      coldCpu: ofScene.coldCpu,
      ...(ofScene.coldHelp > 0 ? { coldHelp: ofScene.coldHelp } : {}),
      warm: ofScene.warm,
      warmCpu: ofScene.warmCpu,
      bookCold: ofBook.cold,
      bookColdCpu: ofBook.coldCpu,
      bookWarm: ofBook.warm,
      early: ofScene.early + ofBook.early + first.filter(({ isEarly }) => isEarly).length,
      joins: (scenes.length - 1 + books.length - 1) * 2 + first.length,
    };
  },
});

/** Opens it and waits for the word "synced" and for all of the content, whichever comes last. */
async function one(pass: Pass, { bytes }: Manuscript): Promise<{ client: Client; ms: number; isEarly: boolean }> {
  // A server may encode the same text a little smaller or larger than it was sent.
  const whole = bytes * 0.9;
  const began = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const client: Client = new Client(pass, { update: () => (client.bytes >= whole ? resolve() : undefined) });
  const patience = setTimeout(() => reject(new Error(`${client.bytes} of ${bytes} bytes came within ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS);
  await Promise.all([client.synced, promise]);
  clearTimeout(patience);
  return { client, ms: performance.now() - began, isEarly: client.bytesAtSync < whole };
}

async function coldAndWarm(target: Target, documents: readonly string[], manuscript: Manuscript): Promise<Result & Record<'cold' | 'coldCpu' | 'coldHelp' | 'warm' | 'warmCpu' | 'early', number>> {
  const series = async () => {
    const passes = await Promise.all(documents.map((document) => target.pass(document)));
    const cpu = new CpuWatch(target.processes());
    const joins = [];
    for (const pass of passes) joins.push(await one(pass, manuscript));
    // What a server does after it said so is part of what a join costs it.
    await wait(200);
    const { server, help } = cpu.spent();
    return { joins, ms: median(joins.map(({ ms }) => ms)), server: server / joins.length, help: help / joins.length, early: joins.filter(({ isEarly }) => isEarly).length };
  };
  const cold = await series();
  const warm = await series();
  for (const { client } of [...cold.joins, ...warm.joins]) client.cut();
  return { cold: cold.ms, coldCpu: cold.server, coldHelp: cold.help, warm: warm.ms, warmCpu: warm.server, early: cold.early + warm.early };
}
