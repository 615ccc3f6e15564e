import type { Month } from './year.ts';

const grouped = (value: number): string => Math.round(value).toLocaleString('en');

/** Lines of Markdown. */
export const inTable = (head: readonly string[], lines: readonly (readonly string[])[]): string => [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** How everything grew. */
export const byMonth = (months: readonly Month[]): string =>
  inTable(
    ['month', 'typed', 'in the text', 'sessions', 'rows of the log', 'snapshot', 'history', 'a row each', 'state vector', 'cover', 'authorship, owners: rows', 'fold ms', 'load ms'],
    months.map(({ month, typed, characters, sessions, rows, sizes, foldMs, loadMs }) => [
      String(month),
      grouped(typed),
      grouped(characters),
      String(sessions),
      grouped(rows),
      grouped(sizes.snapshot),
      grouped(sizes.packed),
      grouped(sizes.rowByRow),
      grouped(sizes.stateVector),
      `${grouped(sizes.cover)} (${sizes.coverNodes} nodes)`,
      `${sizes.authorshipRows}, ${sizes.ownerRows}`,
      foldMs.toFixed(0),
      loadMs.toFixed(1),
    ]),
  );

/** What a thousand typed characters have become by the end. */
export function perThousand({ typed, sizes, mergedBytes, appendWal, foldWal }: Month): string {
  const lines: (readonly [string, number])[] = [
    ['snapshot', sizes.snapshot],
    ['projection (text, initials)', sizes.projection],
    ['history', sizes.packed],
    ['– heap', sizes.packedHeap],
    ['– TOAST', sizes.packedToast],
    ['– index', sizes.packedIndexes],
    ['– of it the updates', sizes.updates],
    ['– of it the credits', sizes.credits],
    ['– of it the moments', sizes.moments],
    ['history in partitions of a day with nobody else in them', sizes.history],
    ['history with a row for each row of the log', sizes.rowByRow],
    ['updates alone, merged at each fold (not done)', mergedBytes],
    ['log, all of it folded', sizes.log],
    ['authorship', sizes.authorship],
    ['owners of client ids', sizes.owners],
    ['state vector', sizes.stateVector],
    ['cover', sizes.cover],
    ['written ahead (WAL) by appends', appendWal],
    ['written ahead (WAL) by folds', foldWal],
  ];
  return inTable(
    ['', 'bytes', 'bytes per 1,000 typed characters'],
    lines.map(([name, bytes]) => [name, grouped(bytes), grouped((bytes * 1_000) / typed)]),
  );
}
