/**
 * The text of a scene: what `GET …/text` answers, what is counted and what is searched, and the way back from lines.
 *
 * A scene is the Y.XmlFragment named `default`. It is read by the shape of Yjs' types, so that this package needs no
 * copy of Yjs (two copies in one process break it).
 */

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

type Line = { kind: 'text'; text: string } | { kind: 'scene-break' };

/** How a scene break is written in plain text. */
export const SCENE_BREAK = '***';

function inlineText(node: unknown): string {
  if (isText(node)) {
    let text = '';
    // Marks (bold, ruby …) are attributes of the text; embeds are not text.
    for (const { insert } of node.toDelta()) if (typeof insert === 'string') text += insert;
    return text;
  }
  if (!isElement(node)) return '';
  if (node.nodeName === 'hardBreak') return '\n';
  return node.toArray().map(inlineText).join('');
}

function linesOf(children: unknown[], lines: Line[]): void {
  /** Text that stands beside blocks instead of in one; programs may write so, and nothing that was written is hidden. */
  let loose: string | null = null;
  const settle = (): void => {
    if (loose !== null && loose !== '') lines.push({ kind: 'text', text: loose });
    loose = null;
  };
  for (const child of children) {
    if (isText(child) || (isElement(child) && INLINE.has(child.nodeName))) {
      loose = (loose ?? '') + inlineText(child);
      continue;
    }
    if (!isElement(child)) continue;
    settle();
    if (child.nodeName === 'authorNote') continue;
    if (child.nodeName === 'sceneBreak') lines.push({ kind: 'scene-break' });
    else if (LINES.has(child.nodeName)) lines.push({ kind: 'text', text: child.toArray().map(inlineText).join('') });
    else linesOf(child.toArray(), lines);
  }
  settle();
}

function read(fragment: SceneFragment): Line[] {
  const lines: Line[] = [];
  linesOf(fragment.toArray(), lines);
  return lines;
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
 * | authorNote, whatever is in it                   | (none)                   |
 * | `漢字` with the ruby `한자`, or any other mark    | `漢字`                    |
 * | an embed inside text                            | (nothing)                |
 * | an element not known here                       | the text in it           |
 * | decomposed Hangul                               | composed                 |
 */
export function sceneLines(fragment: SceneFragment): string[] {
  return read(fragment).map((line) => (line.kind === 'text' ? line.text.normalize('NFC') : SCENE_BREAK));
}

/** The lines that are prose: as `sceneLines`, without the scene breaks. These are counted and searched. */
export function proseLines(fragment: SceneFragment): string[] {
  return read(fragment).flatMap((line) => (line.kind === 'text' ? [line.text.normalize('NFC')] : []));
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
