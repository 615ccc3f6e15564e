'use client';

import { useHelpWanted } from '../../../../../shared/project/help-wanted.ts';
import { type Node, Problem, type ProjectId, type UserId, UserId as UserIdSchema } from '@cowrite/contract';
import dynamic from 'next/dynamic';
import { usePathname } from 'next/navigation';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Frame } from '../../../../../features/frame/frame.tsx';
import { EmptyOutline } from '../../../../../features/outline/empty-outline.tsx';
import { Outline } from '../../../../../features/outline/outline.tsx';
import { problemText } from '../../../../../shared/api/problem-text.ts';
import { useLocale, useWords, wordsOf } from '../../../../../shared/i18n/words.tsx';
import type { KnownPerson } from '../../../../../shared/person/known-person.ts';
import { usePerson } from '../../../../../shared/person/person.tsx';
import { calledOf, calledText, rowOf, sceneOf } from '../../../../../shared/project/display.ts';
import { goTo, type Place, placeOf } from '../../../../../shared/project/place.ts';
import { ProjectProvider, useOpenProject, useProject } from '../../../../../shared/project/project.tsx';
import { buttonClass } from '../../../../../shared/ui/button.tsx';
import { EmptyState, FailedState, Skeleton } from '../../../../../shared/ui/state.tsx';

const WritingPage = dynamic(() => import('../../../../../features/writing/writing-page.tsx').then((module) => module.WritingPage), { ssr: false, loading: () => <Skeleton lines={8} className="mx-auto max-w-2xl p-10" /> });
const ContinuousPage = dynamic(() => import('../../../../../features/writing/continuous-page.tsx').then((module) => module.ContinuousPage), { ssr: false });
const PeoplePage = dynamic(() => import('../../../../../features/people/people-page.tsx').then((module) => module.PeoplePage), { ssr: false });
const ImportPage = dynamic(() => import('../../../../../features/importing/import-page.tsx').then((module) => module.ImportPage), { ssr: false });
const TrashPage = dynamic(() => import('../../../../../features/trash/trash-page.tsx').then((module) => module.TrashPage), { ssr: false });
const HomePage = dynamic(() => import('../../../../../features/home/home-page.tsx').then((module) => module.HomePage), { ssr: false });
const AiPage = dynamic(() => import('../../../../../features/assisting/ai-page.tsx').then((module) => module.AiPage), { ssr: false });
const TranslationPage = dynamic(() => import('../../../../../features/assisting/translation-page.tsx').then((module) => module.TranslationPage), { ssr: false, loading: () => <Skeleton lines={8} className="mx-auto max-w-2xl p-10" /> });
const SelectionMenu = dynamic(() => import('../../../../../features/assisting/selection-menu.tsx').then((module) => module.SelectionMenu), { ssr: false });
const AssistPanel = dynamic(() => import('../../../../../features/assisting/assist-panel.tsx').then((module) => module.AssistPanel), { ssr: false });
const Palette = dynamic(() => import('../../../../../features/palette/palette.tsx').then((module) => module.Palette), { ssr: false });
const SearchSheet = dynamic(() => import('../../../../../features/searching/search-sheet.tsx').then((module) => module.SearchSheet), { ssr: false });

/** What is not on the first page is fetched when the browser has nothing to do, so that it is there without the network. */
const LATER: readonly (() => Promise<unknown>)[] = [
  () => import('../../../../../features/writing/writing-page.tsx'),
  () => import('../../../../../features/writing/continuous-page.tsx'),
  () => import('../../../../../features/people/people-page.tsx'),
  () => import('../../../../../features/importing/import-page.tsx'),
  () => import('../../../../../features/trash/trash-page.tsx'),
  () => import('../../../../../features/home/home-page.tsx'),
  () => import('../../../../../features/palette/palette.tsx'),
  () => import('../../../../../features/searching/search-sheet.tsx'),
];
const LATER_MS = 4_000;

const words = wordsOf({
  ko: {
    assist: '집필 도움',
    retry: '다시 시도',
    shelf: '서가로 가기',
    goneTitle: '작품을 찾을 수 없습니다',
    goneText: '지워졌거나, 함께 쓰는 사람에서 빠졌거나, 주소가 다를 수 있습니다.',
    noSceneTitle: '이 회차는 지금 없습니다',
    noSceneText: '휴지통으로 갔거나 주소가 다를 수 있습니다. 차례에서 다른 회차를 고르거나 휴지통을 살펴보세요.',
    trash: '휴지통 보기',
    offlineTitle: '연결이 없습니다',
    offlineText: '이 기기에 보관된 것이 없어 열 수 없습니다. 연결되면 다시 시도해 주세요.',
  },
  en: {
    assist: 'Writing help',
    retry: 'Try again',
    shelf: 'To the shelf',
    goneTitle: 'This work cannot be found',
    goneText: 'It may have been deleted, you may no longer be one of its people, or the address may be wrong.',
    noSceneTitle: 'This episode is not here now',
    noSceneText: 'It may be in the trash, or the address may be wrong. Choose another one in the outline, or look into the trash.',
    trash: 'Look into the trash',
    offlineTitle: 'No connection',
    offlineText: 'Nothing of this is kept on this device, so it cannot be opened. Try again when you are connected.',
  },
});

/** The studio inside one work. */
export function ProjectStudio() {
  const t = useWords(words);
  const at = placeOf(usePathname());
  const person = usePerson({ required: true });
  if (!at) return <EmptyState title={t.goneTitle} text={t.goneText} />;
  if (person.kind === 'asking') return null;
  if (person.kind === 'signed-out') {
    return (
      <EmptyState title={t.offlineTitle} text={t.offlineText}>
        <a className={buttonClass('primary')} href={`/p/${at.projectId}`}>
          {t.retry}
        </a>
      </EmptyState>
    );
  }
  return <OpenedProject key={at.projectId} projectId={at.projectId} place={at.place} person={person.person} />;
}

function OpenedProject({ projectId, place, person }: { projectId: ProjectId; place: Place; person: KnownPerson }) {
  const t = useWords(words);
  const locale = useLocale();
  const me: UserId = UserIdSchema.parse(person.id);
  const state = useOpenProject(projectId, me);
  if (state.kind === 'loading') return <Skeleton lines={6} className="mx-auto max-w-xl p-10" />;
  if (state.kind === 'failed') {
    const gone = state.failure instanceof Problem && (state.failure.code === 'not-found' || state.failure.code === 'forbidden');
    if (!gone) return <FailedState text={problemText(state.failure, locale)} retryName={t.retry} onRetry={state.retry} />;
    return (
      <EmptyState title={t.goneTitle} text={t.goneText}>
        <a className={buttonClass('primary')} href="/shelf">
          {t.shelf}
        </a>
      </EmptyState>
    );
  }
  return (
    <ProjectProvider open={state.open}>
      <Opened place={place} person={person} />
    </ProjectProvider>
  );
}

function Opened({ place, person }: { place: Place; person: KnownPerson }) {
  const { project, projectId, view, ai } = useProject();
  const t = useWords(words);
  const locale = useLocale();
  const [palette, setPalette] = useState(false);
  const [searching, setSearching] = useState(false);

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229 || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (event.code === 'KeyK' && !event.shiftKey) {
        event.preventDefault();
        setPalette(true);
      }
      if (event.code === 'KeyF' && event.shiftKey) {
        event.preventDefault();
        setSearching(true);
      }
      // Saving is by itself; the browser's own dialog for saving a page would only startle.
      if (event.code === 'KeyS' && !event.shiftKey) event.preventDefault();
    };
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  }, []);

  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of LATER) {
        load().catch(() => {
          // Asked for again when it is needed; the page then says what is wrong.
        });
      }
    }, LATER_MS);
    return () => clearTimeout(timer);
  }, []);

  const scene = place.kind === 'scene' || place.kind === 'translation' ? view.tree.get(place.nodeId) : undefined;
  const first = view.scenes[0];
  // The front of a work that has text is its first scene; the shelf leads to the last one by itself.
  useEffect(() => {
    if (place.kind === 'front' && first) goTo(projectId, { kind: 'scene', nodeId: first.id }, { replace: true });
  }, [place.kind, first, projectId]);
  useEffect(() => {
    const name = scene ? calledText(calledOf(rowOf(view, scene), view, locale)) : '';
    document.title = [name, project.title, 'Cowrite'].filter(Boolean).join(' · ');
  }, [scene, view, locale, project.title]);

  // Where AI is off nothing of it is seen.
  const isHelped = ai?.mode === 'on';
  const isWanted = useHelpWanted() !== null;
  const side = useMemo(() => (isHelped ? { name: t.assist, isWanted, render: (close: () => void) => <AssistPanel onClose={close} /> } : null), [isHelped, isWanted, t.assist]);
  const current = place.kind === 'scene' || place.kind === 'continuous' || place.kind === 'translation' ? place.nodeId : null;
  return (
    <>
      <Frame person={person} place={place} renderOutline={(close) => <Outline current={current} onOpened={close} />} onPalette={() => setPalette(true)} onSearch={() => setSearching(true)} side={side}>
        <Middle place={place} scene={scene} />
      </Frame>
      {isHelped && <SelectionMenu />}
      {palette && <Palette onClose={() => setPalette(false)} onSearch={() => (setPalette(false), setSearching(true))} />}
      {searching && <SearchSheet onClose={() => setSearching(false)} />}
    </>
  );
}

function Middle({ place, scene }: { place: Place; scene: Node | undefined }) {
  const t = useWords(words);
  const { projectId, view, isWaiting } = useProject();
  // A scene that was just made takes the caret, once; one that is only looked at does not take it from the outline.
  const made = useRef(new Set<string>());
  if (scene && isWaiting(scene.id)) made.current.add(scene.id);
  const sceneId = scene?.id;
  useEffect(() => {
    const justMade = made.current;
    return () => {
      if (sceneId) justMade.delete(sceneId);
    };
  }, [sceneId]);
  switch (place.kind) {
    case 'front':
      return view.scenes.length === 0 ? <EmptyOutline /> : null;
    case 'scene':
    case 'translation': {
      const opened = scene ? sceneOf(view, scene.id) : undefined;
      if (opened && place.kind === 'translation') return <TranslationPage key={opened.id} scene={opened} />;
      if (opened) return <WritingPage key={opened.id} scene={opened} takeFocus={made.current.has(opened.id)} />;
      return (
        <EmptyState title={t.noSceneTitle} text={t.noSceneText}>
          <button type="button" className={buttonClass('outline')} onClick={() => goTo(projectId, { kind: 'trash' })}>
            {t.trash}
          </button>
        </EmptyState>
      );
    }
    case 'continuous':
      return <ContinuousPage key={place.nodeId} nodeId={place.nodeId} />;
    case 'people':
      return <PeoplePage />;
    case 'import':
      return <ImportPage />;
    case 'trash':
      return <TrashPage />;
    case 'home':
      return <HomePage />;
    case 'ai':
      return <AiPage />;
    case 'unknown':
      return <EmptyState title={t.noSceneTitle} text={t.noSceneText} />;
  }
}
