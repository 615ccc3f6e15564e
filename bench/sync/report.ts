import type { Figure, Lookup, Scenario } from './figures.ts';
import type { TargetName } from './targets.ts';

const met = (isMet: boolean | null): string => (isMet === null ? 'not compared' : isMet ? 'pass' : 'miss');

/** One scenario as a table of Markdown, readable on a terminal as it is. */
export function table(scenario: Scenario, targets: readonly TargetName[], of: Lookup, why: (target: TargetName) => string | undefined): string {
  const columns = scenario.targets.filter((target) => targets.includes(target));
  const rows = scenario.figures.flatMap((figure) => {
    const cells = columns.map((target) => shown(figure, of(target, figure.key)));
    return cells.every((cell) => cell === '–') ? [] : [[figure.label, ...cells, (figure.goals ?? []).map((goal) => `${goal.text}: ${met(goal.isMet(of))}`).join(' · ')]];
  });
  const missing = columns.flatMap((target) => (why(target) === undefined ? [] : [`${target}: ${why(target)!}`]));
  if (rows.length === 0) return [`### ${scenario.title}`, ...missing.map((sentence) => `\n${sentence}`), ''].join('\n');
  const grid = [['', ...columns, 'target'], ...rows];
  const widths = grid[0]!.map((_, column) => Math.max(3, ...grid.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => (column === 0 || column === row.length - 1 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const ruler = `|${widths.map((width, column) => (column === 0 || column === widths.length - 1 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [`### ${scenario.title}`, '', line(grid[0]!), ruler, ...rows.map(line), ...missing.map((sentence) => `\n${sentence}`), ''].join('\n');
}

const shown = ({ digits }: Figure, value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits));

/** docs/benchmarks.md. */
export function page({
  tables,
  date,
  command,
  machine,
  rounds,
  seconds,
  manuscript,
  hasRedis,
}: {
  tables: readonly string[];
  date: string;
  command: string;
  machine: string;
  rounds: number;
  seconds: number;
  manuscript: string;
  hasRedis: boolean;
}): string {
  return `# Benchmarks

Written by \`${command.trim()}\` on ${date}; not edited by hand.

${machine}. ${rounds} round${rounds === 1 ? '' : 's'}, ${seconds} s.

## How to read this

- **cowrite** is the production build with its PostgreSQL over the studio's own wire, **cowrite-hocuspocus** the same over that of Hocuspocus. The commit is a real one (\`synchronous_commit\` on), and what Cowrite acknowledges is committed. **hocuspocus** is @hocuspocus/server with every default and its database extension, which keeps documents in Node's own SQLite by the statements of its SQLite extension; its acknowledgement says "applied in memory". **y-websocket** is @y/websocket-server with LevelDB; it acknowledges nothing. **floor** is a server of ten lines around \`ws\` that passes bytes on, and gives the whole manuscript as it lies to whoever comes, without asking who it is: nothing in JavaScript costs less.
- All run on the same Node, from npm as they are, one at a time, freshly started for each scenario. Rounds go A B C, A B C; a figure is the median of its rounds.
- The clients are raw sockets in one process of their own, with every keystroke made before the clock starts. Every writer types into a root text of their own, so that no update waits for another's. At the end a late reader joins each document and must find every keystroke, or the scenario fails.
- CPU is user and system time from /proc. **+h** is what works elsewhere for the server: all of PostgreSQL and the compactor. Memory is resident memory after a forced collection.
- The machine is shared and has few cores (a load average above the number of cores means that others worked beside it): compare columns, and a column with itself of another day only when the floor is the same. CPU moves by about 15 % between rounds, a p99 by a factor of two.
- The long scene is ${manuscript}.${hasRedis ? '' : ' No redis-server was on PATH, so Hocuspocus on two nodes was not measured.'}

## Figures

${tables.join('\n')}`;
}
