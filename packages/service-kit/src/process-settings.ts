/**
 * Environment for a process that holds large buffers for a moment, as a relay does at each join. The C library otherwise
 * raises, with the first buffer that is freed, the size from which it gives memory back, and keeps what it has: a relay that
 * served a morning's joins would stay as large as the morning. What is smaller than eight kilobytes lies between what lives
 * long, and is used again; with 128 an open document took 280 KB and not 48 (`npm run bench:sync -- --only idle-memory`).
 */
export const GIVES_MEMORY_BACK: Readonly<Record<string, string>> = { MALLOC_MMAP_THRESHOLD_: '8192', MALLOC_TRIM_THRESHOLD_: '131072' };

/**
 * How Node is called for a relay. What it makes for a keystroke or a join is of no use a moment later: in two megabytes of young
 * space it is cleared away while it still lies in the processor's cache, and a storm of joins does not spread over forty
 * (`npm run bench:sync -- --only storm,many-documents,saturation`; docs/benchmarks-missed.md has the figures).
 */
export const RELAY_ARGUMENTS: readonly string[] = ['--max-semi-space-size=2'];
