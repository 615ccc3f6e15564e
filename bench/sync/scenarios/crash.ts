import { setTimeout as wait } from 'node:timers/promises';
import * as Y from 'yjs';
import { closeAll, openAll, until } from '../client.ts';
import { EVERYONE, type Goal, type Scenario } from '../figures.ts';
import { Typist } from '../typist.ts';

/** How long before the kill the last keystroke of each document was acknowledged, in ms. */
const AGES_MS = [5_000, 2_500, 1_000, 500, 100, 0];
const KEYSTROKES = 60;

const nothingLost: Goal = {
  text: '0',
  isMet(of) {
    const ours = of('cowrite', 'lost');
    return ours === undefined ? null : ours === 0;
  },
};

/** The server is killed with -9 and no client comes back: what was shown as accepted has to be there for the next reader. */
export const crash: Scenario = {
  name: 'crash',
  title: `crash: ${KEYSTROKES} keystrokes in each of ${AGES_MS.length} documents, the last of them ${AGES_MS.map((age) => age / 1_000).join(', ')} s before kill -9`,
  targets: EVERYONE,
  roundsMax: 1,
  figures: [
    { key: 'lost', label: 'acknowledged keystrokes lost (y-websocket: shown to the other)', digits: 0, goals: [nothingLost] },
    { key: 'of', label: 'of so many', digits: 0 },
  ],
  async run(target) {
    const documents = await target.documents('crash', AGES_MS.length);
    const typists = documents.map(() => new Typist(KEYSTROKES));
    const through = documents.map(() => 0);
    const passes = await Promise.all([...documents, ...documents].map((document) => target.pass(document)));
    const shown = documents.map(() => 0);
    const clients = await openAll(passes, (at) => (at < documents.length ? { acked: (upTo) => void (through[at] = upTo) } : { update: () => void (shown[at - documents.length]! += 1) }));
    // What came with the join is not an answer.
    shown.fill(0);
    for (const [at, age] of AGES_MS.entries()) {
      for (const frame of clients[at]!.framesOf(typists[at]!.updates)) clients[at]!.send(frame);
      await until(() => (target.wire.acknowledges ? through[at] : shown[at])! >= KEYSTROKES, 'every keystroke accepted');
      await wait(age - (AGES_MS[at + 1] ?? 0));
    }
    await target.kill();
    for (const client of clients) client.cut();
    await target.start();
    const docs = documents.map(() => new Y.Doc());
    const readers = await openAll(await Promise.all(documents.map((document) => target.pass(document))), (at) => ({ update: (update) => Y.applyUpdate(docs[at]!, update) }));
    // y-websocket says "synced" before its store has answered.
    await wait(1_000);
    await closeAll(readers);
    const lost = docs.reduce((sum, doc, at) => sum + KEYSTROKES - doc.getText(typists[at]!.root).length, 0);
    return { lost, of: KEYSTROKES * documents.length };
  },
};
