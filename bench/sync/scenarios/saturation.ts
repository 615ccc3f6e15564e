import { readUpdate } from '@cowrite/sync-core';
import { type Client, closeAll, openAll, until } from '../client.ts';
import { ofPeer, type Scenario } from '../figures.ts';
import { CpuWatch } from '../processes.ts';
import { expectWhole, Typist } from '../typist.ts';

const DOCUMENTS = 20;
const WINDOW = 16;

/**
 * As fast as it goes: each of twenty writers has sixteen keystrokes on their way, one reader beside them. A keystroke has
 * arrived when the reader has it and, where the wire confirms, the writer knows.
 */
export const saturation: Scenario = {
  name: 'saturation',
  title: `saturation: ${DOCUMENTS} documents, each with one writer who has ${WINDOW} keystrokes on their way and one reader`,
  targets: ['cowrite', 'cowrite-hocuspocus', 'hocuspocus', 'y-websocket', 'floor'],
  figures: [
    { key: 'cpu', label: 'server CPU, µs a keystroke', digits: 1 },
    { key: 'help', label: '+h, µs a keystroke', digits: 1 },
    {
      key: 'whole',
      label: 'server with +h, µs a keystroke',
      digits: 1,
      goals: [ofPeer('whole', 1 / 3, 'hocuspocus', '≤ 1/3 Hocuspocus'), ofPeer('whole', 1 / 4, 'hocuspocus', '≤ 1/4 (stretch)'), ofPeer('whole', 1 / 0.75, 'floor', 'at 75 % of the floor’s speed')],
    },
    { key: 'perSecond', label: 'keystrokes a second, with this client', digits: 0 },
  ],
  async run(target, { seconds, quick }) {
    const documents = await target.documents('saturation', DOCUMENTS);
    const each = (quick ? 500 : 1_000) * seconds;
    const typists = documents.map(() => new Typist(each));
    const passes = await Promise.all([...documents, ...documents].map((document) => target.pass(document)));
    const arrived = documents.map(() => 0);
    const acked = documents.map(() => 0);
    const sent = documents.map(() => 0);
    let clients: Client[] = [];
    let frames: Uint8Array[][] = [];
    const go = (at: number) => {
      const through = target.wire.acknowledges ? Math.min(arrived[at]!, acked[at]!) : arrived[at]!;
      // What comes while the doors still open is the state at the join, not an answer.
      while (frames.length > 0 && sent[at]! < each && sent[at]! - through < WINDOW) clients[at]!.send(frames[at]![sent[at]!++]!);
    };
    clients = await openAll(passes, (at) =>
      at < DOCUMENTS
        ? {
            acked: (upTo) => {
              acked[at] = upTo;
              go(at);
            },
          }
        : {
            update: (update) => {
              const { client } = typists[at - DOCUMENTS]!;
              for (const range of readUpdate(update).brings) if (range.client === client) arrived[at - DOCUMENTS] = Math.max(arrived[at - DOCUMENTS]!, range.to);
              go(at - DOCUMENTS);
            },
          },
    );
    frames = typists.map((typist, at) => clients[at]!.framesOf(typist.updates));

    const cpu = new CpuWatch(target.processes());
    const began = performance.now();
    for (const at of documents.keys()) go(at);
    await until(() => documents.every((_, at) => arrived[at] === each && (!target.wire.acknowledges || acked[at] === each)), 'every keystroke at its reader');
    const took = performance.now() - began;
    const spent = cpu.spent();
    if (target.keeps)
      await expectWhole(
        await Promise.all(documents.map((document) => target.pass(document))),
        typists.map((typist) => [typist]),
      );
    await closeAll(clients);
    const count = each * DOCUMENTS;
    const cost = (ms: number) => (ms * 1_000) / count;
    return { cpu: cost(spent.server), ...(spent.help > 0 ? { help: cost(spent.help) } : {}), whole: cost(spent.server + spent.help), perSecond: (count * 1_000) / took };
  },
};
