import { ConfigError, connect, createLogger, LAST_SPANS_WITHIN_MS, readConfig, startTracing, tracingOf } from '@cowrite/service-kit';
import { Compactor } from './compaction.ts';
import { SyncConfig } from './config.ts';

/** The compactor's own process: a document that takes all its memory must not take the relay with it. */
const BETWEEN_ROUNDS_MS = 500;
const BETWEEN_TIDYINGS_MS = 3_600_000;

try {
  const config = readConfig(SyncConfig, process.env);
  const logger = createLogger({ service: 'compactor', level: config.LOG_LEVEL });
  const stopTracing = await startTracing('compactor', tracingOf(config), logger);
  const pool = connect(config.DATABASE_URL, { name: 'cowrite-compactor', connectionsMax: 2 });
  const compactor = new Compactor({ pool, logger, rules: { quietMs: config.COWRITE_COMPACT_AFTER, oldestMs: config.COWRITE_COMPACT_AT_MOST, rowsMax: config.COWRITE_COMPACT_ROWS } });

  let stopping = false;
  let wake: () => void = () => undefined;
  const stop = () => {
    stopping = true;
    wake();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (process.env['COWRITE_SUPERVISED']) process.stdin.on('end', stop).resume();

  logger.info('folding');
  let away = false;
  let tidiedAtMs = -Infinity;
  while (!stopping) {
    if (performance.now() - tidiedAtMs > BETWEEN_TIDYINGS_MS) {
      tidiedAtMs = performance.now();
      await compactor.tidy().catch((error: unknown) => logger.warn({ err: error }, 'the next days of history could not be made; the default partition takes their rows, and they will be made in an hour'));
    }
    try {
      await compactor.round();
      if (away) logger.info('the database answers again');
      away = false;
    } catch (error) {
      if (!away) logger.warn({ err: error }, 'the database does not answer; trying again');
      away = true;
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, BETWEEN_ROUNDS_MS);
    });
  }
  await pool.end();
  await stopTracing(LAST_SPANS_WITHIN_MS);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
