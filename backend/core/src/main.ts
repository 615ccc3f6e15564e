import { ConfigError, connect, createLogger, readConfig } from '@cowrite/service-kit';
import { createCore } from './app.ts';
import { CoreEnvironment } from './config.ts';
import { systemClock } from './platform/clock.ts';

/** Core as a process: environment, application, listen, drain. */
async function main(): Promise<void> {
  const config = readConfig(CoreEnvironment, process.env);
  const logger = createLogger({ service: 'core', level: config.logLevel });
  const pool = connect(config.databaseUrl, { name: 'cowrite-core', connectionsMax: config.databaseConnectionsMax });
  const core = await createCore({ config, pool, clock: systemClock, logger });
  const { port } = await core.listen();
  logger.info({ port, hosts: config.hosts }, 'listening');

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    // A request that never ends must not keep the process: the launcher waits ten seconds for everyone.
    setTimeout(() => process.exit(1), 8_000).unref();
    await core.close();
    await pool.end();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  // The launcher holds the other end of this pipe: its death is ours.
  if (process.env['COWRITE_SUPERVISED']) process.stdin.on('end', () => void stop('the launcher ended')).resume();
}

main().catch((failure: unknown) => {
  process.stderr.write(`${failure instanceof ConfigError ? failure.message : failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}\n`);
  process.exit(1);
});
