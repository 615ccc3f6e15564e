import type { Lengths } from '@cowrite/contract';
import { AUTHOR_ONLY_NODES, lengthOf, sumOfLengths } from '@cowrite/manuscript';
import type { Node as ProseNode } from '@tiptap/pm/model';

// A block that did not change is the same object in the next document, so it is counted once in its life.
const counted = new WeakMap<ProseNode, Lengths>();

function blockLengths(block: ProseNode): Lengths {
  const known = counted.get(block);
  if (known) return known;
  const lengths = block.isTextblock ? lengthOf(textOfBlock(block)) : sumOfLengths(partsOf(block));
  counted.set(block, lengths);
  return lengths;
}

function* partsOf(parent: ProseNode): Iterable<Lengths> {
  for (let index = 0; index < parent.childCount; index++) {
    const child = parent.child(index);
    if (!AUTHOR_ONLY_NODES.has(child.type.name) && !child.isAtom) yield blockLengths(child);
  }
}

/** The text of one line: hard breaks as line ends, nothing for other leaves. */
const textOfBlock = (block: ProseNode): string => block.textBetween(0, block.content.size, '\n', (leaf) => (leaf.type.name === 'hardBreak' ? '\n' : ''));

/** Lengths of a scene; costs what changed since the last asking, and one addition a block. */
export const lengthsOfScene = (doc: ProseNode): Lengths => sumOfLengths(partsOf(doc));

/** Lengths of a stretch of a scene, author-only blocks left out. */
export function lengthsOfRange(doc: ProseNode, from: number, to: number): Lengths {
  const parts: Lengths[] = [];
  doc.nodesBetween(from, to, (node, position) => {
    if (AUTHOR_ONLY_NODES.has(node.type.name)) return false;
    if (!node.isTextblock) return true;
    const start = Math.max(0, from - position - 1);
    const end = Math.min(node.content.size, to - position - 1);
    if (end > start) parts.push(lengthOf(node.textBetween(start, end, '\n', (leaf) => (leaf.type.name === 'hardBreak' ? '\n' : ''))));
    return false;
  });
  return sumOfLengths(parts);
}
