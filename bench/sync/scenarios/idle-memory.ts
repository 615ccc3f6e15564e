import { setTimeout as wait } from 'node:timers/promises';
import { closeAll, openAll } from '../client.ts';
import { atMost, EVERYONE, ofPeer, type Scenario } from '../figures.ts';
import { fill, type Manuscript } from '../manuscripts.ts';
import { rssAfterCollecting } from '../processes.ts';

/** What a server holds on to for a join is let go after a while; ours after two seconds. */
const QUIET_MS = 3_000;

/**
 * Documents that are open while nobody types. Sockets are bought twice, once on one small document and once on the long
 * ones, so that what a socket costs can be taken off.
 */
export const idleMemory = (manuscript: Manuscript): Scenario => ({
  name: 'idle-memory',
  title: `idle memory: 150 open documents (quick: 20) with snapshots of ${Math.round(manuscript.bytes / 1_000)} KB`,
  targets: EVERYONE,
  roundsMax: 1,
  figures: [
    { key: 'perDocument', label: 'KB of memory an open document, its socket taken off', digits: 1, goals: [atMost('perDocument', 20, 'KB'), ofPeer('perDocument', 1 / 150, 'hocuspocus', '≤ 1/150 Hocuspocus (stretch)')] },
    { key: 'perSocket', label: 'KB of memory a socket on a small document', digits: 1 },
    { key: 'start', label: 'MB of the server before', digits: 0 },
  ],
  async run(target, { quick }) {
    const count = quick ? 20 : 150;
    const [first, ...documents] = await target.documents('long', count + 1);
    const [small] = await target.documents('small', 1);
    await fill(target, [first!, ...documents], manuscript);
    await target.stop();
    await target.start();
    const [server] = target.processes().server;
    const passes = (names: readonly string[]) => Promise.all(names.map((name) => target.pass(name)));

    // The first ones warm it up: code that is compiled once is nobody's document.
    const warm = await openAll(await passes([first!, ...Array.from({ length: 9 }, () => small!)]));
    await closeAll(warm.slice(0, 1));
    await wait(QUIET_MS);
    const before = await rssAfterCollecting(server!);
    const onSmall = await openAll(await passes(documents.map(() => small!)));
    await wait(QUIET_MS);
    const between = await rssAfterCollecting(server!);
    const onLong = await openAll(await passes(documents), undefined, 10);
    await wait(QUIET_MS);
    const after = await rssAfterCollecting(server!);
    await closeAll([...warm, ...onSmall, ...onLong]);
    const perSocket = (between - before) / count;
    return { perDocument: (after - between) / count - perSocket, perSocket, start: before / 1_024 };
  },
});
