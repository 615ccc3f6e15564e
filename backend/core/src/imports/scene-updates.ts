import { type SceneBlock, sceneFromLines } from '@cowrite/manuscript';
import * as Y from 'yjs';

/** Hangul takes three bytes: well under the mebibyte that one update may have. */
const UPDATE_CHARACTERS = 200_000;
/** What an element weighs besides its text. */
const ELEMENT_CHARACTERS = 8;

/** The updates, in order, that make a scene of imported lines; each under a mebibyte. */
export function sceneUpdates(lines: readonly string[]): Uint8Array[] {
  const doc = new Y.Doc();
  const fragment = doc.getXmlFragment('default');
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  let waiting: Y.XmlElement[] = [];
  let characters = 0;
  const write = (): void => {
    if (waiting.length > 0) fragment.insert(fragment.length, waiting);
    waiting = [];
    characters = 0;
  };
  for (const block of sceneFromLines(lines)) {
    const [first, ...rest] = piecesOf(block);
    if (characters + first!.length > UPDATE_CHARACTERS) write();
    const text = first === '' ? null : new Y.XmlText(first);
    const element = new Y.XmlElement(block.kind === 'paragraph' ? 'paragraph' : 'sceneBreak');
    if (text !== null) element.insert(0, [text]);
    waiting.push(element);
    characters += first!.length + ELEMENT_CHARACTERS;
    if (rest.length > 0) write();
    for (const piece of rest) text!.insert(text!.length, piece);
  }
  write();
  doc.destroy();
  return updates;
}

/** A block's text in pieces that fit an update, never cut inside a surrogate pair. */
function piecesOf(block: SceneBlock): string[] {
  if (block.kind === 'scene-break' || block.text === '') return [''];
  const pieces: string[] = [];
  for (let from = 0; from < block.text.length;) {
    let to = Math.min(block.text.length, from + UPDATE_CHARACTERS);
    if (to < block.text.length && /[\ud800-\udbff]/.test(block.text[to - 1]!)) to--;
    pieces.push(block.text.slice(from, to));
    from = to;
  }
  return pieces;
}
