'use client';

import type { Node, NodeId } from '@cowrite/contract';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { calledOf, calledText, rowOf } from '../../shared/project/display.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { EmptyState } from '../../shared/ui/state.tsx';
import { Counts } from './counts.tsx';
import type { SceneView } from './scene-view.ts';
import { SceneWatch } from './scene-watch.ts';
import { Surface } from './surface.tsx';
import { Toolbar } from './toolbar.tsx';
import { ViewMenu } from './view-menu.tsx';

const words = wordsOf({
  ko: { empty: '이 아래에는 아직 장면이 없습니다.', open: (name: string) => `${name} 따로 열기` },
  en: { empty: 'There is no scene under this yet.', open: (name) => `Open ${name} by itself` },
});

/** How far beyond the window a scene is made ready, and kept: some windows ahead, so that a scroll never meets a hole. */
const NEAR_MARGIN = '1200px 0px';
/** A line of manuscript and the characters on it, for the height of a scene that is not there yet. */
const LINE_PX = 31.5;
const LINE_CHARACTERS = 32;

/** The scenes under a chapter, a part or a series as one page, each editable in place. */
export function ContinuousPage({ nodeId }: { nodeId: NodeId }) {
  const t = useWords(words);
  const locale = useLocale();
  const { view, may, project } = useProject();
  const [watch] = useState(() => new SceneWatch());
  const [active, setActive] = useState<Node | null>(null);
  const [rubyAsked, setRubyAsked] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const scenes = useMemo(() => {
    const top = view.tree.get(nodeId);
    if (!top) return [];
    return top.kind === 'scene' ? [top] : view.tree.descendants(nodeId).filter((under) => under.kind === 'scene');
  }, [view, nodeId]);
  const touched = useCallback(
    (scene: Node, sceneView: SceneView) => {
      if (sceneView.view.hasFocus()) {
        watch.show(sceneView);
        setActive(scene);
      }
      watch.touched();
    },
    [watch],
  );
  const gone = useCallback(
    (sceneView: SceneView) => {
      if (watch.scene === sceneView) watch.show(null);
    },
    [watch],
  );
  const node = view.tree.get(nodeId);
  const heading = (node && calledText(calledOf(node.kind === 'scene' ? rowOf(view, node) : node, view, locale))) || project.title;
  if (scenes.length === 0) return <EmptyState title={t.empty} />;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="studio-chrome no-print flex min-h-10 items-center justify-between gap-2 border-b border-line px-2 md:px-4">
        <Toolbar watch={watch} canWrite={may('story.write')} rubyAsked={rubyAsked} askRuby={() => setRubyAsked(true)} onRubyClosed={() => setRubyAsked(false)} />
        <ViewMenu />
      </div>
      <div ref={scroller} data-scroller className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <div className="mx-auto w-full max-w-[calc(38em*1.0625+48px)] px-6 pt-8 pb-[45vh]">
          <h1 className="m-0 mb-8 font-serif text-xl font-semibold">{heading}</h1>
          {scenes.map((scene, index) => (
            <Piece key={scene.id} scene={scene} first={index === 0} previous={scenes[index - 1]} scroller={scroller} onTouched={touched} onGone={gone} />
          ))}
        </div>
      </div>
      <Counts scene={active ?? scenes[0]!} watch={watch} />
    </div>
  );
}

/** One scene of the page: its text when it is near the window, else room for it. */
function Piece({
  scene,
  first,
  previous,
  scroller,
  onTouched,
  onGone,
}: {
  scene: Node;
  first: boolean;
  previous: Node | undefined;
  scroller: React.RefObject<HTMLDivElement | null>;
  onTouched: (scene: Node, view: SceneView) => void;
  onGone: (view: SceneView) => void;
}) {
  const t = useWords(words);
  const locale = useLocale();
  const { view, projectId, lengthsNow } = useProject();
  const box = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const measured = useRef<number | null>(null);
  const here = useRef<SceneView | null>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        // A scene someone is writing in stays, wherever the page was scrolled.
        if (!entry.isIntersecting && here.current?.view.hasFocus()) return;
        if (!entry.isIntersecting) measured.current = body.current?.offsetHeight ?? null;
        setNear(entry.isIntersecting);
      },
      { root: scroller.current, rootMargin: NEAR_MARGIN },
    );
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [scroller]);
  const row = rowOf(view, scene);
  const name = calledText(calledOf(row, view, locale)) || scene.title;
  const characters = (lengthsNow.get(scene.documentId) ?? scene.lengths)?.withSpaces ?? 0;
  const room = measured.current ?? Math.max(190, Math.ceil(characters / LINE_CHARACTERS) * LINE_PX);
  const newChapter = !previous || rowOf(view, previous).parentId !== row.parentId || row.kind === 'chapter';
  const onView = useCallback(
    (sceneView: SceneView | null) => {
      if (!sceneView && here.current) onGone(here.current);
      here.current = sceneView;
    },
    [onGone],
  );
  const onChange = useCallback((sceneView: SceneView) => onTouched(scene, sceneView), [onTouched, scene]);
  return (
    <section ref={box} aria-label={name} className={first ? '' : newChapter ? 'mt-14 border-t border-line pt-10' : 'mt-6 border-t border-dashed border-line pt-6'}>
      <h2 className="m-0 mb-5 font-serif text-lg font-semibold">
        <button type="button" title={t.open(name)} className="min-h-11 text-left hover:underline md:min-h-0" onClick={() => goTo(projectId, { kind: 'scene', nodeId: scene.id })}>
          {name}
        </button>
      </h2>
      <div ref={body} style={near ? {} : { height: room }}>
        {near && scene.documentId && <Surface documentId={scene.documentId} title={name} room={room} onView={onView} onChange={onChange} />}
      </div>
    </section>
  );
}
