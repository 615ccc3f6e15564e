import { sceneMarks, sceneNodes } from '@cowrite/manuscript';
import { Schema } from '@tiptap/pm/model';

/**
 * The schema the surface edits by: the scene's own specs, and one block and one mark that stand for what another
 * program wrote and this studio does not know. They keep their place and are never written to anything else.
 */
export const sceneSchema = new Schema({
  nodes: {
    ...sceneNodes,
    unknown: {
      group: 'block',
      atom: true,
      attrs: { name: { default: '' }, text: { default: '' } },
      toDOM: (node) => ['div', { class: 'block-unknown', contenteditable: 'false' }, String(node.attrs['text']) || `‹${String(node.attrs['name'])}›`],
    },
  },
  marks: { ...sceneMarks, foreign: { attrs: { name: { default: '' } }, toDOM: () => ['span', 0] } },
});
