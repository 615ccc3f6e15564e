import { ofPeer, type Result, type Scenario } from '../figures.ts';
import { typeInto } from '../typing.ts';

const READERS = 400;
const PER_SECOND = 8;

/** A reading: many in one document where few write. Cowrite knows who may only read, and is measured with both. */
export const fanOut: Scenario = {
  name: 'fan-out',
  title: `fan-out: 1 and 10 writers, ${PER_SECOND} keystrokes a second each, to ${READERS} readers of one document`,
  targets: ['cowrite', 'hocuspocus', 'y-websocket', 'floor'],
  figures: [
    { key: 'one', label: '1 writer: server CPU, µs a delivery', digits: 1 },
    { key: 'one99', label: '1 writer: propagation p99, ms', digits: 1 },
    { key: 'ten', label: '10 writers: server CPU, µs a delivery', digits: 1, goals: [ofPeer('ten', 1 / 2, 'hocuspocus', '≤ 1/2 Hocuspocus')] },
    { key: 'ten50', label: '10 writers: propagation p50, ms', digits: 1 },
    { key: 'ten99', label: '10 writers: propagation p99, ms', digits: 1 },
    {
      key: 'viewers',
      label: '10 writers to viewers: server CPU, µs a delivery',
      digits: 1,
      goals: [
        {
          text: '≤ 1/6 Hocuspocus',
          isMet(of) {
            const [ours, theirs] = [of('cowrite', 'viewers'), of('hocuspocus', 'ten')];
            return ours === undefined || theirs === undefined ? null : ours <= theirs / 6;
          },
        },
      ],
    },
  ],
  async run(target, { seconds }) {
    const [alone, together, watched] = await target.documents('fan-out', 3);
    const crowd = (document: string, writersEach: number, asViewers: boolean) =>
      typeInto(target, { documents: [document], writersEach, readersEach: READERS, asViewers, perSecond: PER_SECOND * writersEach, count: PER_SECOND * writersEach * seconds });
    const one = await crowd(alone!, 1, false);
    const ten = await crowd(together!, 10, false);
    const viewers: Result = target.name === 'cowrite' ? { viewers: (await crowd(watched!, 10, true))['perDelivery']! } : {};
    return { one: one['perDelivery']!, one99: one['p99']!, ten: ten['perDelivery']!, ten50: ten['p50']!, ten99: ten['p99']!, ...viewers };
  },
};
