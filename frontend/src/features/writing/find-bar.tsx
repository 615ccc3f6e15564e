'use client';

import { TextSelection } from '@tiptap/pm/state';
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { IconButton } from '../../shared/ui/button.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { findInScene, type Found } from './find.ts';
import { highlight } from './highlights.ts';
import type { SceneView } from './scene-view.ts';
import { type SceneWatch, useWatched } from './scene-watch.ts';

const words = wordsOf({
  ko: { field: '이 장면에서 찾기', next: '다음', previous: '이전', close: '찾기 닫기', none: '없음', count: (at: number, of: number) => `${at} / ${of}` },
  en: { field: 'Find in this scene', next: 'Next', previous: 'Previous', close: 'Close find', none: 'None', count: (at, of) => `${at} / ${of}` },
});

/** Draws over the text without touching it: highlights are the page's own, so a composition is not disturbed. */
function paint(scene: SceneView, found: readonly Found[], current: number): void {
  const rangeOf = ({ from, to }: Found) => {
    const start = scene.view.domAtPos(from);
    const end = scene.view.domAtPos(to);
    const range = new Range();
    range.setStart(start.node, start.offset);
    range.setEnd(end.node, end.offset);
    return range;
  };
  highlight('found', found.filter((_, index) => index !== current).map(rangeOf));
  const one = found[current];
  highlight('found-current', one ? [rangeOf(one)] : []);
}

function unpaint(): void {
  highlight('found', []);
  highlight('found-current', []);
}

/** Find in the scene: highlights every place, walks through them, and leaves the caret at the last one. */
export function FindBar({ scene, watch, onClose }: { scene: SceneView; watch: SceneWatch; onClose: () => void }) {
  const t = useWords(words);
  const version = useWatched(watch, ({ version: now }) => now);
  const field = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState(() => {
    const { from, to } = scene.view.state.selection;
    const chosen = scene.view.state.doc.textBetween(from, to, '\n');
    return chosen.includes('\n') ? '' : chosen.slice(0, 100);
  });
  const [at, setAt] = useState(0);
  const doc = scene.view.state.doc;
  const found = useMemo(() => findInScene(doc, wanted), [doc, wanted]);
  const current = found.length === 0 ? -1 : Math.min(at, found.length - 1);
  useEffect(() => field.current?.select(), []);
  useEffect(() => {
    // With every change of the text the ranges of the page are made anew.
    if (version >= 0) paint(scene, found, current);
  }, [scene, found, current, version]);
  useEffect(() => unpaint, []);
  const show = (index: number) => {
    const one = found[(index + found.length) % found.length];
    if (!one) return;
    setAt((index + found.length) % found.length);
    const scroller = scene.view.dom.closest<HTMLElement>('[data-scroller]');
    const line = scene.view.coordsAtPos(one.from);
    if (scroller) {
      const box = scroller.getBoundingClientRect();
      if (line.top < box.top + 40 || line.bottom > box.bottom - 60) scroller.scrollTop += line.top - box.top - box.height / 3;
    }
  };
  const close = () => {
    const one = found[current];
    if (one) scene.view.dispatch(scene.view.state.tr.setSelection(TextSelection.create(scene.view.state.doc, one.from, one.to)));
    onClose();
    scene.view.focus();
  };
  return (
    <div role="search" className="no-print flex items-center gap-1 border-b border-line bg-surface px-4 py-1.5">
      <TextField
        ref={field}
        label={t.field}
        labelHidden
        placeholder={t.field}
        type="search"
        autoFocus
        value={wanted}
        className="max-w-72 flex-1"
        onChange={(event) => (setWanted(event.target.value), setAt(0))}
        onEnter={() => show(current + 1)}
        onEscape={close}
      />
      <span className="min-w-14 px-1 text-center text-xs text-ink-2 tabular-nums">{wanted === '' ? '' : found.length === 0 ? t.none : t.count(current + 1, found.length)}</span>
      <IconButton label={t.previous} disabled={found.length === 0} onClick={() => show(current - 1)}>
        <ChevronUp size={16} aria-hidden />
      </IconButton>
      <IconButton label={t.next} disabled={found.length === 0} onClick={() => show(current + 1)}>
        <ChevronDown size={16} aria-hidden />
      </IconButton>
      <IconButton label={t.close} onClick={close}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}
