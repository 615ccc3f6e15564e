import { Worker } from 'node:worker_threads';
import type { Counts, Share, Told } from './worlds.ts';

export type Failure = Extract<Told, { type: 'failed' }>;

/**
 * Runs seeds in a thread of its own until one fails. A thread that says nothing for `silenceMs` is ended: a world that
 * hangs is no violation of its rules, and no success either.
 *
 * @returns the failure, or null when all went well.
 */
export function runWorlds(share: Share, { silenceMs = 60_000, onDone }: { silenceMs?: number; onDone?: (counts: Counts) => void } = {}): { failure: Promise<Failure | null>; stop: () => void } {
  const worker = new Worker(new URL('./worlds.ts', import.meta.url), { workerData: share, execArgv: ['--disable-warning=ExperimentalWarning'] });
  const failure = new Promise<Failure | null>((resolve) => {
    const failed = (message: string, stack = '') => resolve({ type: 'failed', seed: share.seeds[0]!, mode: 'safety', isViolation: false, message, stack, trace: [] });
    const hangs = () => {
      failed(`nothing for ${silenceMs / 1_000} s`);
      void worker.terminate();
    };
    let timer = setTimeout(hangs, silenceMs);
    worker.on('message', (told: Told) => {
      clearTimeout(timer);
      timer = setTimeout(hangs, silenceMs);
      if (told.type === 'failed') resolve(told);
      else onDone?.(told.counts);
    });
    worker.on('error', (error: Error) => failed(error.message, error.stack));
    worker.on('exit', () => {
      clearTimeout(timer);
      resolve(null);
    });
  });
  return { failure, stop: () => void worker.terminate() };
}
