import { runService, tracingOf } from '@cowrite/service-kit';
import { createAi } from './app.ts';
import { AiConfig } from './config.ts';

await runService({ service: 'ai', env: process.env, schema: AiConfig, logLevel: (config) => config.LOG_LEVEL, tracing: tracingOf, create: (config, logger) => createAi({ config, logger }) });
