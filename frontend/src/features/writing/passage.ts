import { AUTHOR_ONLY_NODES } from '@cowrite/manuscript';
import type { Node as ProseNode } from '@tiptap/pm/model';
import type { Found } from './find.ts';

/** A line weighs more than any place within one. */
const LINE_WEIGHT = 10_000_000;

/**
 * Where a passage stands now: of all places that say its text, the one nearest to where it was found, counted in lines
 * of prose as the search counts them. The scene may have been changed since; null when nothing says it any more.
 */
export function passageIn(doc: ProseNode, passage: { block: number; offset: number; text: string }): Found | null {
  const { text: needle } = passage;
  let line = 0;
  let nearest = null as Found | null;
  let least = Number.POSITIVE_INFINITY;
  if (needle === '') return null;
  doc.descendants((node, position) => {
    if (AUTHOR_ONLY_NODES.has(node.type.name)) return false;
    if (node.type.name === 'unknown') line += 1;
    if (!node.isTextblock) return true;
    // One character for every leaf keeps places in the text and in the document the same.
    const text = node.textBetween(0, node.content.size, '\ufffc', (leaf) => (leaf.type.name === 'hardBreak' ? '\n' : '\ufffc'));
    let start = position + 1;
    for (const part of text.split('\n')) {
      for (let at = part.indexOf(needle); at >= 0; at = part.indexOf(needle, at + 1)) {
        const distance = Math.abs(line - passage.block) * LINE_WEIGHT + Math.abs(at - passage.offset);
        if (distance >= least) continue;
        least = distance;
        nearest = { from: start + at, to: start + at + needle.length };
      }
      start += part.length + 1;
      line += 1;
    }
    return false;
  });
  return nearest;
}
