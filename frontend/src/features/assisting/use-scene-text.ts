import type { DocumentId } from '@cowrite/contract';
import { sceneLines } from '@cowrite/manuscript';
import { useEffect, useState } from 'react';
import { useProject } from '../../shared/project/project.tsx';

/** The text of a scene as it is in the open document, as core and sync would tell it, and anew after each change; null until it is known. */
export function useSceneText(documentId: DocumentId | null): string | null {
  const { live } = useProject();
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    if (live === null || documentId === null) return;
    let frame = 0;
    let leave: () => void;
    const open = () => {
      const opened = live.open(documentId);
      const read = () => {
        frame = 0;
        // A history of the scene was replaced: the document that takes its place is opened.
        if (opened.getState().isOver) {
          leave();
          open();
        } else if (opened.getState().access.kind !== 'opening') setText(sceneLines(opened.fragment).join('\n'));
      };
      const soon = () => {
        frame ||= requestAnimationFrame(read);
      };
      const stop = opened.subscribe(soon);
      opened.doc.on('update', soon);
      leave = () => {
        cancelAnimationFrame(frame);
        frame = 0;
        stop();
        opened.doc.off('update', soon);
        opened.release();
      };
      soon();
    };
    open();
    return () => leave();
  }, [live, documentId]);
  return text;
}
