import type { Node as ProseNode } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';

/** Text that is proposed and stands in nobody's manuscript: drawn at a place of it, taken by Tab, let go by Esc or by writing on. */
export interface SceneGhost {
  position: number;
  text: string;
  /** Null while more of it is coming. */
  take: (() => void) | null;
  letGo: () => void;
  /** Shows the next or the one before, by Alt ] and Alt [; null when there is no other. */
  turn: ((by: 1 | -1) => void) | null;
}

interface Shown {
  ghost: SceneGhost;
  drawn: DecorationSet;
}

const key = new PluginKey<Shown | null>('ghost');
const MODIFIERS: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'HangulMode', 'HanjaMode']);

function draw(doc: ProseNode, ghost: SceneGhost): Shown {
  const widget = Decoration.widget(
    ghost.position,
    () => {
      const span = document.createElement('span');
      span.className = 'ghost';
      // The panel beside the text says it to those who do not see it.
      span.ariaHidden = 'true';
      span.textContent = ghost.text;
      return span;
    },
    { side: 1, key: ghost.text, ignoreSelection: true },
  );
  return { ghost, drawn: DecorationSet.create(doc, [widget]) };
}

/** What is shown now; nothing when the block that it stood in went away. */
const shownIn = (view: EditorView): Shown | null => {
  const shown = key.getState(view.state) ?? null;
  return shown && shown.drawn.find().length > 0 ? shown : null;
};

/** Draws a ghost in the place of the one before; null draws none. */
export function showGhost(view: EditorView, ghost: SceneGhost | null): void {
  if (ghost !== null || key.getState(view.state)) view.dispatch(view.state.tr.setMeta(key, ghost));
}

function letGo(view: EditorView): void {
  const shown = shownIn(view);
  if (!shown) return;
  showGhost(view, null);
  shown.ghost.letGo();
}

/** Keeps the ghost of a scene, and gives it the keys that are its own while it is there. */
export const ghosts = (): Plugin<Shown | null> =>
  new Plugin<Shown | null>({
    key,
    state: {
      init: () => null,
      apply(transaction, shown) {
        const next = transaction.getMeta(key) as SceneGhost | null | undefined;
        if (next !== undefined) return next && draw(transaction.doc, next);
        return shown && transaction.docChanged ? { ...shown, drawn: shown.drawn.map(transaction.mapping, transaction.doc) } : shown;
      },
    },
    props: {
      decorations: (state) => key.getState(state)?.drawn,
      handleKeyDown(view, event) {
        const shown = shownIn(view);
        if (!shown || MODIFIERS.has(event.key)) return false;
        const { take, turn } = shown.ghost;
        if (event.altKey && (event.code === 'BracketRight' || event.code === 'BracketLeft')) {
          turn?.(event.code === 'BracketRight' ? 1 : -1);
          return true;
        }
        if (event.ctrlKey || event.metaKey || event.altKey) return false;
        if (event.key === 'Tab' && !event.shiftKey) {
          take?.();
          return true;
        }
        letGo(view);
        return event.key === 'Escape';
      },
      handleDOMEvents: {
        // A syllable begins: what is drawn beside it is gone before the browser writes the first jamo.
        compositionstart: (view) => {
          letGo(view);
          return false;
        },
      },
    },
  });
