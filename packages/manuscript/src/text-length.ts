import type { Lengths } from '@cowrite/contract';

/**
 * How long a text is. The one place that counts: the studio's footer, the projection, the import preview and every
 * goal use it, because a count that differs between two screens is money to somebody.
 */

const NOT_SIMPLE = 0;
const LETTER = 1;
const SPACE = 2;
const PUNCTUATION = 3;
const LINE_BREAK = 4;

const PUNCTUATION_PATTERN = /^[\p{P}~∼～]/u;
const SPACE_PATTERN = /^\s/u;

/**
 * Code units that stand as a cluster of their own whatever simple one follows, from the grapheme break rules: no
 * combining marks, no conjoining jamo, no surrogates, no emoji bases. Nearly all Korean prose is made of these.
 */
const SIMPLE_RANGES: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa0, 0xa8],
  [0xaa, 0xac],
  [0xaf, 0x2ff],
  [0x2010, 0x2027],
  [0x2030, 0x203b],
  [0x203d, 0x2048],
  [0x204a, 0x205e],
  [0x3000, 0x3029],
  [0x3031, 0x303c],
  [0x3041, 0x3096],
  [0x309b, 0x30ff],
  [0x3131, 0x318e],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xff01, 0xff5e],
];

const KINDS = new Uint8Array(0x10000);
for (const [from, to] of SIMPLE_RANGES) {
  const allLetters = from === 0x4e00 || from === 0xac00;
  for (let unit = from; unit <= to; unit++) KINDS[unit] = allLetters ? LETTER : kindOf(String.fromCharCode(unit));
}
KINDS[0x09] = SPACE;
for (const unit of [0x0a, 0x0d, 0x85, 0x2028, 0x2029]) KINDS[unit] = LINE_BREAK;

function kindOf(cluster: string): number {
  if (SPACE_PATTERN.test(cluster)) return SPACE;
  return PUNCTUATION_PATTERN.test(cluster) ? PUNCTUATION : LETTER;
}

const segmenter = new Intl.Segmenter('ko', { granularity: 'grapheme' });

/**
 * Lengths of `text` in grapheme clusters after NFC; line breaks are never counted. `withoutPunctuation` leaves out
 * white space as well as punctuation (with the tilde, which Korean prose uses as one). `sheets` is sheets of
 * 200-character manuscript paper, by the length with spaces, rounded up to a tenth.
 * A million characters of Korean prose take some milliseconds: only the surroundings of unusual characters are segmented.
 */
export function lengthOf(text: string): Lengths {
  const composed = text.normalize('NFC');
  const counts = [0, 0, 0, 0, 0];
  let at = 0;
  while (at < composed.length) {
    const kind = KINDS[composed.charCodeAt(at)]!;
    const next = at + 1 < composed.length ? KINDS[composed.charCodeAt(at + 1)]! : LINE_BREAK;
    // A simple unit followed by a simple unit cannot be part of a longer cluster.
    if (kind !== NOT_SIMPLE && next !== NOT_SIMPLE) {
      counts[kind]!++;
      at++;
      continue;
    }
    const end = endOfUnusual(composed, at + 1);
    for (const { segment } of segmenter.segment(composed.slice(at, end))) {
      const unit = KINDS[segment.charCodeAt(0)]!;
      counts[unit === LINE_BREAK ? LINE_BREAK : kindOf(segment)]!++;
    }
    at = end;
  }
  return lengthsFrom(counts[LETTER]! + counts[PUNCTUATION]! + counts[SPACE]!, counts[LETTER]! + counts[PUNCTUATION]!, counts[LETTER]!);
}

/** The first place after `from` where two simple units meet, which is where a cluster surely ends. */
function endOfUnusual(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (KINDS[text.charCodeAt(at)] !== NOT_SIMPLE && KINDS[text.charCodeAt(at - 1)] !== NOT_SIMPLE) return at;
  }
  return text.length;
}

function lengthsFrom(withSpaces: number, withoutSpaces: number, withoutPunctuation: number): Lengths {
  return { withSpaces, withoutSpaces, withoutPunctuation, sheets: Math.ceil(withSpaces / 20) / 10 };
}

/** Lengths of several texts together; the sheets are those of the whole, not the sum of rounded parts. */
export function sumOfLengths(parts: Iterable<Omit<Lengths, 'sheets'>>): Lengths {
  let withSpaces = 0;
  let withoutSpaces = 0;
  let withoutPunctuation = 0;
  for (const part of parts) {
    withSpaces += part.withSpaces;
    withoutSpaces += part.withoutSpaces;
    withoutPunctuation += part.withoutPunctuation;
  }
  return lengthsFrom(withSpaces, withoutSpaces, withoutPunctuation);
}
