// Loaded into every server that is measured (NODE_OPTIONS=--import): SIGUSR2 collects its garbage, so that memory is
// compared without what a collector had no reason to free yet. The last resort gives empty pages back as well.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

process.on('SIGUSR2', () => globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }));
// A peer knows nothing of the pipe by which our services notice that whoever started them is gone.
if (process.env.COWRITE_BENCH_PEER) process.stdin.on('end', () => process.exit()).resume();

// SIGWINCH, which nobody else listens to, begins a CPU profile, and the next one writes it down (`--profile`).
const folder = process.env.COWRITE_BENCH_PROFILES;
if (folder) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 200 });
  let count = 0;
  let isRunning = false;
  process.on('SIGWINCH', () => {
    isRunning = !isRunning;
    if (isRunning) session.post('Profiler.start');
    else session.post('Profiler.stop', (error, found) => writeFileSync(join(folder, `${process.pid}-${(count += 1)}.json`), JSON.stringify(error ?? found.profile)));
  });
}
