/** Finding in prose: passages around a hit, and Hangul by initial consonants (초성). */

const INITIALS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const SYLLABLES_PER_INITIAL = 588;

/**
 * Each Hangul syllable as its initial consonant, everything else as it is: as long as `text` in UTF-16 units, so that
 * a place in one is the same place in the other. `이설화` → `ㅇㅅㅎ`.
 */
export function initialsOf(text: string): string {
  let initials = '';
  for (let at = 0; at < text.length; at++) {
    const syllable = text.charCodeAt(at) - 0xac00;
    initials += syllable >= 0 && syllable < 11_172 ? INITIALS[Math.floor(syllable / SYLLABLES_PER_INITIAL)] : text[at];
  }
  return initials;
}

/** Whether a query is initial consonants and nothing else (spaces aside): then it is looked for among initials. */
export const isInitials = (query: string): boolean => /^[ㄱ-ㅎ](?:[ㄱ-ㅎ ]*[ㄱ-ㅎ])?$/u.test(query);

/** A hit: which line, where in it (UTF-16 units), and the text around, on that line. */
export interface Passage {
  block: number;
  offset: number;
  before: string;
  match: string;
  after: string;
}

/** Characters shown on each side of a hit. */
const AROUND = 40;
const segmenter = new Intl.Segmenter('ko', { granularity: 'grapheme' });

/** Small letters, as long as `text`: the few that would change in length stay as they are. */
const folded = (text: string): string => {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : [...text].map((character) => (character.toLowerCase().length === character.length ? character.toLowerCase() : character)).join('');
};

const clustersOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** More units than so many characters have; where a longer text is cut off, the character at the cut is left out. */
const UNITS = AROUND * 16;
const lastClusters = (text: string): string =>
  clustersOf(text.slice(-UNITS))
    .slice(text.length > UNITS ? 1 : 0)
    .slice(-AROUND)
    .join('');
const firstClusters = (text: string): string =>
  clustersOf(text.slice(0, UNITS))
    .slice(0, text.length > UNITS ? -1 : undefined)
    .slice(0, AROUND)
    .join('');

/**
 * The first `limit` hits of `query` in `lines` (both NFC), from above; hits do not overlap. Latin letters match in
 * either case. A query of initials matches initials and also itself as written.
 */
export function passagesOf(lines: Iterable<string>, query: string, limit: number): Passage[] {
  const byInitials = isInitials(query);
  const wanted = folded(query);
  const passages: Passage[] = [];
  if (wanted === '') return passages;
  let block = 0;
  for (const line of lines) {
    const searched = byInitials ? initialsOf(line) : folded(line);
    for (let at = searched.indexOf(wanted); at >= 0; at = searched.indexOf(wanted, at + wanted.length)) {
      if (passages.length >= limit) return passages;
      passages.push({ block, offset: at, before: lastClusters(line.slice(0, at)), match: line.slice(at, at + wanted.length), after: firstClusters(line.slice(at + wanted.length)) });
    }
    block++;
  }
  return passages;
}
