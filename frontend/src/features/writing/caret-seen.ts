import type { SceneView } from './scene-view.ts';

/** Room between the caret's line and whatever is under the text. */
const ROOM_PX = 28;

/** Scrolls the line of the caret back to where it can be seen, after a soft keyboard or a turned phone took the room. */
export function keepCaretSeen({ view }: SceneView): void {
  const scroller = view.dom.closest<HTMLElement>('[data-scroller]');
  if (!scroller || !view.hasFocus()) return;
  const line = view.coordsAtPos(view.state.selection.head);
  const box = scroller.getBoundingClientRect();
  // On some phones the page keeps its height and the keyboard lies over it: only the visual viewport knows.
  const seen = visualViewport ? visualViewport.offsetTop + visualViewport.height : innerHeight;
  const bottom = Math.min(box.bottom, seen) - ROOM_PX;
  if (line.bottom > bottom) scroller.scrollTop += line.bottom - bottom;
  else if (line.top < box.top + ROOM_PX) scroller.scrollTop -= box.top + ROOM_PX - line.top;
}
