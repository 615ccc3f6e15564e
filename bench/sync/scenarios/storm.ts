import { setTimeout as wait } from 'node:timers/promises';
import { Client, closeAll, openAll } from '../client.ts';
import { EVERYONE, type Goal, ofPeer, type Scenario } from '../figures.ts';
import { fill, type Manuscript } from '../manuscripts.ts';
import { CpuWatch, rssAfterCollecting, rssOf } from '../processes.ts';

const DOCUMENTS = 5;

const littleMore: Goal = {
  text: '≤ 1.2',
  isMet(of) {
    const ours = of('cowrite', 'peak');
    return ours === undefined ? null : ours <= 1.2;
  },
};

/** A proxy was restarted: everyone comes back in the same moment, to a few long documents. One reader of each stayed. */
export const storm = (manuscript: Manuscript): Scenario => ({
  name: 'storm',
  title: `storm: 500 reconnects at once (quick: 200) on ${DOCUMENTS} documents of ${Math.round(manuscript.bytes / 1_000)} KB`,
  roundsMax: 2,
  targets: [...EVERYONE, 'floor'],
  figures: [
    { key: 'cpu', label: 'server CPU, ms a join', digits: 2, goals: [ofPeer('cpu', 1 / 8, 'hocuspocus', '≤ 1/8 Hocuspocus')] },
    { key: 'help', label: '+h, ms a join', digits: 2 },
    { key: 'all', label: 'everyone synced, ms', digits: 0 },
    { key: 'peak', label: 'peak memory, of the steady', digits: 2, goals: [littleMore] },
    { key: 'steady', label: 'steady memory, MB', digits: 0 },
  ],
  async run(target, { quick }) {
    const count = quick ? 200 : 500;
    const documents = await target.documents('storm', DOCUMENTS);
    await fill(target, documents, manuscript);
    await target.stop();
    await target.start();
    const [server] = target.processes().server;
    const who = Array.from({ length: count }, (_, at) => documents[at % DOCUMENTS]!);
    const stayed = await openAll(await Promise.all(documents.map((document) => target.pass(document))));
    const before = await openAll(await Promise.all(who.map((document) => target.pass(document))));
    const passes = await Promise.all(who.map((document) => target.pass(document)));
    const steady = await rssAfterCollecting(server!);
    for (const client of before) client.cut();
    await wait(200);

    let peak = rssOf(server!);
    const watch = setInterval(() => (peak = Math.max(peak, rssOf(server!))), 20);
    const cpu = new CpuWatch(target.processes());
    const began = performance.now();
    const clients = passes.map((pass) => new Client(pass));
    await Promise.all(clients.map((client) => client.synced));
    const all = performance.now() - began;
    await wait(300);
    const spent = cpu.spent();
    clearInterval(watch);
    const behind = clients.filter((client) => client.bytes < manuscript.bytes * 0.9).length;
    await closeAll([...stayed, ...clients]);
    if (behind > 0) throw new Error(`${behind} of ${count} came back without the text`);
    return { cpu: spent.server / count, ...(spent.help > 0 ? { help: spent.help / count } : {}), all, peak: peak / steady, steady: steady / 1_024 };
  },
});
