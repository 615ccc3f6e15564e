import type { BriefItem, Citation } from '@cowrite/contract';

/** Letters below which a quote is no evidence: it stands anywhere. */
const LETTERS_MIN = 4;

interface Search {
  lettersMin?: number;
  /** Units of the text that are passed over. */
  after?: number;
}

/**
 * Where a quote stands in a text, word for word, in UTF-16 units; null when it does not. Composed and decomposed syllables are the
 * same letter, and so are the shapes of quotation marks and of space; everything else counts.
 */
export function placeOf(quote: string, text: string, { lettersMin = LETTERS_MIN, after = 0 }: Search = {}): { from: number; to: number } | null {
  const sought = lettersOf(quote.trim());
  if (sought.letters.filter((letter) => letter !== ' ').length < lettersMin) return null;
  const within = lettersOfLast(text);
  const needle = sought.hay;
  const { hay } = within;
  for (let found = hay.indexOf(needle); found >= 0; found = hay.indexOf(needle, found + 1)) {
    const first = within.letterAt(found);
    const last = within.letterAt(found + needle.length - 1);
    // Within a letter that is several units long nothing begins or ends.
    if (first.begins && last.ends && within.places[first.at]! >= after) return { from: within.places[first.at]!, to: within.ends[last.at]! };
  }
  return null;
}

/** The item that a model means by its number, or by `자료` and its number. */
const itemAt = (place: unknown, items: readonly BriefItem[]): BriefItem | undefined => items[Number(String(place).replace(/^자료 ?/, '')) - 1];

/** The citation that a model gave by an item's place and a quote, if the quote stands there and the item stands in the manuscript. */
export function citationOf(place: unknown, quote: unknown, items: readonly BriefItem[], search?: Search): Citation | null {
  const item = itemAt(place, items);
  if (item?.source == null || typeof quote !== 'string') return null;
  const { source } = item;
  // A long item's source says how it begins; one whose text is not what stands there is evidence no further than its source.
  const text = item.text.startsWith(source.quote) ? item.text : source.quote;
  const found = placeOf(quote, text, search);
  return found === null ? null : { itemId: item.id, span: { documentId: source.documentId, from: source.from + found.from, to: source.from + found.to, quote: text.slice(found.from, found.to) } };
}

/**
 * Finds one quote after the other, as they follow each other in a text: the next one at or after the end of the last, or else wherever
 * it stands. For lines that say all of a passage, of which some are short and some are said twice.
 */
export function inOrder(items: readonly BriefItem[]): (place: unknown, quote: unknown) => Citation | null {
  const ends = new Map<string, number>();
  return (place, quote) => {
    const item = itemAt(place, items);
    const after = item === undefined ? 0 : (ends.get(item.id) ?? 0);
    const found = citationOf(place, quote, items, { lettersMin: 1, after }) ?? citationOf(place, quote, items, { lettersMin: 1 });
    if (found !== null && item?.source != null) ends.set(item.id, found.span.to - item.source.from);
    return found;
  };
}

const graphemes = new Intl.Segmenter('ko', { granularity: 'grapheme' });
const SAME: Readonly<Record<string, string>> = { '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'" };

let latest: { text: string; letters: ReturnType<typeof lettersOf> } | null = null;

/** The same text is asked for once a line of an answer, and taking it apart takes a millisecond a page. */
function lettersOfLast(text: string): ReturnType<typeof lettersOf> {
  if (latest?.text !== text) latest = { text, letters: lettersOf(text) };
  return latest.letters;
}

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
    hay: letters.join(''),
    places,
    ends,
    letterAt: (unit: number) => ({ at: offsets[unit]!, begins: offsets[unit - 1] !== offsets[unit], ends: offsets[unit + 1] !== offsets[unit] }),
  };
}
