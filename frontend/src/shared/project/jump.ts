import { getChoseong } from 'es-hangul';
import { calledText } from './display.ts';

const flat = (text: string): string => text.normalize('NFC').toLowerCase().replace(/\s+/g, '');
const ONLY_CONSONANTS = /^[ㄱ-ㅎ]+$/;

/** Whether what a person typed into a jump field means this: its number, a part of its name, or initial consonants. */
export function rowMatches(called: { number: string; title: string }, typed: string): boolean {
  const wanted = flat(typed);
  if (wanted === '') return true;
  const digits = /^(\d+)화?$/.exec(wanted)?.[1];
  if (digits !== undefined && called.number.replace(/\D/g, '').startsWith(digits)) return true;
  const name = flat(calledText(called));
  if (name.includes(wanted)) return true;
  return ONLY_CONSONANTS.test(wanted) && getChoseong(name).includes(wanted);
}

/** What answers `typed`, in the order one would want it: an exact number first, then as given. */
export function jumpTo<R extends { number: string; title: string }>(rows: readonly R[], typed: string): R[] {
  const wanted = flat(typed).replace(/화$/, '');
  const found = rows.filter((row) => rowMatches(row, typed));
  const exact = new Set(found.filter((row) => wanted !== '' && row.number.replace(/\D/g, '') === wanted));
  return [...exact, ...found.filter((row) => !exact.has(row))];
}
