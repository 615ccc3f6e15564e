import { AUTHOR_ONLY_NODES, findSpan, SCENE_BREAK, type Span } from '@cowrite/manuscript';
import type { Node as ProseNode } from '@tiptap/pm/model';

/** A line of the scene's text: where it begins in the text, and where its first character is in the document. */
interface Line {
  start: number;
  position: number;
  length: number;
}

/**
 * The text of a scene as the server reads it (`sceneLines`, joined by newlines), and the way between places in it and
 * positions in the document.
 */
export class ScenePlaces {
  readonly text: string;
  readonly #lines: Line[] = [];
  readonly #end: number;

  constructor(doc: ProseNode) {
    const lines: string[] = [];
    let start = 0;
    const add = (line: string, position: number): void => {
      lines.push(line);
      this.#lines.push({ start, position, length: line.length });
      start += line.length + 1;
    };
    doc.descendants((node, position) => {
      if (AUTHOR_ONLY_NODES.has(node.type.name)) return false;
      if (node.type.name === 'sceneBreak') add(SCENE_BREAK, position);
      else if (node.type.name === 'unknown') {
        if (node.attrs['text']) add(String(node.attrs['text']), position);
      } else if (node.isTextblock)
        // One character for every leaf keeps places in the text and in the document the same.
        add(
          node.textBetween(0, node.content.size, '\ufffc', (leaf) => (leaf.type.name === 'hardBreak' ? '\n' : '\ufffc')),
          position + 1,
        );
      else return true;
      return false;
    });
    this.text = lines.join('\n');
    this.#end = doc.content.size;
  }

  /** Where a position of the document is in the text: in what stands there, or at the end of what stands before it. */
  offsetOf(position: number): number {
    const line = this.#lines.findLast((each) => each.position <= position);
    return line === undefined ? 0 : line.start + Math.min(line.length, position - line.position);
  }

  positionOf(offset: number): number {
    const line = this.#lines.findLast((each) => each.start <= offset);
    return line === undefined ? Math.min(1, this.#end) : line.position + Math.min(line.length, offset - line.start);
  }

  /** Where a span's words are in the document now; null when nothing says them any more. */
  find(span: Span): { from: number; to: number } | null {
    const found = findSpan(this.text, span);
    return found && { from: this.positionOf(found.from), to: this.positionOf(found.to) };
  }
}
