import type { DocumentId, NodeId, TextSpan } from '@cowrite/contract';
import type { HeldPlace, OpenScene } from '../../shared/project/open-scene.ts';
import type { Node as ProseNode } from '@tiptap/pm/model';
import { ScenePlaces } from './scene-places.ts';
import type { HeldStretch, SceneView } from './scene-view.ts';
import { sceneSchema } from './schema.ts';

/** What a quote may be long; what is asked about is not longer either. */
const QUOTE_UNITS_MAX = 20_000;
/** By so much of what stands before it a caret is known again. */
const RECOGNISED_UNITS = 200;
/** Where a sentence ends, and with it a paragraph of a web novel. */
const SENTENCE_END = /[.!?…。][”’"'』」)]*\s*$/u;

/** What goes on after a finished sentence begins a paragraph of its own. */
function leadAt(doc: ProseNode, position: number, text: string): string {
  const $at = doc.resolve(position);
  const before = $at.parent.isTextblock ? $at.parent.textBetween(0, $at.parentOffset, '\n', '\ufffc') : '';
  return SENTENCE_END.test(before) && !text.startsWith('\n') ? '\n' : '';
}

/** The scene that is written in `view`, as other parts of the studio may know it. */
export function heldScene(view: SceneView, scene: { nodeId: NodeId; documentId: DocumentId; canWrite: boolean }): OpenScene {
  const spanAt = (held: { from: number; to: number } | null, places: ScenePlaces): TextSpan | null => {
    if (held === null) return null;
    const [from, to] = [places.offsetOf(held.from), places.offsetOf(held.to)];
    return { documentId: scene.documentId, from, to, quote: places.text.slice(from, to) };
  };
  const place = (held: HeldStretch, { keepsWords }: { keepsWords: boolean }): HeldPlace => {
    const places = new ScenePlaces(view.view.state.doc);
    const first = spanAt(held(), places);
    // Before a caret it is enough to know again what stood last.
    const known = first === null ? '' : keepsWords ? first.quote.slice(-RECOGNISED_UNITS) : first.quote;
    /** Where it is now. A block that someone divided is written anew, and what held on to it points anywhere: the words decide. */
    const where = (): { from: number; to: number } | null => {
      const after = new ScenePlaces(view.view.state.doc);
      const span = spanAt(held(), after);
      if (span !== null && (keepsWords ? span.quote.endsWith(known) : span.quote === known)) return held();
      if (first === null || known === '') return null;
      return after.find({ from: first.to - known.length, to: first.to, quote: known });
    };
    return heldPlace(where, { keepsWords });
  };
  const heldPlace = (where: HeldStretch, { keepsWords }: { keepsWords: boolean }): HeldPlace => ({
    span: () => spanAt(where(), new ScenePlaces(view.view.state.doc)),
    replaceWith(text, by) {
      const now = where();
      if (now === null) return false;
      const { doc } = view.view.state;
      const from = keepsWords ? now.to : now.from;
      view.replaceStretch({ from, to: now.to }, (keepsWords ? leadAt(doc, from, text) : '') + text, [sceneSchema.mark('assisted', { by })]);
      return true;
    },
    show() {
      const now = where();
      if (now !== null) view.showStretch(now);
    },
  });
  return {
    ...scene,
    hold() {
      const { from, to } = view.view.state.selection;
      return place(view.hold({ from, to: Math.min(to, from + QUOTE_UNITS_MAX) }), { keepsWords: false });
    },
    holdCaret(units) {
      const { to } = view.view.state.selection;
      const places = new ScenePlaces(view.view.state.doc);
      return place(view.hold({ from: Math.min(to, places.positionOf(Math.max(0, places.offsetOf(to) - units))), to }), { keepsWords: true });
    },
    selected() {
      const { from, to } = view.view.state.selection;
      return from === to ? '' : view.view.state.doc.textBetween(from, to, '\n', '');
    },
    selectionBox() {
      const { from, to } = view.view.state.selection;
      if (from === to || !view.view.hasFocus()) return null;
      const [first, last] = [view.view.coordsAtPos(from), view.view.coordsAtPos(to, -1)];
      const isOneLine = first.top === last.top;
      return new DOMRect(isOneLine ? first.left : Math.min(first.left, last.left), first.top, Math.max(1, last.right - first.left), last.bottom - first.top);
    },
    showGhost(ghost) {
      const { doc } = view.view.state;
      const span = ghost && ghost.place.span();
      if (ghost === null || span === null) return view.showGhost(null);
      const position = new ScenePlaces(doc).positionOf(span.to);
      view.showGhost({ ...ghost, position, text: leadAt(doc, position, ghost.text) + ghost.text });
    },
    focus: () => view.view.focus(),
  };
}
