export * from './config.ts';
export * from './database.ts';
export * from './embedded-postgres.ts';
export * from './logger.ts';
export * from './migrate.ts';
export * from './origins.ts';
export * from './process-settings.ts';
export * from './watchdog.ts';
