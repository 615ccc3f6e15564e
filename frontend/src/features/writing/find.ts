import type { Node as ProseNode } from '@tiptap/pm/model';

export interface Found {
  from: number;
  to: number;
}

/** Where `wanted` occurs in a scene, block by block, without regard to case; composed like the text. At most `limit`. */
export function findInScene(doc: ProseNode, wanted: string, limit = 2_000): Found[] {
  const needle = wanted.normalize('NFC').toLowerCase();
  const found: Found[] = [];
  if (needle === '') return found;
  doc.descendants((node, position) => {
    if (found.length >= limit) return false;
    if (!node.isTextblock) return true;
    // One character for every leaf keeps places in the text and in the document the same.
    const text = node.textBetween(0, node.content.size, '\ufffc', '\ufffc').toLowerCase();
    for (let at = text.indexOf(needle); at >= 0 && found.length < limit; at = text.indexOf(needle, at + needle.length)) found.push({ from: position + 1 + at, to: position + 1 + at + needle.length });
    return false;
  });
  return found;
}
