import { atMost, ofPeer, type Scenario } from '../figures.ts';
import { typeInto } from '../typing.ts';

const DOCUMENTS = 300;
const PER_SECOND = 1_500;

/** What a server does all day: two people in each of many documents, all of them typing. */
export const manyDocuments: Scenario = {
  name: 'many-documents',
  title: `many documents: ${DOCUMENTS * 2} sockets on ${DOCUMENTS} documents, ${PER_SECOND} keystrokes a second`,
  targets: ['cowrite', 'cowrite-hocuspocus', 'hocuspocus', 'y-websocket', 'floor'],
  figures: [
    { key: 'p50', label: 'propagation p50, ms', digits: 2, goals: [ofPeer('p50', 0.4, 'hocuspocus', '≤ 0.4 × Hocuspocus'), ofPeer('p50', 0.7, 'y-websocket', '≤ 0.7 × y-websocket')] },
    { key: 'p95', label: 'propagation p95, ms', digits: 2 },
    { key: 'p99', label: 'propagation p99, ms', digits: 2, goals: [ofPeer('p99', 1, 'hocuspocus', '≤ Hocuspocus'), ofPeer('p99', 1, 'y-websocket', '≤ y-websocket')] },
    { key: 'ack50', label: 'acknowledged p50, ms', digits: 2, goals: [atMost('ack50', 1, 'ms')] },
    { key: 'ack99', label: 'acknowledged p99, ms', digits: 2, goals: [atMost('ack99', 10, 'ms')] },
    { key: 'cpu', label: 'server CPU, µs a keystroke', digits: 0 },
    { key: 'help', label: '+h, µs a keystroke', digits: 0 },
  ],
  run: async (target, { seconds }) => typeInto(target, { documents: await target.documents('many', DOCUMENTS), writersEach: 2, readersEach: 0, perSecond: PER_SECOND, count: PER_SECOND * seconds }),
};
