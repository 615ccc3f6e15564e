// Loaded into every server that is measured (NODE_OPTIONS=--import): SIGUSR2 collects its garbage, so that memory is
// compared without what a collector had no reason to free yet. The last resort gives empty pages back as well.
process.on('SIGUSR2', () => globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }));
// A peer knows nothing of the pipe by which our services notice that whoever started them is gone.
if (process.env.COWRITE_BENCH_PEER) process.stdin.on('end', () => process.exit()).resume();
