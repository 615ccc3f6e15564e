import { setTimeout as wait } from 'node:timers/promises';
import { type Client, closeAll, openAll } from '../client.ts';
import { atMost, EVERYONE, ofPeer, type Scenario } from '../figures.ts';
import { fill, type Manuscript } from '../manuscripts.ts';
import { rssAfterCollecting } from '../processes.ts';

/** What a server holds on to for a join is let go after a while; ours after two seconds. */
const QUIET_MS = 3_000;

/** Documents opened first, and in all. Hocuspocus and y-websocket hold a gigabyte for what ours is asked for. */
const COUNTS = { ours: { some: 150, all: 600 }, theirs: { some: 50, all: 150 }, quick: { some: 10, all: 20 } };

/**
 * What each further document costs that is open while nobody types: measured between some of them and all of them, because
 * what the first bring along (code that is compiled, pools that grow once) is no document's. Sockets are bought twice, once on
 * one small document and once on the long ones, so that what a socket costs can be taken off.
 */
export const idleMemory = (manuscript: Manuscript): Scenario => ({
  name: 'idle-memory',
  title: `idle memory: the 151st to 600th open document (others: the 51st to 150th) with snapshots of ${Math.round(manuscript.bytes / 1_000)} KB`,
  targets: EVERYONE,
  roundsMax: 1,
  figures: [
    { key: 'perDocument', label: 'KB of memory each further open document, its socket taken off', digits: 1, goals: [atMost('perDocument', 20, 'KB'), ofPeer('perDocument', 1 / 150, 'hocuspocus', '≤ 1/150 Hocuspocus (stretch)')] },
    { key: 'perSocket', label: 'KB of memory each further socket on a small document', digits: 1 },
    { key: 'first', label: 'MB that the first ones took beyond that', digits: 1 },
    { key: 'start', label: 'MB of the server before', digits: 0 },
  ],
  async run(target, { quick }) {
    const { some, all } = quick ? COUNTS.quick : target.name.startsWith('cowrite') ? COUNTS.ours : COUNTS.theirs;
    const [first, ...documents] = await target.documents('long', all + 1);
    const [small] = await target.documents('small', 1);
    await fill(target, [first!, ...documents], manuscript);
    await target.stop();
    await target.start();
    const [server] = target.processes().server;
    const passes = (names: readonly string[]) => Promise.all(names.map((name) => target.pass(name)));
    const kept: Client[] = [];
    const open = async (names: readonly string[], atOnce?: number): Promise<number> => {
      kept.push(...(await openAll(await passes(names), undefined, atOnce)));
      await wait(QUIET_MS);
      return rssAfterCollecting(server!);
    };

    // The first ones warm it up: code that is compiled once is nobody's document.
    const warm = await openAll(await passes([first!, ...Array.from({ length: 9 }, () => small!)]));
    await closeAll(warm.slice(0, 1));
    kept.push(...warm);
    await wait(QUIET_MS);
    const before = await rssAfterCollecting(server!);
    const sockets = documents.map(() => small!);
    const [someSockets, allSockets] = [await open(sockets.slice(0, some)), await open(sockets.slice(some))];
    const [someLong, allLong] = [await open(documents.slice(0, some), 10), await open(documents.slice(some), 10)];
    await closeAll(kept);
    const perSocket = (allSockets - someSockets) / (all - some);
    const perDocument = (allLong - someLong) / (all - some) - perSocket;
    return { perDocument, perSocket, first: (someLong - allSockets - some * (perDocument + perSocket)) / 1_024, start: before / 1_024 };
  },
});
