'use client';

import { type Node, routes } from '@cowrite/contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { useLocale } from '../../shared/i18n/words.tsx';
import type { Person } from '../../shared/live/live.ts';
import { calledOf, calledText, rowOf } from '../../shared/project/display.ts';
import { openSceneChanged, showOpenScene } from '../../shared/project/open-scene.ts';
import { useProject } from '../../shared/project/project.tsx';
import { passageTaken, useWantedPassage } from '../../shared/project/wanted-passage.ts';
import { Counts } from './counts.tsx';
import { FindBar } from './find-bar.tsx';
import { heldScene } from './held-scene.ts';
import { passageIn } from './passage.ts';
import { PeopleHere } from './people-here.tsx';
import { useWritingPreferences } from './preferences.ts';
import { keepLineHeight, lightsOut, lightUp } from './focus-mode.ts';
import { ScenePlaces } from './scene-places.ts';
import type { SceneView } from './scene-view.ts';
import { SceneWatch, useWatched } from './scene-watch.ts';
import { Surface } from './surface.tsx';
import { Toolbar } from './toolbar.tsx';
import { ViewMenu } from './view-menu.tsx';

const isPlainShortcut = (event: KeyboardEvent, code: string) => (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.code === code;

/** One scene in the middle of the frame: formatting above, the page, counts below. */
export function WritingPage({ scene, takeFocus }: { scene: Node; takeFocus: boolean }) {
  const locale = useLocale();
  const project = useProject();
  const { view: outline, projectId, isWaiting, connection } = project;
  const preferences = useWritingPreferences();
  const [sceneView, setSceneView] = useState<SceneView | null>(null);
  const [watch] = useState(() => new SceneWatch());
  const [finding, setFinding] = useState(false);
  const [rubyAsked, setRubyAsked] = useState(false);
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [followed, setFollowed] = useState<number | null>(null);
  const canWrite = project.may('story.write');
  const row = rowOf(outline, scene);
  const called = calledOf(row, outline, locale);
  const title = calledText(called) || scene.title;
  const heading = called.title || called.number || scene.title;

  const modes = useRef(preferences);
  modes.current = preferences;
  const onChange = useCallback(
    (view: SceneView) => {
      watch.touched();
      openSceneChanged();
      if (modes.current.focus) lightUp(view);
      if (modes.current.typewriter) keepLineHeight(view);
    },
    [watch],
  );
  const onView = useCallback(
    (view: SceneView | null) => {
      watch.show(view);
      setSceneView(view);
    },
    [watch],
  );

  useEffect(() => {
    const dom = sceneView?.view.dom;
    if (!sceneView || !dom) return;
    dom.dataset['focus'] = String(preferences.focus);
    if (preferences.focus) lightUp(sceneView);
    if (preferences.typewriter) keepLineHeight(sceneView);
    return lightsOut;
  }, [sceneView, preferences.focus, preferences.typewriter]);

  // A passage someone went to from the search. What is on this device may be older than what was searched: then it is
  // looked for again with every change, until the person begins to do something else here.
  const wanted = useWantedPassage(scene.id);
  const version = useWatched(watch, (watched) => (wanted ? watched.version : 0));
  useEffect(() => {
    if (!sceneView || !wanted) return;
    const { doc } = sceneView.view.state;
    const found = 'quote' in wanted ? new ScenePlaces(doc).find(wanted) : passageIn(doc, wanted);
    if (found) sceneView.showStretch(found);
    if (found || (version > 0 && sceneView.view.hasFocus())) passageTaken(wanted);
  }, [sceneView, wanted, version]);

  const { id: nodeId, documentId } = scene;
  useEffect(() => {
    if (!sceneView || documentId === null) return;
    showOpenScene(heldScene(sceneView, { nodeId, documentId, canWrite }));
    return () => showOpenScene(null);
  }, [sceneView, nodeId, documentId, canWrite]);

  const pageKey = useCallback((event: KeyboardEvent) => {
    if (isPlainShortcut(event, 'KeyF')) {
      event.preventDefault();
      setFinding(true);
      return true;
    }
    return false;
  }, []);

  // Where one is, for "이어 쓰기" on the shelf; a scene that core has not heard of yet is told later.
  const waiting = isWaiting(scene.id);
  useEffect(() => {
    if (waiting || connection !== 'online') return;
    call(routes.projects.rememberPlace, { projectId, nodeId: scene.id }).catch(() => {
      // The shelf then shows the place before this one; nothing else depends on it.
    });
  }, [projectId, scene.id, waiting, connection]);

  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="studio-chrome no-print order-2 flex min-h-10 items-center justify-between gap-2 border-t border-line px-2 md:order-none md:border-t-0 md:border-b md:px-4">
        <Toolbar watch={watch} canWrite={canWrite} onFind={() => setFinding(true)} rubyAsked={rubyAsked} askRuby={() => setRubyAsked(true)} onRubyClosed={() => setRubyAsked(false)} />
        <div className="flex shrink-0 items-center gap-1">
          <PeopleHere people={people} followed={followed} onFollow={setFollowed} />
          <ViewMenu />
        </div>
      </div>
      {finding && sceneView && <FindBar scene={sceneView} watch={watch} onClose={() => setFinding(false)} />}
      <div data-scroller className="order-1 min-h-0 flex-1 overflow-y-auto overscroll-contain md:order-none">
        <article className="mx-auto w-full max-w-[calc(38em*1.0625+48px)] px-6 pt-8 pb-[45vh] md:pt-12">
          <header className="mb-8">
            {called.number && heading !== called.number && <p className="m-0 text-sm text-ink-3">{called.number}</p>}
            <h1 className="m-0 font-serif text-xl leading-snug font-semibold">{heading}</h1>
            {row.id === scene.id && scene.parentId !== null && outline.tree.get(scene.parentId)?.kind === 'chapter' && (
              <p className="m-0 mt-1 text-sm text-ink-2">{calledText(calledOf(outline.tree.get(scene.parentId)!, outline, locale))}</p>
            )}
          </header>
          {scene.documentId ? (
            <Surface key={scene.documentId} isFresh={waiting} documentId={scene.documentId} title={title} takeFocus={takeFocus} onView={onView} onChange={onChange} pageKey={pageKey} followed={followed} onPeople={setPeople} />
          ) : null}
        </article>
      </div>
      <Counts scene={scene} watch={watch} className="order-3 md:order-none" />
    </div>
  );
}
