import type { NodeId, TextSpan } from '@cowrite/contract';
import { useSyncExternalStore } from 'react';
import { goTo } from './place.ts';

/** What the search found: what it says, the line of the scene's prose, from 0, and the place in that line, in UTF-16 units. */
interface FoundPassage {
  nodeId: NodeId;
  block: number;
  offset: number;
  text: string;
}

/** A stretch of a scene that someone asked to see, by how it was found: its words, and where they stood then. */
export type Passage = FoundPassage | ({ nodeId: NodeId } & Pick<TextSpan, 'from' | 'to' | 'quote'>);

let wanted: Passage | null = null;
const listeners = new Set<() => void>();

function want(passage: Passage | null): void {
  wanted = passage;
  for (const listener of listeners) listener();
}

/** Opens the scene of a passage; the page of that scene then brings the passage before the eyes. */
export function goToPassage(projectId: string, passage: Passage): void {
  want(passage);
  goTo(projectId, { kind: 'scene', nodeId: passage.nodeId });
}

/** The passage that is waiting to be shown in this scene. */
export const useWantedPassage = (nodeId: NodeId): Passage | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => (wanted?.nodeId === nodeId ? wanted : null),
    () => null,
  );

/** It was shown, or it need not be any more. */
export function passageTaken(passage: Passage): void {
  if (wanted === passage) want(null);
}
