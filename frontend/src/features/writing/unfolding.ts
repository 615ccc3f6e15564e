import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';

/** Blocks that are laid out in one frame: 12 paragraphs of a novel take some 3 ms, a whole scene 13 to 25 (`npm run bench:studio`). */
const BLOCKS_A_FRAME = 12;

const key = new PluginKey<number>('unfolding');

/** Keeps the blocks of a scene out of the page's layout until `unfold` lets them in, the first ones excepted. */
export const unfolding = (): Plugin<number> =>
  new Plugin<number>({
    key,
    state: { init: () => BLOCKS_A_FRAME, apply: (transaction, shown) => (transaction.getMeta(key) as number | undefined) ?? shown },
    props: {
      decorations: (state) => {
        const shown = key.getState(state)!;
        if (shown >= state.doc.childCount) return null;
        const folded: Decoration[] = [];
        state.doc.forEach((block, position, index) => {
          if (index >= shown) folded.push(Decoration.node(position, position + block.nodeSize, { class: 'folded' }));
        });
        return DecorationSet.create(state.doc, folded);
      },
    },
  });

/**
 * Lets the blocks of one more frame into the layout, or all of them.
 *
 * @returns whether some are still left out.
 */
export function unfold(view: EditorView, { all = false } = {}): boolean {
  const shown = key.getState(view.state);
  const { childCount } = view.state.doc;
  if (shown === undefined || shown >= childCount) return false;
  const next = all ? Infinity : shown + BLOCKS_A_FRAME;
  view.dispatch(view.state.tr.setMeta(key, next));
  return next < childCount;
}
