/** Preloaded into a program that is not ours: when the other end of its standard input is gone, so is the program. */
process.stdin.on('end', () => process.exit(0)).resume();
process.stdin.unref?.();
