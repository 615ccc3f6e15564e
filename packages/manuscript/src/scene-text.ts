/**
 * The text of a scene: what `GET …/text` answers, what is counted and what is searched, and the way back from lines.
 *
 * A scene is the Y.XmlFragment named `default`. It is read by the shape of Yjs' types, so that this package needs no
 * copy of Yjs (two copies in one process break it).
 */

import { AUTHOR_ONLY_NODES } from './scene-schema.ts';

/** The part of Y.XmlText that is read here. */
interface TextNode {
  toDelta(): { insert: unknown }[];
}
/** The part of Y.XmlElement that is read here. */
interface ElementNode {
  readonly nodeName: string;
  toArray(): unknown[];
}
/** The part of Y.XmlFragment that is read here. */
export interface SceneFragment {
  toArray(): unknown[];
}

const isText = (node: unknown): node is TextNode => typeof (node as TextNode | null)?.toDelta === 'function';
const isElement = (node: unknown): node is ElementNode => typeof (node as ElementNode | null)?.nodeName === 'string' && typeof (node as ElementNode).toArray === 'function';

/** Elements that hold a line of text even when they are empty. */
const LINES = new Set(['paragraph', 'heading']);
/** Elements that stand inside a line. */
const INLINE = new Set(['hardBreak']);

/** Text, and whose it is; null for what nobody is known to have written, and for the breaks between. */
export interface Run {
  text: string;
  by: string | null;
}

type Line = { kind: 'text'; runs: Run[] } | { kind: 'scene-break' };

/** How the text of one text node is read. */
type Reading<Text> = (node: Text) => Run[];

/** How a scene break is written in plain text. */
export const SCENE_BREAK = '***';

/** As it is read when it does not matter whose it is. Marks (bold, ruby …) are attributes of the text; embeds are not text. */
const plainly: Reading<TextNode> = (node) => node.toDelta().flatMap(({ insert }) => (typeof insert === 'string' ? { text: insert, by: null } : []));

function inlineRuns<Text extends TextNode>(node: unknown, reading: Reading<Text>): Run[] {
  if (isText(node)) return reading(node as Text);
  if (!isElement(node)) return [];
  if (node.nodeName === 'hardBreak') return [{ text: '\n', by: null }];
  return node.toArray().flatMap((child) => inlineRuns(child, reading));
}

function linesOf<Text extends TextNode>(children: unknown[], reading: Reading<Text>, lines: Line[]): void {
  /** Text that stands beside blocks instead of in one; programs may write so, and nothing that was written is hidden. */
  let loose: Run[] = [];
  const settle = (): void => {
    if (loose.some(({ text }) => text !== '')) lines.push({ kind: 'text', runs: loose });
    loose = [];
  };
  for (const child of children) {
    if (isText(child) || (isElement(child) && INLINE.has(child.nodeName))) {
      loose.push(...inlineRuns(child, reading));
      continue;
    }
    if (!isElement(child)) continue;
    settle();
    if (AUTHOR_ONLY_NODES.has(child.nodeName)) continue;
    if (child.nodeName === 'sceneBreak') lines.push({ kind: 'scene-break' });
    else if (LINES.has(child.nodeName)) lines.push({ kind: 'text', runs: child.toArray().flatMap((part) => inlineRuns(part, reading)) });
    else linesOf(child.toArray(), reading, lines);
  }
  settle();
}

function read<Text extends TextNode>(fragment: SceneFragment, reading: Reading<Text>): Line[] {
  const lines: Line[] = [];
  linesOf(fragment.toArray(), reading, lines);
  return lines;
}

const textOf = (runs: readonly Run[]): string =>
  runs
    .map(({ text }) => text)
    .join('')
    .normalize('NFC');

/** Runs in NFC: each ends where all that stands before its end ends when it is composed. */
function composed(runs: readonly Run[]): Run[] {
  const whole = textOf(runs);
  const parts: Run[] = [];
  let soFar = '';
  let from = 0;
  for (const [at, { text, by }] of runs.entries()) {
    soFar += text;
    const to = at === runs.length - 1 ? whole.length : Math.min(whole.length, soFar.normalize('NFC').length);
    if (to > from) parts.push({ text: whole.slice(from, to), by });
    from = Math.max(from, to);
  }
  return parts;
}

/**
 * The lines of a scene in reading order, one a block, in NFC; joined with newlines they are the answer of `…/text`.
 *
 * | in the scene                                    | lines                    |
 * |-------------------------------------------------|--------------------------|
 * | nothing                                         | (none)                   |
 * | paragraph `봄이 왔다.`                           | `봄이 왔다.`              |
 * | an empty paragraph                              | an empty line            |
 * | heading `1`                                     | `1`                      |
 * | paragraph `가` hardBreak `나`                    | `가⏎나` (one block)       |
 * | blockquote or statusWindow of two paragraphs    | two lines                |
 * | sceneBreak                                      | `***`                    |
 * | image                                           | (none)                   |
 * | authorNote, whatever is in it                   | (none)                   |
 * | `漢字` with the ruby `한자`, or any other mark    | `漢字`                    |
 * | an embed inside text                            | (nothing)                |
 * | an element not known here                       | the text in it           |
 * | decomposed Hangul                               | composed                 |
 */
export function sceneLines(fragment: SceneFragment): string[] {
  return read(fragment, plainly).map((line) => (line.kind === 'text' ? textOf(line.runs) : SCENE_BREAK));
}

/** The lines that are prose: as `sceneLines`, without the scene breaks. These are counted and searched. */
export function proseLines(fragment: SceneFragment): string[] {
  return read(fragment, plainly).flatMap((line) => (line.kind === 'text' ? [textOf(line.runs)] : []));
}

/**
 * `sceneLines` joined by newlines, as runs that say whose they are. `reading` tells what a text node (Y.XmlText) holds and
 * who wrote it, which takes a look at what Yjs is made of inside.
 */
export function authoredText<Text extends TextNode>(fragment: SceneFragment, reading: Reading<Text>): Run[] {
  return read(fragment, reading).flatMap((line, at) => [...(at === 0 ? [] : [{ text: '\n', by: null }]), ...(line.kind === 'text' ? composed(line.runs) : [{ text: SCENE_BREAK, by: null }])]);
}

/** A block of a scene to be made. */
export type SceneBlock = { kind: 'paragraph'; text: string } | { kind: 'scene-break' };

/** A line that says "here the scene changes" and nothing else: `***`, `* * *`, `◇ ◇ ◇`, `---`, `※※※` … */
const DIVIDER = /^\s*([*＊◇◆○●□■☆★※─―—–=~#-])(?:\s*\1){2,}\s*$/u;

/**
 * The blocks that imported lines become: a paragraph a line, in NFC, and a scene break for a line that is only a
 * divider (three or more of one sign). Nothing else is markup: stars, brackets and dashes in prose stay what they are.
 */
export function sceneFromLines(lines: Iterable<string>): SceneBlock[] {
  const blocks: SceneBlock[] = [];
  for (const line of lines) blocks.push(DIVIDER.test(line) ? { kind: 'scene-break' } : { kind: 'paragraph', text: line.normalize('NFC') });
  return blocks;
}
