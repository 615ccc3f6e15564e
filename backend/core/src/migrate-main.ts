import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError, createLogger, grantTo, migrate, migrationFolders, readConfig } from '@cowrite/service-kit';
import { MigrationEnvironment } from './config.ts';

/**
 * Migrates the database for all services once and ends: the one-shot job of a deployment. A database that is not up yet is
 * waited for; every other failure ends it with status 1, and the database is as it was before the file that failed. With an
 * owner's address it also lets the services' role in.
 */
const REFUSED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ETIMEDOUT', '57P03']);
const BETWEEN_TRIES_MS = 1_000;

try {
  const config = readConfig(MigrationEnvironment, process.env);
  const logger = createLogger({ service: 'migrate' });
  const folders = migrationFolders(join(import.meta.dirname, '../../..'));
  const until = performance.now() + config.COWRITE_DATABASE_WAIT;
  for (;;) {
    try {
      logger.info({ applied: await migrate(config.DATABASE_MIGRATE_URL ?? config.DATABASE_URL, folders) }, 'the database is up to date');
      if (config.DATABASE_MIGRATE_URL) await grantTo(config.DATABASE_MIGRATE_URL, decodeURIComponent(new URL(config.DATABASE_URL).username));
      break;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!REFUSED.has(code ?? '') || performance.now() > until) throw error;
      logger.warn({ why: code, message }, 'the database is not there yet; waiting for it');
      await wait(BETWEEN_TRIES_MS);
    }
  }
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : `The database could not be migrated: ${(error as Error).message}`}\n`);
  process.exit(1);
}
