import type { Numbering } from '@cowrite/contract';
import { numberingFromTitle } from './episode-numbers.ts';

/**
 * A long file, split where its author split it: at headings with numbers, at headings of Markdown, or where many lines
 * are blank. In doubt it stays whole: a wrong cut costs more than a missing one.
 */

/** By what a manuscript was split. */
export type SplitRule = 'numbered' | 'heading' | 'blank-lines' | 'whole';

/** A chapter or part to be; its prose is `lines.slice(from, to)`, without the heading and without blank lines around. */
export interface Section {
  title: string;
  kind: 'part' | 'chapter';
  numbering: Numbering;
  from: number;
  to: number;
}

export interface SplitManuscript {
  lines: string[];
  rule: SplitRule;
  sections: Section[];
}

const HEADING_CHARACTERS_MAX = 60;
const BLANK_LINES_BETWEEN = 3;

interface Heading {
  line: number;
  title: string;
  kind: 'part' | 'chapter';
}

const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === '';

/** Somebody speaks: quotation marks of all kinds, or a dash. Or it is a sentence. */
const SPEECH = /^\s*(?:["'“‘”’「『｢〝]|[-–—―]\s*\S)/u;
const SENTENCE = /[.。…,;!?"”’」』｣]\s*$/u;

const OPEN = '[\\[<〈《【({(]?\\s*';
const END = '(?=$|[\\s.:：·|\\-–—―\\])>〉》】}])';
const CHAPTER = new RegExp(`^\\s*#?\\s*${OPEN}(?:제\\s*)?(\\d{1,4})\\s*(?:화|회|장|편|話|回|章)${END}`, 'u');
const PART = new RegExp(`^\\s*${OPEN}(?:제\\s*)?(?:\\d{1,3}|[일이삼사오육칠팔구십]{1,3})\\s*(?:부|部|권)${END}`, 'u');
const NAMED = new RegExp(`^\\s*${OPEN}(?:프롤로그|에필로그|서막|서장|종장|외전|번외(?:편)?|특별편|후기|작가\\s*후기|작가의\\s*말|prologue|epilogue|afterword)\\s*\\d{0,3}\\s*(?:화|회|편)?${END}`, 'iu');
const FOREIGN = /^\s*(?:chapter|episode|ep\.?)\s*(\d{1,4}|[ivxlc]{1,7})(?=$|[\s.:–—-])/iu;
const HASH = /^\s*#\s?(\d{1,4})(?=$|[\s.:])/u;
const COUNTED = /^\s*(\d{1,3})\s*(?:[.)](?:\s+\S.*)?)?\s*$/u;
/** A heading that is nothing but its number or name. */
const BARE = new RegExp(
  `^\\s*#?\\s*${OPEN}(?:제\\s*)?(?:\\d{1,4}|[일이삼사오육칠팔구십]{1,3}|프롤로그|에필로그|서막|서장|종장|외전|번외편?|특별편|후기|작가\\s*후기|작가의\\s*말)\\s*\\d{0,3}\\s*(?:화|회|장|편|부|部|권)?\\s*[\\])>〉》】}.]?\\s*$`,
  'u',
);

/** The title a heading line gives: without hashes and brackets around the whole, at most 200 letters, on one line. */
function titleOf(line: string): string {
  const bare = line
    .replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, ' ')
    .normalize('NFC')
    .trim()
    .replace(/^#\s+(?=\D)/u, '')
    .replace(/^[[<〈《【(]\s*([^\])>〉》】]*?)\s*[\])>〉》】]$/u, '$1')
    .trim();
  return cut(bare === '' ? line.trim() : bare, 200);
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return text.slice(0, /[\ud800-\udbff]/.test(text[max - 1]!) ? max - 1 : max);
}

function numberedHeadings(lines: readonly string[]): Heading[] {
  const headings: Heading[] = [];
  let last: number | null = null;
  let seenText = false;
  for (const [at, line] of lines.entries()) {
    if (isBlank(line)) continue;
    const first = !seenText;
    seenText = true;
    if (line.length > HEADING_CHARACTERS_MAX * 2 || line.trim().length > HEADING_CHARACTERS_MAX || SPEECH.test(line)) continue;
    const part = PART.test(line);
    const number = CHAPTER.exec(line)?.[1] ?? FOREIGN.exec(line)?.[1] ?? HASH.exec(line)?.[1];
    if (!part && number === undefined && !NAMED.test(line)) continue;
    const bare = BARE.test(line);
    if (SENTENCE.test(line) && !bare && !/^\s*\S{1,6}[.]\s*$/u.test(line)) {
      // "3장 떨어진 종이를 주웠다." is prose; "3장. 누가 왔는가?" has the number's own point and is a title.
      if (!/^\s*[#[<〈《【(]?\s*(?:제\s*)?\d{1,4}\s*(?:화|회|장|편)\s*[.:：\-–—]/u.test(line) || /[.,。]\s*$/u.test(line)) continue;
    }
    const counts = number !== undefined && /^\d+$/.test(number) ? Number(number) : null;
    const alone = first || isBlank(lines[at - 1]) || isBlank(lines[at + 1]);
    if (!alone && !bare && !(counts !== null && last !== null && counts === last + 1)) continue;
    if (counts !== null) last = counts;
    headings.push({ line: at, title: titleOf(line), kind: part ? 'part' : 'chapter' });
  }
  return headings;
}

/** `1.`, `2.` … or bare numbers: only when they are exactly 1, 2, 3 … with room around each, and at least two. */
function countedHeadings(lines: readonly string[]): Heading[] {
  const headings: Heading[] = [];
  let first = true;
  for (const [at, line] of lines.entries()) {
    if (isBlank(line)) continue;
    const number = line.trim().length <= HEADING_CHARACTERS_MAX ? COUNTED.exec(line)?.[1] : undefined;
    const begins = first;
    first = false;
    if (number === undefined) continue;
    if (!(begins || isBlank(lines[at - 1])) && !isBlank(lines[at + 1])) return [];
    if (Number(number) !== headings.length + 1 || (SENTENCE.test(line) && !/^\s*\d+\s*[.]\s*$/u.test(line))) return [];
    headings.push({ line: at, title: titleOf(line), kind: 'chapter' });
  }
  return headings.length >= 2 ? headings : [];
}

/** Markdown's own: with two levels or more the first is parts and the second chapters; deeper ones stay text. */
function markdownHeadings(lines: readonly string[]): Heading[] {
  const found: { line: number; level: number; title: string }[] = [];
  let fenced = false;
  for (const [at, line] of lines.entries()) {
    if (/^\s{0,3}(?:```|~~~)/.test(line)) fenced = !fenced;
    const match = fenced ? null : /^ {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*$/u.exec(line);
    if (match) found.push({ line: at, level: match[1]!.length, title: titleOf(match[2]!) });
  }
  const levels = [...new Set(found.map((heading) => heading.level))].toSorted((a, b) => a - b);
  const chapters = levels[1] ?? levels[0];
  return found.filter((heading) => heading.level <= (chapters ?? 0)).map(({ line, level, title }) => ({ line, title, kind: level === chapters ? 'chapter' : 'part' }));
}

/** A file's name without folder and ending, as a title. */
function stemOf(name: string): string {
  const stem = titleOf(name.replace(/^.*[/\\]/, '').replace(/\.[A-Za-z0-9]{1,8}$/, ''));
  return stem === '' ? '1' : stem;
}

function trimmed(lines: readonly string[], from: number, to: number): { from: number; to: number } {
  while (from < to && isBlank(lines[from])) from++;
  while (to > from && isBlank(lines[to - 1])) to--;
  return { from, to };
}

function sectionsAt(lines: readonly string[], headings: readonly Heading[], name: string): Section[] {
  const sections: Section[] = [];
  const before = trimmed(lines, 0, headings[0]!.line);
  if (before.to > before.from) sections.push({ title: stemOf(name), kind: 'chapter', numbering: 'uncounted', ...before });
  for (const [at, heading] of headings.entries()) {
    const own = trimmed(lines, heading.line + 1, headings[at + 1]?.line ?? lines.length);
    sections.push({ title: heading.title, kind: heading.kind, numbering: heading.kind === 'part' ? 'counted' : numberingFromTitle(heading.title), ...own });
  }
  return sections;
}

function sectionsBetweenBlanks(lines: readonly string[], name: string): Section[] {
  const spans: { from: number; to: number }[] = [];
  let from = 0;
  let blank = 0;
  for (let at = 0; at <= lines.length; at++) {
    if (at < lines.length && isBlank(lines[at])) {
      blank++;
      continue;
    }
    if (at === lines.length || blank >= BLANK_LINES_BETWEEN) {
      const span = trimmed(lines, from, at - blank);
      if (span.to > span.from) spans.push(span);
      from = at;
    }
    blank = 0;
  }
  const stem = stemOf(name);
  return spans.map((span, at) => ({ title: cut(`${stem} ${at + 1}`, 200), kind: 'chapter', numbering: 'counted', ...span }));
}

/** The lines of a decoded text: a line end at the very end begins no further line. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/**
 * Splits decoded text (`\n` line ends). `name` is the file's: only .md and .markdown have Markdown headings, and it
 * gives the title where the text gives none. Every line that is not blank is in exactly one section or is a heading.
 */
export function splitManuscript(text: string, name: string): SplitManuscript {
  const lines = linesOf(text);
  if (/\.(?:md|markdown)$/iu.test(name)) {
    const headings = markdownHeadings(lines);
    if (headings.length > 0) return { lines, rule: 'heading', sections: sectionsAt(lines, headings, name) };
  }
  const numbered = numberedHeadings(lines);
  const headings = numbered.length > 0 ? numbered : countedHeadings(lines);
  if (headings.length > 0) return { lines, rule: 'numbered', sections: sectionsAt(lines, headings, name) };
  const between = sectionsBetweenBlanks(lines, name);
  if (between.length > 1) return { lines, rule: 'blank-lines', sections: between };
  const title = stemOf(name);
  return { lines, rule: 'whole', sections: [{ title, kind: 'chapter', numbering: numberingFromTitle(title), ...trimmed(lines, 0, lines.length) }] };
}

const collator = new Intl.Collator('ko', { numeric: true });

/** Names in the order people mean: 2화 before 10화. */
export const compareNaturally = (a: string, b: string): number => collator.compare(a.normalize('NFC'), b.normalize('NFC')) || (a < b ? -1 : a > b ? 1 : 0);
