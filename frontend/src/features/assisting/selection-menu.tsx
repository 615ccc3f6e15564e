'use client';

import { ASSIST_NEEDS, type Feature } from '@cowrite/contract';
import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useWords } from '../../shared/i18n/words.tsx';
import { wantHelp } from '../../shared/project/help-wanted.ts';
import { onSceneChange, useOpenScene } from '../../shared/project/open-scene.ts';
import { useProject } from '../../shared/project/project.tsx';
import { menuLayer } from '../../shared/ui/layers.tsx';
import { words } from './words.ts';

const OFFERED = ['rewrite', 'expand', 'shorten', 'style', 'translate'] as const satisfies readonly Feature[];
/** A selection that rests for so long is one that something is wanted of. */
const RESTS_MS = 250;
const GAP_PX = 8;
const HEIGHT_PX = 40;
const WIDTH_PX = 340;

/**
 * What can be done with the selected words, over them. A pointer's short way to the panel, where the same stands for every
 * hand (Ctrl J); on a phone the system's own menu is there.
 */
export function SelectionMenu() {
  const t = useWords(words);
  const { may } = useProject();
  const scene = useOpenScene();
  const [box, setBox] = useState<DOMRect | null>(null);
  const canWrite = scene?.canWrite ?? false;
  useEffect(() => {
    if (!scene || !canWrite) return;
    let resting: ReturnType<typeof setTimeout> | undefined;
    let isDown = false;
    const hide = () => {
      clearTimeout(resting);
      setBox(null);
    };
    const look = () => {
      hide();
      if (!isDown) resting = setTimeout(() => setBox(matchMedia('(min-width: 768px)').matches ? scene.selectionBox() : null), RESTS_MS);
    };
    // The menu's own buttons are pressed with the selection as it is.
    const isOwn = ({ target }: Event) => target instanceof Element && target.closest('[data-selection-menu]') !== null;
    const down = (event: PointerEvent) => {
      if (isOwn(event)) return;
      isDown = true;
      hide();
    };
    const up = (event: PointerEvent) => {
      if (isOwn(event)) return;
      isDown = false;
      look();
    };
    const leave = onSceneChange(look);
    addEventListener('pointerdown', down, { capture: true });
    addEventListener('pointerup', up);
    addEventListener('scroll', look, { capture: true, passive: true });
    addEventListener('resize', look);
    return () => {
      hide();
      leave();
      removeEventListener('pointerdown', down, { capture: true });
      removeEventListener('pointerup', up);
      removeEventListener('scroll', look, { capture: true });
      removeEventListener('resize', look);
    };
  }, [scene, canWrite]);
  const offered = OFFERED.filter((feature) => may(ASSIST_NEEDS[feature]));
  if (box === null || offered.length === 0 || !menuLayer.current) return null;
  const above = box.top - HEIGHT_PX - GAP_PX;
  const left = Math.max(GAP_PX, Math.min(box.left, innerWidth - WIDTH_PX - GAP_PX));
  return createPortal(
    <div
      role="toolbar"
      aria-label={t.withSelected}
      data-selection-menu
      className="no-print fixed z-40 flex items-center gap-0.5 rounded-lg border border-line-2 bg-surface p-1 shadow-sheet"
      style={{ left, top: above > 56 ? above : Math.min(box.bottom + GAP_PX, innerHeight - HEIGHT_PX - GAP_PX) }}
      // The text keeps its focus and its selection.
      onMouseDown={(event) => event.preventDefault()}
    >
      {offered.map((feature) => (
        <button
          key={feature}
          type="button"
          className="inline-flex min-h-8 items-center rounded px-2.5 text-sm hover:bg-accent-soft"
          onClick={() => {
            setBox(null);
            wantHelp(feature);
          }}
        >
          {t[feature]}
        </button>
      ))}
    </div>,
    menuLayer.current,
  );
}
