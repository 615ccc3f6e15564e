import type { GlossaryTerm } from '@cowrite/contract';

/** The same letters for the same word: composed, small, with one shape of apostrophe. */
const plain = (text: string): string =>
  text
    .normalize()
    .toLowerCase()
    .replaceAll(/[‘’]/gu, "'");
const LETTER_WITH_SPACES = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{M}]$/u;

/**
 * Those of the words that a text says, the longest first where several begin at one place, and none within another: 설화집 does not
 * say 설화 where both are words. In scripts that part words by spaces a word stands at the beginning of one; how it ends is left to
 * the language, since particles and endings follow.
 */
function said(text: string, words: readonly string[]): Set<string> {
  const within = plain(text);
  const sought = [...new Set(words)].map((word) => ({ word, letters: plain(word) })).toSorted((a, b) => b.letters.length - a.letters.length);
  const found = new Set<string>();
  for (let at = 0; at < within.length;) {
    const isWithinWord = LETTER_WITH_SPACES.test(within[at]!) && at > 0 && /[\p{L}\p{M}]/u.test(within[at - 1]!);
    const here = isWithinWord ? undefined : sought.find(({ letters }) => within.startsWith(letters, at));
    // Words that differ only in what `plain` takes away are said together.
    if (here !== undefined) for (const { word, letters } of sought) if (letters === here.letters) found.add(word);
    at += here?.letters.length ?? 1;
  }
  return found;
}

/** The terms of a glossary whose words a text says. */
export function termsIn(text: string, glossary: readonly GlossaryTerm[]): GlossaryTerm[] {
  const words = said(
    text,
    glossary.map(({ source }) => source),
  );
  return glossary.filter(({ source }) => words.has(source));
}

/** The terms that a text says and its translation does not, each word once: of several ways to say it one is enough. */
export function missedIn(text: string, translation: string, glossary: readonly GlossaryTerm[]): GlossaryTerm[] {
  const due = termsIn(text, glossary);
  const kept = said(
    translation,
    glossary.map(({ target }) => target),
  );
  const met = new Set(due.filter(({ target }) => kept.has(target)).map(({ source }) => plain(source)));
  return due.filter(({ source }, at) => !met.has(plain(source)) && due.findIndex((other) => plain(other.source) === plain(source)) === at);
}
