import { runService, tracingOf } from '@cowrite/service-kit';
import { createSync } from './app.ts';
import { SyncConfig } from './config.ts';

await runService({
  service: 'sync',
  env: process.env,
  schema: SyncConfig,
  logLevel: (config) => config.LOG_LEVEL,
  tracing: tracingOf,
  create(config, logger) {
    if (config.JWT_SECRET) logger.info('JWT_SECRET is set and not needed here: tickets are verified with core’s public key');
    return createSync({ config, logger });
  },
});
