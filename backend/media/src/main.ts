import { ConfigError, createLogger, readConfig, watchdog } from '@cowrite/service-kit';
import { createMedia } from './app.ts';
import { MediaConfig } from './config.ts';

try {
  const config = readConfig(MediaConfig, process.env);
  const logger = createLogger({ service: 'media', level: config.LOG_LEVEL });
  const media = createMedia({ config, logger });
  const port = await media.listen();
  watchdog();
  logger.info({ port }, 'listening');

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await media.close();
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
