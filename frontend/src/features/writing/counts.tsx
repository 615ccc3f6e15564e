'use client';

import type { Lengths, Node } from '@cowrite/contract';
import { sumOfLengths } from '@cowrite/manuscript';
import clsx from 'clsx';
import { useMemo, useState, useSyncExternalStore } from 'react';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { chapterOf } from '../../shared/project/display.ts';
import { useProject } from '../../shared/project/project.tsx';
import { lengthsOfRange } from './counting.ts';
import { type SceneWatch, useWatched } from './scene-watch.ts';

const words = wordsOf({
  ko: {
    scene: '장면',
    selection: '고른 글',
    chapter: '회차',
    project: '작품',
    withSpaces: (count: string) => `${count}자`,
    withoutSpaces: (count: string) => `공백 제외 ${count}자`,
    sheets: (count: string) => `원고지 ${count}매`,
    goal: (count: string, goal: string) => `이 회차 목표 ${count} / ${goal}`,
    scope: '셈하는 범위',
    label: '글자 수',
  },
  en: {
    scene: 'Scene',
    selection: 'Selection',
    chapter: 'Episode',
    project: 'Work',
    withSpaces: (count) => `${count} characters`,
    withoutSpaces: (count) => `${count} without spaces`,
    sheets: (count) => `${count} sheets`,
    goal: (count, goal) => `Goal of this episode ${count} / ${goal}`,
    scope: 'What is counted',
    label: 'Length',
  },
});

type Scope = 'scene' | 'chapter' | 'project';
const SCOPES: readonly Scope[] = ['scene', 'chapter', 'project'];
/** Characters with spaces that a Korean serial's episode usually has. */
const USUAL_GOAL = 5_000;

/** The selected stretch as two places, or nothing; it changes only when something is selected. */
function selectionOf({ scene }: SceneWatch): string {
  const selection = scene?.view.state.selection;
  return !selection || selection.empty ? '' : `${selection.from} ${selection.to}`;
}

/** Three counts with their unit, for scene, selection, chapter and work, and how far the episode is. */
export function Counts({ scene, watch, className }: { scene: Node; watch: SceneWatch; className?: string }) {
  const t = useWords(words);
  const locale = useLocale();
  const { view, lengthsNow, project, nodes } = useProject();
  const [scope, setScope] = useState<Scope>('scene');
  const version = useSyncExternalStore(lengthsNow.subscribe, lengthsNow.version, () => 0);
  const lengths = useMemo(() => {
    const of = (node: Node): Lengths | null => (node.documentId ? (lengthsNow.get(node.documentId) ?? node.lengths) : null);
    const sum = (some: readonly Node[]) => sumOfLengths(some.map(of).filter((one) => one !== null));
    const chapter = chapterOf(view, scene);
    return { scene: of(scene) ?? sumOfLengths([]), chapter: sum(chapter.id === scene.id ? [scene] : view.tree.descendants(chapter.id)), project: sum(nodes) };
    // `version` says that a length in `lengthsNow` changed.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [view, scene, nodes, lengthsNow, version]);
  const stretch = useWatched(watch, selectionOf);
  const selection = useMemo(() => {
    if (stretch === '' || !watch.scene) return null;
    const [from, to] = stretch.split(' ').map(Number);
    return lengthsOfRange(watch.scene.view.state.doc, from!, to!);
  }, [stretch, watch]);
  const shown = selection ?? lengths[scope];
  const goal = project.settings.episodeGoal ?? USUAL_GOAL;
  const share = goal > 0 ? Math.min(1, lengths.chapter.withSpaces / goal) : 0;
  return (
    <footer aria-label={t.label} className={clsx('no-print flex min-h-9 flex-wrap items-center justify-between gap-x-4 border-t border-line px-4 py-1 text-xs text-ink-2 tabular-nums', className)}>
      {goal > 0 ? (
        <div className="flex items-center gap-2">
          <span className="hidden md:inline">{t.goal(countText(lengths.chapter.withSpaces, locale), countText(goal, locale))}</span>
          <div
            role="meter"
            aria-label={t.goal(countText(lengths.chapter.withSpaces, locale), countText(goal, locale))}
            aria-valuemin={0}
            aria-valuemax={goal}
            aria-valuenow={Math.min(goal, lengths.chapter.withSpaces)}
            className="h-1.5 w-20 overflow-hidden rounded-full bg-line md:w-28"
          >
            <div className={share >= 1 ? 'h-full bg-good' : 'h-full bg-accent'} style={{ width: `${share * 100}%` }} />
          </div>
        </div>
      ) : (
        <span />
      )}
      <div className="flex items-center gap-2">
        <button
          type="button"
          title={t.scope}
          onClick={() => setScope(SCOPES[(SCOPES.indexOf(scope) + 1) % SCOPES.length]!)}
          disabled={selection !== null}
          className="inline-flex min-h-11 items-center rounded px-1.5 font-medium text-ink underline decoration-dotted underline-offset-4 disabled:no-underline md:min-h-7"
        >
          {selection ? t.selection : t[scope]}
        </button>
        <span>{t.withSpaces(countText(shown.withSpaces, locale))}</span>
        <span className="hidden sm:inline">· {t.withoutSpaces(countText(shown.withoutSpaces, locale))}</span>
        <span className="hidden sm:inline">· {t.sheets(countText(shown.sheets, locale))}</span>
      </div>
    </footer>
  );
}
