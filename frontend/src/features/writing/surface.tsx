'use client';

import type { DocumentId } from '@cowrite/contract';
import { useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import type { DocumentState, LiveDocument, Person } from '../../shared/live/live.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify, useSay } from '../../shared/ui/notices.tsx';
import { Skeleton } from '../../shared/ui/state.tsx';
import { useBringing } from './bringing.tsx';
import { CaretLayer } from './caret-layer.ts';
import { keepCaretSeen } from './caret-seen.ts';
import { pageFrames } from './one-a-frame.ts';
import { useWritingPreferences, writingPreferences } from './preferences.ts';
import { ClosedNotice } from './closed-notice.tsx';
import { DraftNotices } from './draft-notices.tsx';
import { sourceOf } from './pictures.ts';
import { PASTE_UNITS_MAX, SceneView, type TakenBlock } from './scene-view.ts';
import { words } from './words.ts';

export interface SurfaceProps {
  documentId: DocumentId;
  /** The name of the copy when one's text is given as a file. */
  title: string;
  /** The scene was made on this device just now: it is written in before the server knows it. */
  isFresh?: boolean;
  /** Puts the caret into the text as soon as it is there. */
  takeFocus?: boolean;
  /** Pixels that the scene will about take. With it, the scene is laid out over some frames, and the room is kept meanwhile. */
  room?: number;
  /** Hears of the view when it is there, and null when it goes. */
  onView?: (view: SceneView | null, live: LiveDocument | null) => void;
  /** After every change of text or selection; called at most once a frame. */
  onChange?: (view: SceneView) => void;
  pageKey?: (event: KeyboardEvent) => boolean;
  /** Whose caret the page follows. */
  followed?: number | null;
  onPeople?: (people: readonly Person[]) => void;
}

const OPENING: DocumentState = { access: { kind: 'opening' }, people: [], storageWorks: true, drafts: [], isOver: false };

/** One scene that can be written in: opens its document, shows what may honestly be said of it, and the text. */
export function Surface(props: SurfaceProps) {
  const { live: project, scenes } = useProject();
  const [live, setLive] = useState<LiveDocument | null>(null);
  /** Rises when a history of the scene was replaced: another document is opened in the place of the one that is over. */
  const [history, setHistory] = useState(0);
  const { documentId } = props;
  const isFresh = useRef(props.isFresh ?? false);
  useEffect(() => {
    if (!project) return;
    const opened = project.open(documentId, { isFresh: isFresh.current && history === 0 });
    const leave = scenes.add(opened);
    setLive(opened);
    return () => {
      setLive(null);
      leave();
    };
  }, [project, documentId, scenes, history]);
  const subscribe = useCallback((listener: () => void) => live?.subscribe(listener) ?? (() => undefined), [live]);
  const state = useSyncExternalStore(
    subscribe,
    () => live?.getState() ?? OPENING,
    () => OPENING,
  );
  const t = useWords(words);
  const isReady = live !== null && !state.isOver && state.access.kind !== 'opening';
  const [isDue, setDue] = useState(false);
  useLayoutEffect(() => {
    if (!isReady) return;
    const takeBack = pageFrames.run(() => setDue(true));
    return () => {
      takeBack();
      setDue(false);
    };
  }, [isReady]);
  const notify = useNotify();
  const { isOver } = state;
  const isAnythingLaidBy = state.drafts.length > 0;
  const toldOf = useRef<LiveDocument | null>(null);
  useEffect(() => {
    // Said once of each history, when it ends.
    if (!isOver || toldOf.current === live) return;
    toldOf.current = live;
    setHistory((before) => before + 1);
    if (!isAnythingLaidBy) notify({ text: t.replaced });
  }, [isOver, live, isAnythingLaidBy, notify, t.replaced]);
  return (
    <>
      <DraftNotices live={live} drafts={state.drafts} title={props.title} />
      {isReady && isDue ? (
        <OpenSurface key={documentId} {...props} live={live} state={state} />
      ) : (
        <div role="img" aria-label={t.opening} className="py-4" style={{ minHeight: props.room }}>
          <Skeleton lines={8} />
        </div>
      )}
    </>
  );
}

function OpenSurface({ live, state, title, takeFocus, room, onView, onChange, pageKey, followed, onPeople, documentId }: SurfaceProps & { live: LiveDocument; state: DocumentState }) {
  const t = useWords(words);
  const say = useSay();
  const notify = useNotify();
  const locale = useLocale();
  const { project, projectId, lengthsNow } = useProject();
  const preferences = useWritingPreferences();
  const place = useRef<HTMLDivElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const scene = useRef<SceneView | null>(null);
  const { bring, progress } = useBringing(projectId, scene);
  const carets = useRef<CaretLayer | null>(null);
  const [taken, setTaken] = useState<TakenBlock | null>(null);
  const canWrite = state.access.kind === 'writing';
  // The view outlives renders; it asks these for what is true now.
  const now = useRef({ canWrite, onChange, onView, pageKey, followed, bring });
  now.current = { canWrite, onChange, onView, pageKey, followed, bring };

  useLayoutEffect(() => {
    let frame = 0;
    let counting: ReturnType<typeof setTimeout> | undefined;
    let takeBackUnfolding: (() => void) | undefined;
    const mount = document.createElement('div');
    place.current!.append(mount);
    const count = () => {
      counting = undefined;
      lengthsNow.set(documentId, view.lengths);
    };
    const view = new SceneView({
      live,
      place: mount,
      label: t.body,
      placeholder: now.current.canWrite ? t.placeholder : t.readingOnly,
      canWrite: () => now.current.canWrite,
      unfolds: room !== undefined,
      aids: () => writingPreferences().aids,
      blockTaken: (block) => {
        setTaken(block);
        say(t.takenTitle);
      },
      pasteTooLong: () => notify({ text: t.pasteTooLong(countText(PASTE_UNITS_MAX, locale)), kind: 'bad' }),
      images: { picture: (blobId) => sourceOf(projectId, blobId), canWrite: () => now.current.canWrite, words: { alt: t.pictureAlt, away: t.pictureAway } },
      bringPictures: (files, held) => now.current.bring(files, held),
      pageKey: (event) => now.current.pageKey?.(event) ?? false,
      changed: ({ text }) => {
        if (text) {
          carets.current?.redraw();
          counting ??= setTimeout(count, 120);
        }
        if (frame) return;
        frame = requestAnimationFrame(() => {
          frame = 0;
          now.current.onChange?.(view);
        });
      },
    });
    const caretLayer = new CaretLayer(layer.current!, {
      moved: (person, at) => {
        if (person.clientId === now.current.followed && (at.top < 96 || at.bottom > innerHeight - 96)) scrollTextTo(view.view.dom, at.top);
      },
      proposalLabel: t.proposalOf,
    });
    scene.current = view;
    carets.current = caretLayer;
    caretLayer.attach(view);
    // After the frame that shows the text: the tree's figure for it is there already.
    counting = setTimeout(count);
    if (room !== undefined) {
      place.current!.style.minHeight = `${room}px`;
      const unfold = () => {
        if (view.unfoldMore()) takeBackUnfolding = pageFrames.run(unfold);
        else place.current!.style.minHeight = '';
      };
      takeBackUnfolding = pageFrames.run(unfold);
    }
    now.current.onView?.(view, live);
    if (takeFocus && now.current.canWrite) view.focusEnd();
    return () => {
      cancelAnimationFrame(frame);
      takeBackUnfolding?.();
      clearTimeout(counting);
      if (counting !== undefined) count();
      now.current.onView?.(null, null);
      caretLayer.destroy();
      view.destroy();
      mount.remove();
      scene.current = null;
      carets.current = null;
    };
    // The view is made once for a document; words and rights reach it through `now` and the attributes below.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [live]);

  useEffect(() => {
    const view = scene.current?.view;
    if (!view) return;
    // Asks the view to look at its rights again; the attributes follow.
    view.setProps({});
  }, [canWrite]);

  useEffect(() => {
    const seen = visualViewport;
    if (!seen) return;
    let frame = 0;
    const resized = () => {
      cancelAnimationFrame(frame);
      // The frame first gives away its bar of places; then it is known how much room there is.
      frame = requestAnimationFrame(() => scene.current && keepCaretSeen(scene.current));
    };
    seen.addEventListener('resize', resized);
    return () => {
      cancelAnimationFrame(frame);
      seen.removeEventListener('resize', resized);
    };
  }, []);

  useEffect(() => {
    carets.current?.show(state.people);
    onPeople?.(state.people);
  }, [state.people, onPeople]);

  const paragraphs = preferences.paragraphs ?? project.settings.paragraphs ?? 'indent';
  useEffect(() => {
    const dom = scene.current?.view.dom;
    if (!dom) return;
    dom.dataset['face'] = preferences.face;
    dom.dataset['paragraphs'] = paragraphs;
    dom.style.setProperty('--manuscript-size', `${preferences.sizePx}px`);
    dom.style.setProperty('--author-note-label', JSON.stringify(t.authorNoteLabel));
    carets.current?.redraw();
  }, [preferences.face, preferences.sizePx, paragraphs, t]);

  return (
    <>
      {!state.storageWorks && canWrite && (
        <p role="note" className="m-0 mb-4 rounded bg-warn-soft px-3 py-2 text-sm text-ink">
          {t.noStorage}
        </p>
      )}
      <ClosedNotice live={live} access={state.access} title={title} />
      {progress}
      {taken && (
        <section aria-label={t.takenHint} className="no-print fixed inset-x-4 bottom-24 z-40 rounded-lg border border-line-2 bg-surface p-3 shadow-sheet md:inset-x-auto md:right-6 md:bottom-14 md:w-96">
          <p className="m-0 text-sm font-medium">{t.takenTitle}</p>
          <p className="mx-0 my-1.5 line-clamp-3 font-serif text-sm text-ink-2">{taken.text}</p>
          <div className="flex gap-2">
            <Button
              look="primary"
              title={t.takenHint}
              onClick={() => {
                scene.current?.restoreBlock(taken);
                setTaken(null);
              }}
            >
              {t.takenAction}
            </Button>
            <Button look="quiet" onClick={() => setTaken(null)}>
              {t.takenDrop}
            </Button>
          </div>
        </section>
      )}
      <div className="relative">
        <div ref={place} />
        <div ref={layer} aria-hidden className="pointer-events-none absolute inset-0 overflow-visible" />
      </div>
    </>
  );
}

/** Brings a line of the text to two fifths of the height of whatever scrolls it. */
function scrollTextTo(dom: HTMLElement, top: number): void {
  const scroller = dom.closest<HTMLElement>('[data-scroller]');
  if (!scroller) return;
  const box = scroller.getBoundingClientRect();
  scroller.scrollBy({ top: top - box.top - box.height * 0.4, behavior: 'smooth' });
}
