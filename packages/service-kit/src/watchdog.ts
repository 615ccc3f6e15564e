import { Worker } from 'node:worker_threads';

/** Runs in a thread of its own, where a stuck event loop cannot hold it up. A string, since it must run without a file. */
const WATCHES = `
  const { workerData: { beats, stuckMs, everyMs } } = require('node:worker_threads');
  let last = -1, still = 0;
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    still = now === last ? still + 1 : 0;
    last = now;
    // Counted in looks of this thread and not by a clock: a process that was stopped as a whole, or a laptop that slept, is not stuck.
    if (still * everyMs < stuckMs) return;
    require('node:fs').writeSync(2, JSON.stringify({ level: 60, time: Date.now(), pid: process.pid, msg: 'the event loop stands still; ending the process so that it is started anew' }) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, everyMs);
`;

/**
 * Ends the process when its event loop stood still for `stuckMs`: whoever supervises it starts it again, which a process
 * that neither dies nor answers prevents (Docker does not restart what is only unhealthy).
 *
 * @returns stops watching.
 */
export function watchdog({ stuckMs = 30_000, everyMs = 1_000 }: { stuckMs?: number; everyMs?: number } = {}): () => Promise<void> {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const timer = setInterval(() => Atomics.add(beats, 0, 1), everyMs / 2).unref();
  const worker = new Worker(WATCHES, { eval: true, execArgv: [], workerData: { beats, stuckMs, everyMs }, resourceLimits: { maxOldGenerationSizeMb: 32 } });
  worker.unref();
  return async () => {
    clearInterval(timer);
    await worker.terminate();
  };
}
