import { ConfigError, createLogger, readConfig, watchdog } from '@cowrite/service-kit';
import { createSync } from './app.ts';
import { SyncConfig } from './config.ts';

try {
  const config = readConfig(SyncConfig, process.env);
  const logger = createLogger({ service: 'sync', level: config.LOG_LEVEL });
  if (config.JWT_SECRET) logger.info('JWT_SECRET is set and not needed here: tickets are verified with core’s public key');
  const sync = createSync({ config, logger });
  const port = await sync.listen();
  watchdog();
  logger.info({ port }, 'listening');

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await sync.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  // The launcher holds the other end of this pipe: its death is ours.
  if (process.env['COWRITE_SUPERVISED']) process.stdin.on('end', () => void stop()).resume();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
