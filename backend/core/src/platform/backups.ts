import { type Registry, watch } from '@cowrite/service-kit';
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** How old the newest backup is. A house that has none is as old as its database: it wants one as much as one with an old one. */
export function watchBackups(registry: Registry, db: Database): void {
  watch(registry, 'cowrite_backup_age_seconds', 'Since the last ./cowrite backup; while there was none, since the database was made.', async () => {
    const { rows } = await sql<{ age: number }>`
      SELECT extract(epoch FROM now() - coalesce((SELECT max(made_at) FROM core.backup), (SELECT min(applied_at) FROM public.cowrite_migration)))::float8 AS age`.execute(db);
    return rows[0]!.age;
  });
}
