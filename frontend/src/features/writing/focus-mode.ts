import { highlight } from './highlights.ts';
import type { SceneView } from './scene-view.ts';

/** Where on the page the line being written stands in typewriter mode, as a share of its height. */
const LINE_AT = 0.45;

/**
 * Lights the block of the caret; the rest is dimmed by the style sheet. It is painted as a highlight of the page and
 * not as a decoration, which would redraw a block that is being composed in.
 */
export function lightUp({ view }: SceneView): void {
  const { $head } = view.state.selection;
  const block = $head.depth > 0 ? view.nodeDOM($head.before(1)) : null;
  if (!block) return lightsOut();
  const range = new Range();
  range.selectNodeContents(block);
  highlight('lit', [range]);
}

/** Ends the dimming. */
export function lightsOut(): void {
  highlight('lit', []);
}

/** Keeps the line of the caret at the same height of the page. */
export function keepLineHeight({ view }: SceneView): void {
  if (!view.hasFocus() || !view.state.selection.empty) return;
  const scroller = view.dom.closest<HTMLElement>('[data-scroller]');
  if (!scroller) return;
  const line = view.coordsAtPos(view.state.selection.head);
  const box = scroller.getBoundingClientRect();
  const off = line.top - (box.top + box.height * LINE_AT);
  if (Math.abs(off) > 2) scroller.scrollTop += off;
}
