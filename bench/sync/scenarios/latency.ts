import type { Scenario } from '../figures.ts';
import { typeInto } from '../typing.ts';

const PER_SECOND = 240;

/** A few lively documents: one writes in each, five watch. */
export const latency: Scenario = {
  name: 'latency',
  title: `latency: 8 documents, each with one writer and 5 readers, ${PER_SECOND} keystrokes a second`,
  roundsMax: 2,
  targets: ['cowrite', 'cowrite-hocuspocus', 'hocuspocus', 'y-websocket', 'floor'],
  figures: [
    { key: 'p50', label: 'propagation p50, ms', digits: 2 },
    { key: 'p95', label: 'propagation p95, ms', digits: 2 },
    { key: 'p99', label: 'propagation p99, ms', digits: 2 },
    { key: 'ack50', label: 'acknowledged p50, ms', digits: 2 },
    { key: 'cpu', label: 'server CPU, µs a keystroke', digits: 0 },
    { key: 'help', label: '+h, µs a keystroke', digits: 0 },
  ],
  run: async (target, { seconds }) => typeInto(target, { documents: await target.documents('latency', 8), writersEach: 1, readersEach: 5, perSecond: PER_SECOND, count: PER_SECOND * seconds }),
};
