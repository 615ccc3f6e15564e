import { baseKeymap, chainCommands, exitCode, lift, setBlockType, toggleMark, wrapIn } from '@tiptap/pm/commands';
import type { NodeType } from '@tiptap/pm/model';
import { type Command, TextSelection } from '@tiptap/pm/state';
import { sceneSchema } from './schema.ts';

const { nodes, marks } = sceneSchema;

/** Whether the selection stands in a block of `type` (for headings, of `level`). */
function isInside(state: Parameters<Command>[0], type: NodeType, level?: number): boolean {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    const node = $from.node(depth);
    if (node.type === type && (level === undefined || node.attrs['level'] === level)) return true;
  }
  return false;
}

/** Puts the blocks of the selection into a box of `type`, or takes them out of it. */
const toggleBox =
  (type: NodeType): Command =>
  (state, dispatch) => {
    if (isInside(state, type)) return lift(state, dispatch);
    return wrapIn(type)(state, dispatch) || chainCommands(lift)(state, dispatch);
  };

/** A heading of `level`, or back to a paragraph. */
const toggleHeading =
  (level: number): Command =>
  (state, dispatch) =>
    isInside(state, nodes['heading']!, level) ? setBlockType(nodes['paragraph']!)(state, dispatch) : setBlockType(nodes['heading']!, { level })(state, dispatch);

/** A scene break after the block one stands in, and the caret in a paragraph behind it. */
const insertSceneBreak: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.depth === 0) return false;
  if (dispatch) {
    const block = $from.node(1);
    const empty = block.isTextblock && block.content.size === 0;
    const after = $from.after(1);
    const tr = state.tr;
    const from = empty ? $from.before(1) : after;
    tr.replaceWith(from, after, [nodes['sceneBreak']!.create(), nodes['paragraph']!.create()]);
    tr.setSelection(TextSelection.create(tr.doc, from + 2));
    dispatch(tr.scrollIntoView());
  }
  return true;
};

const insertHardBreak: Command = chainCommands(exitCode, (state, dispatch) => {
  if (!state.selection.$from.parent.inlineContent) return false;
  dispatch?.(state.tr.replaceSelectionWith(nodes['hardBreak']!.create()).scrollIntoView());
  return true;
});

/** Gives the selected characters the reading `rt`; an empty one takes it away. */
export const setRuby =
  (rt: string): Command =>
  (state, dispatch) => {
    const { from, to, empty } = state.selection;
    if (empty) return false;
    if (dispatch) {
      const tr = state.tr.removeMark(from, to, marks['ruby']!);
      if (rt !== '') tr.addMark(from, to, marks['ruby']!.create({ rt: rt.normalize('NFC') }));
      dispatch(tr);
    }
    return true;
  };

/** The reading on the selection, or the empty string. */
export function rubyAt(state: Parameters<Command>[0]): string {
  const mark = state.selection.$from.marksAcross(state.selection.$to)?.find(({ type }) => type === marks['ruby']) ?? state.selection.$from.nodeAfter?.marks.find(({ type }) => type === marks['ruby']);
  return mark ? String(mark.attrs['rt']) : '';
}

export type MarkName = 'bold' | 'italic' | 'underline' | 'strike';
export type BlockName = 'paragraph' | 'heading-1' | 'heading-2' | 'heading-3' | 'blockquote' | 'sceneBreak' | 'authorNote' | 'statusWindow';

export const toggleNamedMark = (name: MarkName): Command => toggleMark(marks[name]!);

export const blockCommands: Record<BlockName, Command> = {
  paragraph: (state, dispatch) => (state.selection.$from.depth > 1 ? lift(state, dispatch) : setBlockType(nodes['paragraph']!)(state, dispatch)),
  'heading-1': toggleHeading(1),
  'heading-2': toggleHeading(2),
  'heading-3': toggleHeading(3),
  blockquote: toggleBox(nodes['blockquote']!),
  sceneBreak: insertSceneBreak,
  authorNote: toggleBox(nodes['authorNote']!),
  statusWindow: toggleBox(nodes['statusWindow']!),
};

/** Whether `name` is what the caret stands in. */
export function blockIsActive(state: Parameters<Command>[0], name: BlockName): boolean {
  switch (name) {
    case 'heading-1':
    case 'heading-2':
    case 'heading-3':
      return isInside(state, nodes['heading']!, Number(name.at(-1)));
    case 'sceneBreak':
      return false;
    case 'paragraph':
      return state.selection.$from.depth === 1 && state.selection.$from.parent.type === nodes['paragraph'];
    default:
      return isInside(state, nodes[name]!);
  }
}

export function markIsActive(state: Parameters<Command>[0], name: MarkName): boolean {
  const type = marks[name]!;
  const { from, to, empty, $from } = state.selection;
  return empty ? type.isInSet(state.storedMarks ?? $from.marks()) !== undefined : state.doc.rangeHasMark(from, to, type);
}

/** How the keys of the surface are bound, beside those of the text itself. */
export const sceneKeymap: Record<string, Command> = {
  ...baseKeymap,
  'Shift-Enter': insertHardBreak,
  'Mod-b': toggleNamedMark('bold'),
  'Mod-i': toggleNamedMark('italic'),
  'Mod-u': toggleNamedMark('underline'),
  'Mod-Shift-x': toggleNamedMark('strike'),
  'Mod-Alt-0': blockCommands.paragraph,
  'Mod-Alt-1': blockCommands['heading-1'],
  'Mod-Alt-2': blockCommands['heading-2'],
  'Mod-Alt-3': blockCommands['heading-3'],
  'Mod-Shift-9': blockCommands.blockquote,
  'Mod-Shift-Enter': insertSceneBreak,
  'Mod-Alt-n': blockCommands.authorNote,
  'Mod-Alt-w': blockCommands.statusWindow,
};
