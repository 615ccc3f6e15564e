import { useEffect, useRef, useState } from 'react';
import { type HeldPlace, useOpenScene } from '../../shared/project/open-scene.ts';

/** Shows the texts of a run, one at a time, as a ghost behind their place: Tab takes it, Alt ] shows the next. */
export function useGhost({ place, texts, isWhole, onTake }: { place: HeldPlace | null; texts: readonly string[]; isWhole: boolean; onTake: (text: string) => void }): void {
  const scene = useOpenScene();
  const [turned, setTurned] = useState(0);
  /** The place whose ghost was let go: the panel keeps the texts, and more of them brings no ghost back. */
  const [gone, setGone] = useState<HeldPlace | null>(null);
  const there = texts.map((text) => text.trim()).filter((text) => text !== '');
  const count = there.length;
  const text = there[turned % count] ?? '';
  const shown = place === gone ? null : place;
  // What is taken is what is shown; a new function for it is no new ghost.
  const taking = useRef(onTake);
  taking.current = onTake;
  useEffect(() => {
    if (scene === null || shown === null || text === '') return;
    scene.showGhost({
      place: shown,
      text,
      take: isWhole ? () => taking.current(text) : null,
      letGo: () => setGone(shown),
      turn: count > 1 ? (by) => setTurned((before) => before + by + count) : null,
    });
    return () => scene.showGhost(null);
  }, [scene, shown, text, isWhole, count]);
}
