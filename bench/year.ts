import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate, migrationFolders, newPassword, startEmbeddedPostgres } from '@cowrite/service-kit';
import { Client } from 'pg';
import { root } from './stack.ts';
import { compareDays } from './year/days.ts';
import { byMonth, perThousand } from './year/report.ts';
import { compareShapes } from './year/shapes.ts';
import { type Month, simulateYear } from './year/year.ts';

/**
 * What a year of writing leaves in the database: `npm run bench:year`. The same seed writes the same. `--writers 2` is two in
 * turn; `--eager` folds a long scene as often as a short one. What partitions of the log cost: `npm run bench:year -- --shapes`; and days of history: `-- --history`.
 */
const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '360' },
    writers: { type: 'string', default: '1' },
    characters: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    shapes: { type: 'boolean', default: false },
    eager: { type: 'boolean', default: false },
    history: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'cowrite-year-'));
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), password: newPassword(), settings: { shared_buffers: '256MB' } });
async function leaveNothing(): Promise<void> {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
// PostgreSQL would outlive a run that is interrupted.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leaveNothing().finally(() => process.exit(130)));
try {
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query('CREATE DATABASE cowrite');
  await client.end();
  const url = postgres.url('cowrite');
  await migrate(url, migrationFolders(root));
  process.stdout.write(`${cpus()[0]!.model} × ${cpus().length}, Node ${process.version}, PostgreSQL 16\n\n`);
  if (values.shapes) process.stdout.write(`${await compareShapes(postgres, Number(values.rounds))}\n`);
  else if (values.history) process.stdout.write(`${await compareDays(postgres)}\n`);
  else {
    const started = performance.now();
    const months: Month[] = [];
    for await (const month of simulateYear(url, { days: Number(values.days), writers: Number(values.writers), characters: Number(values.characters), seed: Number(values.seed), isPatient: !values.eager })) {
      months.push(month);
      process.stderr.write(`month ${month.month}, ${((performance.now() - started) / 1_000).toFixed(0)} s\n`);
    }
    const last = months.at(-1)!;
    process.stdout.write(`${byMonth(months)}\n\n${perThousand(last)}\n\n`);
    process.stdout.write(
      `TYPED ${last.typed} DELETED ${last.deleted} STROKES ${last.strokes} FOLDS ${last.folds} HOURS ${(last.writingMs / 3_600_000).toFixed(1)} seed ${values.seed}, ${values.writers} at it, in ${((performance.now() - started) / 1_000).toFixed(0)} s\n`,
    );
  }
} finally {
  await leaveNothing();
}
