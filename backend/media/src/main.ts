import { runService, tracingOf } from '@cowrite/service-kit';
import { createMedia } from './app.ts';
import { MediaConfig } from './config.ts';

await runService({ service: 'media', env: process.env, schema: MediaConfig, logLevel: (config) => config.LOG_LEVEL, tracing: tracingOf, create: (config, logger) => createMedia({ config, logger }) });
