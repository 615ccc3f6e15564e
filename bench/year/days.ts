import { randomUUID } from 'node:crypto';
import { connect, type EmbeddedPostgres } from '@cowrite/service-kit';
import { median } from '../sync/figures.ts';
import { inTable } from './report.ts';
import { timed } from './timed.ts';

/** How many days of history there are when it is asked. */
const DAYS = [30, 365, 1_000];
const TIMES = 40;

/** What many days of history cost whoever asks for one document. */
export async function compareDays(postgres: EmbeddedPostgres): Promise<string> {
  const pool = connect(postgres.url('cowrite'), { name: 'days', connectionsMax: 1 });
  const told = new Map<string, string[]>();
  let made = 0;
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
  const moments = [inDays(3), inDays(5)];
  for (const days of DAYS) {
    // Some at a time: each takes its locks until the end of its transaction.
    for (; made < days; made += 5) await pool.query("SELECT sync.make_history_days((now() AT TIME ZONE 'UTC')::date + $1::int)", [made + 5]);
    for (const [name, sql] of Object.entries(QUESTIONS)) {
      const took: number[] = [];
      for (let time = 0; time < TIMES; time += 1) took.push(await timed(() => pool.query(sql, [randomUUID(), ...moments.slice(0, (sql.match(/\$[23]/g) ?? []).length)])));
      told.set(name, [...(told.get(name) ?? []), median(took).toFixed(2)]);
    }
  }
  await pool.end();
  return inTable(
    ['ms, median', ...DAYS.map((days) => `${days} days`)],
    [...told].map(([name, values]) => [name, ...values]),
  );
}

const QUESTIONS = {
  'all of a document (a damaged snapshot)': 'SELECT updates FROM sync.update_history WHERE document_id = $1 AND epoch = 1 ORDER BY at, node, seq',
  'two days of a document': 'SELECT updates FROM sync.update_history WHERE document_id = $1 AND at BETWEEN $2 AND $3',
  'one more row (a fold)': "INSERT INTO sync.update_history (document_id, epoch, node, seq, updates, credits, at) VALUES ($1, 1, $1, 1, '', '{}', $2)",
};
