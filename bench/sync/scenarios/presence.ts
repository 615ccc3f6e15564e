import { setTimeout as wait } from 'node:timers/promises';
import { closeAll, openAll, until } from '../client.ts';
import { EVERYONE, ofPeer, type Scenario } from '../figures.ts';
import { CpuWatch } from '../processes.ts';
import { atRate, newClientId } from '../typist.ts';

const PEOPLE = 150;

/** Everyone's caret moves once a second, and nobody types. */
export const presence: Scenario = {
  name: 'presence',
  title: `presence: ${PEOPLE} carets in one document, each moving once a second, for 8 seconds (quick: 4)`,
  roundsMax: 2,
  targets: EVERYONE,
  figures: [
    { key: 'cpu', label: 'server CPU, s', digits: 2, goals: [ofPeer('cpu', 1 / 4, 'hocuspocus', '≤ 1/4 Hocuspocus')] },
    { key: 'frames', label: 'frames delivered a second', digits: 0, goals: [ofPeer('frames', 1 / 7, 'hocuspocus', '≤ 1/7 Hocuspocus')] },
    { key: 'carets', label: 'carets delivered a second', digits: 0 },
  ],
  async run(target, { quick }) {
    const seconds = quick ? 4 : 8;
    const [document] = await target.documents('presence', 1);
    let carets = 0;
    const clients = await openAll(await Promise.all(Array.from({ length: PEOPLE }, () => target.pass(document!))), () => ({ people: (count) => void (carets += count) }));
    const ids = clients.map(newClientId);
    const move = (at: number) => {
      const who = at % PEOPLE;
      const clock = Math.floor(at / PEOPLE) + 1;
      clients[who]!.sayWhere(ids[who]!, clock, JSON.stringify({ user: { name: '작가', color: '#a33' }, cursor: { anchor: { client: ids[who], clock }, head: { client: ids[who], clock } } }));
    };
    const frames = () => clients.reduce((sum, client) => sum + client.frames, 0);
    const before = { carets, frames: frames() };
    const cpu = new CpuWatch(target.processes());
    await atRate(PEOPLE, PEOPLE * seconds, move);
    // A server may gather carets, or lag behind: it is done when nothing comes any more.
    for (let seen = -1; seen < carets; await wait(500)) seen = carets;
    const spent = cpu.spent();
    const delivered = { carets: carets - before.carets, frames: frames() - before.frames };
    let heard = 0;
    const late = await openAll([await target.pass(document!)], () => ({ people: (count) => void (heard += count) }));
    await until(() => heard >= PEOPLE, 'a late reader hears of everyone', 10_000);
    await closeAll([...clients, ...late]);
    return { cpu: spent.server / 1_000, frames: delivered.frames / seconds, carets: delivered.carets / seconds };
  },
};
