import type { Lengths } from '@cowrite/contract';
import { decodeText, lengthOf, type SceneBlock, sceneFromLines, sceneLines, splitManuscript } from '@cowrite/manuscript';
import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';

/**
 * The thread that does what takes long: reading a scene out of its updates, reading an imported file, writing scenes
 * of imported lines. It knows no database and is ended when it takes too long.
 */

const tasks = {
  /** The text of a scene from all its updates. */
  'scene-text': ({ updates }: { updates: Uint8Array[] }): string => {
    const doc = new Y.Doc();
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    return sceneLines(doc.getXmlFragment('default')).join('\n');
  },
  /** An imported file: decoded and split, or why it cannot be read. */
  'read-file': ({ bytes, name }: { bytes: Uint8Array; name: string }) => {
    const decoded = decodeText(bytes);
    if (!decoded.readable) return decoded;
    const { lines, rule, sections } = splitManuscript(decoded.text, name);
    return {
      ...decoded,
      lines: lines.length,
      rule,
      lengths: lengthOf(decoded.text),
      sections: sections.map((section) => {
        const own = lines.slice(section.from, section.to);
        return { ...section, lengths: lengthOf(own.join('\n')) satisfies Lengths, firstLine: (own.find((line) => line.trim() !== '') ?? '').trim().slice(0, 120) };
      }),
    };
  },
  /** The updates that make scenes of these lines, for each scene none larger than `updateBytesMax` or so. */
  'write-scenes': ({ scenes, updateCharactersMax }: { scenes: string[][]; updateCharactersMax: number }): Uint8Array[][] => scenes.map((lines) => sceneUpdates(sceneFromLines(lines), updateCharactersMax)),
} satisfies Record<string, (input: never) => unknown>;

export type Tasks = typeof tasks;

function sceneUpdates(blocks: readonly SceneBlock[], charactersMax: number): Uint8Array[] {
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
  for (const block of blocks) {
    const pieces = block.kind === 'paragraph' ? piecesOf(block.text, charactersMax) : [''];
    const element = new Y.XmlElement(block.kind === 'paragraph' ? 'paragraph' : 'sceneBreak');
    if (block.kind === 'paragraph' && block.text !== '') element.insert(0, [new Y.XmlText(pieces[0]!)]);
    if (characters + pieces[0]!.length > charactersMax) write();
    waiting.push(element);
    // An element weighs something even when it is empty.
    characters += pieces[0]!.length + 8;
    if (pieces.length === 1) continue;
    write();
    const text = element.get(0) as Y.XmlText;
    for (const piece of pieces.slice(1)) text.insert(text.length, piece);
  }
  write();
  doc.destroy();
  return updates;
}

/** A text in pieces of at most `max` UTF-16 units, never cut inside a surrogate pair. */
function piecesOf(text: string, max: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + max);
    if (to < text.length && /[\ud800-\udbff]/.test(text[to - 1]!)) to--;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces.length === 0 ? [''] : pieces;
}

parentPort!.on('message', ({ name, input }: { name: keyof Tasks; input: never }) => {
  try {
    parentPort!.postMessage({ result: tasks[name](input) });
  } catch (failure) {
    parentPort!.postMessage({ failure: failure instanceof Error ? failure.message : String(failure) });
  }
});
