import { SCENE_BREAK } from './scene-text.ts';

/** A sentence of a text. */
export interface Sentence {
  /** Its words, without the space around them. */
  readonly text: string;
  /** Where they stand, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  /** The line it stands in, from 0. */
  readonly line: number;
}

/** What is said between these is one piece: a sentence does not end within it. */
const CLOSES: Readonly<Record<string, string>> = { '“': '”', '‘': '’', '「': '」', '『': '』', '《': '》', '〈': '〉', '(': ')', '[': ']', '"': '"', "'": "'" };
/** One that is longer guards nothing: nobody closed the first mark, or it is a speech of many sentences. */
const QUOTATION_UNITS_MAX = 1_000;
const ENDING = /[.!?。！？…~]+/uy;
const TRAILING = /[”’"'』」》〉)\]]*/uy;
/** Marks that say a thing is left unsaid: alone they end a sentence only where the line ends. */
const ELLIPSIS = /^(?:…+|\.{2,}|~+)$/u;
const ENDS_WITHIN = /[.!?。！？…~]\s*$/u;

/**
 * The sentences of a text, in reading order; a line ends one as well. What stands in quotation marks is not divided, however much is
 * said there; a particle that follows them (“가자.”라고) belongs to the sentence; an ellipsis within a line is a pause. Empty lines and
 * scene breaks are no sentences.
 */
export function sentencesIn(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let at = 0;
  for (const [line, words] of text.split('\n').entries()) {
    if (words.trim() !== SCENE_BREAK) {
      let from = 0;
      for (const to of [...endsIn(words), words.length]) {
        const part = words.slice(from, to);
        const begins = at + from + (part.length - part.trimStart().length);
        const trimmed = part.trim();
        if (trimmed !== '') sentences.push({ text: trimmed, from: begins, to: begins + trimmed.length, line });
        from = to;
      }
    }
    at += words.length + 1;
  }
  return sentences;
}

/** Where sentences end within a line. */
function endsIn(line: string): number[] {
  const ends: number[] = [];
  let begun = 0;
  const end = (at: number): void => {
    if (at < line.length) ends.push(at);
    begun = at;
  };
  for (let at = 0; at < line.length;) {
    const closed = closingOf(line, at);
    if (closed !== null) {
      if (ENDS_WITHIN.test(line.slice(at + 1, closed)) && mayEndAt(line, closed + 1)) end(closed + 1);
      at = closed + 1;
      continue;
    }
    const mark = matchAt(ENDING, line, at);
    if (mark === '') {
      at++;
      continue;
    }
    const after = at + mark.length + matchAt(TRAILING, line, at + mark.length).length;
    const isNumber = mark === '.' && (/^\s*\d*$/u.test(line.slice(begun, at)) || /^\d/u.test(line.slice(after)));
    if (!ELLIPSIS.test(mark) && !isNumber && mayEndAt(line, after)) end(after);
    at = after;
  }
  return ends;
}

/** Whether what stands at `at` may begin a sentence: after a space, or with a quotation, or Hangul after a mark that nobody followed by a space. */
const mayEndAt = (line: string, at: number): boolean => at >= line.length || /\s/u.test(line[at]!) || '“‘「『"'.includes(line[at]!) || (/[.!?]/u.test(line[at - 1]!) && /[가-힣]/u.test(line[at]!));

/** Where the quotation or bracket that opens at `at` closes in this line; null when none opens, or it does not close here. */
function closingOf(line: string, at: number): number | null {
  const opening = line[at]!;
  const closing = CLOSES[opening];
  if (closing === undefined) return null;
  // An apostrophe within a word opens nothing.
  if (opening === "'" && /[\p{L}\p{N}]/u.test(line[at - 1] ?? '')) return null;
  if (line.lastIndexOf(closing) <= at) return null;
  const isApostrophe = closing === "'" || closing === '’';
  for (let found = at + 1; found < Math.min(line.length, at + QUOTATION_UNITS_MAX); found++) {
    // Nor does one close.
    if (line[found] === closing && !(isApostrophe && /[A-Za-z]/u.test(line[found + 1] ?? ''))) return found;
  }
  return null;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
