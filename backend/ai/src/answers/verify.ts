import type { BriefItem, Citation } from '@cowrite/contract';

/** Letters below which a quote says nothing about where it stands. */
const LETTERS_MIN = 4;

/**
 * Where a quote stands in a text, word for word, in UTF-16 units; null when it does not. Composed and decomposed syllables are the
 * same letter, and so are the shapes of quotation marks and of space; everything else counts.
 */
export function placeOf(quote: string, text: string): { from: number; to: number } | null {
  const sought = lettersOf(quote.trim());
  if (sought.letters.filter((letter) => letter !== ' ').length < LETTERS_MIN) return null;
  const within = lettersOf(text);
  const needle = sought.letters.join('');
  const hay = within.letters.join('');
  for (let found = hay.indexOf(needle); found >= 0; found = hay.indexOf(needle, found + 1)) {
    const first = within.letterAt(found);
    const last = within.letterAt(found + needle.length - 1);
    // Within a letter that is several units long nothing begins or ends.
    if (first.begins && last.ends) return { from: within.places[first.at]!, to: within.ends[last.at]! };
  }
  return null;
}

/** The citation that a model gave by an item's place and a quote, if the quote stands there and the item stands in the manuscript. */
export function citationOf(place: unknown, quote: unknown, items: readonly BriefItem[]): Citation | null {
  const item = items[Number(place) - 1];
  if (item?.source == null || typeof quote !== 'string') return null;
  const { source } = item;
  // A long item's source says how it begins; one whose text is not what stands there is evidence no further than its source.
  const text = item.text.startsWith(source.quote) ? item.text : source.quote;
  const found = placeOf(quote, text);
  return found === null ? null : { itemId: item.id, span: { documentId: source.documentId, from: source.from + found.from, to: source.from + found.to, quote: text.slice(found.from, found.to) } };
}

const graphemes = new Intl.Segmenter('ko', { granularity: 'grapheme' });
const SAME: Readonly<Record<string, string>> = { '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'" };

/** A text letter by letter, each with its place in the text as it was given. */
function lettersOf(text: string) {
  const letters: string[] = [];
  const places: number[] = [];
  const ends: number[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const letter = /^\s/.test(segment) ? ' ' : (SAME[segment] ?? segment.normalize());
    const end = index + segment.length;
    if (letter === ' ' && letters.at(-1) === ' ') ends[ends.length - 1] = end;
    else {
      letters.push(letter);
      places.push(index);
      ends.push(end);
    }
  }
  const offsets: number[] = [];
  letters.forEach((letter, at) => {
    for (let unit = 0; unit < letter.length; unit++) offsets.push(at);
  });
  return {
    letters,
    places,
    ends,
    letterAt: (unit: number) => ({ at: offsets[unit]!, begins: offsets[unit - 1] !== offsets[unit], ends: offsets[unit + 1] !== offsets[unit] }),
  };
}
