import type { DocumentId, NodeId, TextSpan } from '@cowrite/contract';
import { useSyncExternalStore } from 'react';

/** A stretch of a scene that is held on to while the text around it changes. */
export interface HeldPlace {
  /** Where it is now, in the scene's text; null when its words are gone. */
  span(): TextSpan | null;
  /** Puts `text` there as this person's own edit, marked as proposed by the assist `by`. @returns false when the place is gone. */
  replaceWith(text: string, by: string): boolean;
  /** Brings it before the eyes and selects it. */
  show(): void;
}

/** Text that is proposed for a held place, and is not in the manuscript. */
interface Ghost {
  place: HeldPlace;
  text: string;
  /** Tab; null while more of it is coming. */
  take: (() => void) | null;
  /** Esc, or the person wrote on. */
  letGo: () => void;
  /** Alt ] and Alt [; null when there is no other. */
  turn: ((by: 1 | -1) => void) | null;
}

/** The scene that one writes in, for parts of the studio that stand beside it and know nothing of how it is written. */
export interface OpenScene {
  readonly nodeId: NodeId;
  readonly documentId: DocumentId;
  readonly canWrite: boolean;
  /** Holds what is selected; the caret alone when nothing is. */
  hold(): HeldPlace;
  /** What stands before the caret, at most so many UTF-16 units, as a held place that ends there and takes no words away. */
  holdCaret(units: number): HeldPlace;
  /** The words that `hold` would hold. */
  selected(): string;
  /** Where on the page the selected words are; null when there are none, or the text has no focus. */
  selectionBox(): DOMRect | null;
  /** Draws a ghost behind its place, for this person; the others see that there is one. Null: none any more. */
  showGhost(ghost: Ghost | null): void;
  /** Goes on in the text. */
  focus(): void;
}

let open: OpenScene | null = null;
const listeners = new Set<() => void>();

/** Says which scene is written in now, or that none is. */
export function showOpenScene(scene: OpenScene | null): void {
  open = scene;
  openSceneChanged();
}

/** Its text or selection changed. */
export function openSceneChanged(): void {
  for (const listener of listeners) listener();
}

/** Hears when the open scene, its text or its selection changes, at most once a frame. @returns what ends it */
export const onSceneChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The scene that one writes in. Drawn again only when another is, or its right to be written in changes. */
export const useOpenScene = (): OpenScene | null =>
  useSyncExternalStore(
    onSceneChange,
    () => open,
    () => null,
  );

/** A plain value of the open scene's selection; drawn again only when that value changes. */
export const useSelected = <T extends string | number | boolean>(select: (selected: string) => T): T =>
  useSyncExternalStore(
    onSceneChange,
    () => select(open?.selected() ?? ''),
    () => select(''),
  );
