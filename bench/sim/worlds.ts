import { workerData, parentPort } from 'node:worker_threads';

/** What the worker is given: where the world is, and which seeds are its share. */
export interface Share {
  /** The address of the module that exports `World`. */
  world: string;
  seeds: readonly number[];
  mode: 'safety' | 'liveness' | 'both';
}

export interface Counts {
  acked: number;
  refused: number;
  crashes: number;
  drafts: number;
  events: number;
  /** The longest of them. */
  restMs: number;
}

export type Told =
  | { type: 'done'; seed: number; counts: Counts }
  /** `isViolation`: the world says so itself, rather than having fallen over. */
  | { type: 'failed'; seed: number; mode: 'safety' | 'liveness'; isViolation: boolean; message: string; stack: string; trace: string[] };

/** With `both`, half of the seeds each. */
const modeOf = (seed: number, mode: Share['mode']) => (mode !== 'both' ? mode : seed % 2 === 0 ? 'liveness' : 'safety');

interface AnyWorld {
  run(): Counts;
  trace: string[];
}

const share = workerData as Share;
const { World } = (await import(share.world)) as { World: new (options: { seed: number; mode: 'safety' | 'liveness' }) => AnyWorld };
for (const seed of share.seeds) {
  const mode = modeOf(seed, share.mode);
  const world = new World({ seed, mode });
  let told: Told;
  try {
    told = { type: 'done', seed, counts: world.run() };
  } catch (error) {
    const { name, message, stack } = error as Error;
    told = { type: 'failed', seed, mode, isViolation: name === 'Violation', message, stack: stack ?? '', trace: world.trace };
  }
  parentPort!.postMessage(told);
  if (told.type === 'failed') break;
}
