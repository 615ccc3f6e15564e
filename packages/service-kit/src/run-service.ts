import type { z } from 'zod';
import { ConfigError, readConfig } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import type { Tracing } from './spans.ts';
import { LAST_SPANS_WITHIN_MS, startTracing } from './tracing.ts';
import { watchdog } from './watchdog.ts';

/** What a process runs. */
export interface Running {
  /** Begins to serve. @returns the port. */
  listen(): Promise<number>;
  /** The orderly stop. */
  close(): Promise<void>;
}

/**
 * A service as a process: its environment is read once, it serves, and it ends in order when it is told to, or when the launcher
 * that holds the other end of its standard input is gone. What cannot be begun ends it with 1 and a sentence. `stopsWithinMs`: a
 * stop that takes longer ends it all the same.
 */
export async function runService<S extends z.ZodType>({
  service,
  env,
  schema,
  logLevel,
  tracing,
  create,
  stopsWithinMs,
}: {
  service: string;
  env: NodeJS.ProcessEnv;
  schema: S;
  logLevel: (config: z.output<S>) => string;
  tracing: (config: z.output<S>) => Tracing | null;
  create: (config: z.output<S>, logger: Logger) => Running | Promise<Running>;
  stopsWithinMs?: number;
}): Promise<void> {
  try {
    const config = readConfig(schema, env);
    const logger = createLogger({ service, level: logLevel(config) });
    // Before anything is made: what is not traced from its first moment is not traced.
    const stopTracing = await startTracing(service, tracing(config), logger);
    const running = await create(config, logger);
    const port = await running.listen();
    watchdog();
    logger.info({ port }, 'listening');

    let stopping = false;
    const stop = async (why: string): Promise<void> => {
      if (stopping) return;
      stopping = true;
      logger.info({ why }, 'stopping');
      if (stopsWithinMs !== undefined) setTimeout(() => process.exit(1), stopsWithinMs).unref();
      await running.close();
      await stopTracing(LAST_SPANS_WITHIN_MS);
      process.exit(0);
    };
    process.on('SIGTERM', () => void stop('SIGTERM'));
    process.on('SIGINT', () => void stop('SIGINT'));
    if (env['COWRITE_SUPERVISED']) process.stdin.on('end', () => void stop('the launcher ended')).resume();
  } catch (failure) {
    process.stderr.write(`${failure instanceof ConfigError ? failure.message : failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}\n`);
    process.exit(1);
  }
}
