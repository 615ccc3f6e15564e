'use client';

import { Dialog } from '@base-ui/react/dialog';
import { Menu } from '@base-ui/react/menu';
import { ChevronDown, List, MoreHorizontal, PanelLeft, PanelRight, PenLine, Search, Users } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useWords } from '../../shared/i18n/words.tsx';
import type { KnownPerson } from '../../shared/person/known-person.ts';
import { PersonMenu } from '../../shared/person/person-menu.tsx';
import { goTo, type Place } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { saveTogether, unsentOf } from '../../shared/project/save-together.ts';
import { IconButton } from '../../shared/ui/button.tsx';
import { downloadText } from '../../shared/ui/download-text.ts';
import { menuLayer } from '../../shared/ui/layers.tsx';
import { menuItemClass, menuPopupClass } from '../../shared/ui/menu.ts';
import { SaveStateLabel } from './save-state.tsx';
import { words } from './words.ts';

const WIDE = '(min-width: 1200px)';
const useWide = () =>
  useSyncExternalStore(
    (listener) => {
      const media = matchMedia(WIDE);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(WIDE).matches,
    () => true,
  );

const PANE_KEY = 'cowrite.outline-width';
const SIDE_KEY = 'cowrite.side-shown';
const PANE = { least: 220, usual: 280, most: 420, step: 16 };

function keptWidth(): number {
  const kept = Number(safely(() => localStorage.getItem(PANE_KEY)));
  return kept >= PANE.least && kept <= PANE.most ? kept : PANE.usual;
}

function safely<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    // A browser that keeps nothing has no width either.
    return null;
  }
}

/** The frame around everything inside a work: header, outline at the left (a drawer when narrow), the middle, the bar of a phone. */
export function Frame({
  person,
  place,
  renderOutline,
  onPalette,
  onSearch,
  side,
  children,
}: {
  person: KnownPerson;
  place: Place;
  renderOutline: (close: () => void) => React.ReactNode;
  onPalette: () => void;
  onSearch: () => void;
  /** What may stand beside the text, and whether it is wanted there now; null when there is nothing to stand there. */
  side: { name: string; isWanted: boolean; render: (close: () => void) => React.ReactNode } | null;
  children: React.ReactNode;
}) {
  const t = useWords(words);
  const { project, projectId, connection, live, scenes, outlineWaiting } = useProject();
  const wide = useWide();
  const [paneShown, setPaneShown] = useState(() => safely(() => localStorage.getItem('cowrite.outline-hidden')) !== '1');
  const [drawer, setDrawer] = useState(false);
  const [width, setWidth] = useState(keptWidth);
  const [sideShown, setSideShown] = useState(() => safely(() => localStorage.getItem(SIDE_KEY)) === '1');
  const left = useRef<HTMLElement>(null);
  const middle = useRef<HTMLElement>(null);
  const quiet = useQuietChrome();
  const keyboard = useSoftKeyboard();
  const right = useRef<HTMLElement>(null);
  useF6(left, middle, right);
  const showSide = useCallback((shown: boolean) => {
    setSideShown(shown);
    safely(() => localStorage.setItem(SIDE_KEY, shown ? '1' : '0'));
  }, []);
  const closeSide = useCallback(() => showSide(false), [showSide]);
  const isSideWanted = side?.isWanted ?? false;
  useEffect(() => {
    if (isSideWanted) showSide(true);
  }, [isSideWanted, showSide]);
  useSideKey(side !== null, () => showSide(!sideShown));

  const resize = (next: number) => {
    const clamped = Math.max(PANE.least, Math.min(PANE.most, next));
    setWidth(clamped);
    safely(() => localStorage.setItem(PANE_KEY, String(clamped)));
  };
  const showPane = (shown: boolean) => {
    setPaneShown(shown);
    safely(() => localStorage.setItem('cowrite.outline-hidden', shown ? '0' : '1'));
  };
  const closeDrawer = useCallback(() => setDrawer(false), []);
  const writing = place.kind === 'scene' || place.kind === 'front' || place.kind === 'continuous';

  return (
    <div className="flex h-dvh flex-col overflow-hidden" data-quiet={quiet} data-keyboard={keyboard}>
      <header className="studio-chrome no-print flex min-h-12 items-center gap-1 border-b border-line px-2 md:px-3">
        <span className="hidden md:contents">
          <IconButton label={wide ? (paneShown ? t.hideOutline : t.showOutline) : t.showOutline} aria-expanded={wide ? paneShown : drawer} onClick={() => (wide ? showPane(!paneShown) : setDrawer(true))}>
            <PanelLeft size={17} aria-hidden />
          </IconButton>
        </span>
        <Menu.Root>
          <Menu.Trigger aria-label={t.workMenu(project.title)} className="inline-flex min-h-11 min-w-0 items-center gap-1 rounded px-2 font-serif text-base font-semibold hover:bg-accent-soft md:min-h-9">
            <span className="max-w-[36vw] truncate md:max-w-72">{project.title}</span>
            <ChevronDown size={14} aria-hidden className="shrink-0 text-ink-3" />
          </Menu.Trigger>
          <Menu.Portal container={menuLayer}>
            <Menu.Positioner sideOffset={6} align="start" className="z-50">
              <Menu.Popup className={menuPopupClass}>
                <PlaceItems place={place} />
                <Menu.Separator className="my-1 h-px bg-line" />
                <Menu.Item className={menuItemClass} onClick={() => location.assign('/shelf')}>
                  {t.shelf}
                </Menu.Item>
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
        <button type="button" onClick={onPalette} title={t.palette} aria-label={t.palette} className="ml-1 hidden min-h-8 items-center gap-2 rounded border border-line px-2.5 text-xs text-ink-3 hover:border-line-2 md:inline-flex">
          <Search size={14} aria-hidden />
          <kbd className="font-sans">Ctrl K</kbd>
        </button>
        <div className="ml-auto flex items-center gap-1 md:gap-2">
          <SaveStateLabel />
          <button type="button" onClick={() => goTo(projectId, { kind: 'people' })} className="hidden min-h-9 items-center gap-1.5 rounded px-2 text-sm text-ink-2 hover:bg-accent-soft md:inline-flex">
            <Users size={15} aria-hidden />
            {t.share}
          </button>
          {side !== null && (
            <IconButton label={`${side.name} (Ctrl J)`} aria-expanded={sideShown} aria-pressed={sideShown} onClick={() => showSide(!sideShown)}>
              <PanelRight size={17} aria-hidden />
            </IconButton>
          )}
          <PersonMenu
            person={person}
            unsent={{
              // Asked when the menu wants to know: the frame must not be drawn anew at every commit.
              count: () => unsentOf(saveTogether(scenes.states(), { outline: outlineWaiting, scenes: live?.waiting() ?? 0 }, connection)) - outlineWaiting,
              download: () => {
                const text = scenes.unsentText();
                if (text !== null) downloadText(project.title, text);
              },
            }}
          />
        </div>
      </header>
      {project.state !== 'active' && <p className="no-print m-0 bg-warn-soft px-4 py-1.5 text-xs text-ink">{project.state === 'trashed' ? t.trashedNote : t.archivedNote}</p>}
      <div className="flex min-h-0 flex-1">
        {wide && paneShown && (
          <nav ref={left} aria-label={t.outline} className="studio-chrome no-print relative min-h-0 shrink-0" style={{ width }}>
            {renderOutline(closeDrawer)}
            <Divider width={width} onResize={resize} />
          </nav>
        )}
        <main ref={middle} aria-label={t.main} className="min-h-0 min-w-0 flex-1">
          {children}
        </main>
        {wide && side !== null && sideShown && (
          <aside ref={right} aria-label={side.name} className="no-print min-h-0 w-[340px] shrink-0 border-l border-line">
            {side.render(closeSide)}
          </aside>
        )}
      </div>
      <nav aria-label={t.bottomBar} className="studio-bottom no-print flex border-t border-line bg-paper pb-[env(safe-area-inset-bottom)] md:hidden">
        <BarButton name={t.outline} Icon={List} onClick={() => setDrawer(true)} />
        <BarButton name={t.write} Icon={PenLine} current={writing} onClick={() => goTo(projectId, { kind: 'front' })} />
        <BarButton name={t.search} Icon={Search} onClick={onSearch} />
        <BarMore place={place} />
      </nav>
      {!wide && side !== null && (
        <Dialog.Root open={sideShown} onOpenChange={showSide} modal="trap-focus">
          <Dialog.Portal>
            <Dialog.Popup className="fixed inset-x-0 bottom-0 z-50 flex h-[72dvh] flex-col border-t border-line bg-paper shadow-sheet md:inset-y-0 md:right-0 md:left-auto md:h-auto md:w-[min(400px,60vw)] md:border-t-0 md:border-l">
              <Dialog.Title className="sr-only">{side.name}</Dialog.Title>
              <div className="min-h-0 flex-1">{side.render(closeSide)}</div>
            </Dialog.Popup>
          </Dialog.Portal>
        </Dialog.Root>
      )}
      {!wide && (
        <Dialog.Root open={drawer} onOpenChange={setDrawer}>
          <Dialog.Portal>
            <Dialog.Backdrop className="fixed inset-0 z-40 bg-[#1d1b18]/40" />
            <Dialog.Popup className="fixed inset-y-0 left-0 z-50 flex w-[min(340px,88vw)] flex-col border-r border-line bg-paper shadow-sheet">
              <Dialog.Title className="sr-only">{t.outline}</Dialog.Title>
              <div className="min-h-0 flex-1">{renderOutline(closeDrawer)}</div>
              <Dialog.Close className="min-h-11 border-t border-line text-sm text-ink-2">{t.close}</Dialog.Close>
            </Dialog.Popup>
          </Dialog.Portal>
        </Dialog.Root>
      )}
    </div>
  );
}

function BarButton({ name, Icon, current, onClick }: { name: string; Icon: typeof List; current?: boolean; onClick: () => void }) {
  return (
    <button type="button" aria-current={current ? 'page' : undefined} onClick={onClick} className="flex min-h-12 flex-1 flex-col items-center justify-center gap-0.5 text-[12px] text-ink-2 aria-[current]:text-accent">
      <Icon size={18} aria-hidden />
      {name}
    </button>
  );
}

/** The places of a work beside its text, as items of a menu. */
function PlaceItems({ place }: { place: Place }) {
  const t = useWords(words);
  const { projectId, may, ai } = useProject();
  return (
    <>
      <Menu.Item className={menuItemClass} onClick={() => goTo(projectId, { kind: 'home' })}>
        {t.home}
      </Menu.Item>
      <Menu.Item className={menuItemClass} onClick={() => goTo(projectId, { kind: 'people' })}>
        {t.people}
      </Menu.Item>
      {may('story.write') && (
        <Menu.Item className={menuItemClass} onClick={() => goTo(projectId, { kind: 'import' })}>
          {t.import}
        </Menu.Item>
      )}
      {place.kind === 'scene' && (
        <Menu.Item className={menuItemClass} onClick={() => goTo(projectId, { kind: 'translation', nodeId: place.nodeId })}>
          {t.translation}
        </Menu.Item>
      )}
      {ai !== null && ai.mode !== 'off' && (
        <Menu.Item className={menuItemClass} onClick={() => goTo(projectId, { kind: 'ai' })}>
          {t.ai}
        </Menu.Item>
      )}
      <Menu.Item className={menuItemClass} onClick={() => goTo(projectId, { kind: 'trash' })}>
        {t.trash}
      </Menu.Item>
    </>
  );
}

function BarMore({ place }: { place: Place }) {
  const t = useWords(words);
  return (
    <Menu.Root>
      <Menu.Trigger className="flex min-h-12 flex-1 flex-col items-center justify-center gap-0.5 text-[12px] text-ink-2">
        <MoreHorizontal size={18} aria-hidden />
        {t.more}
      </Menu.Trigger>
      <Menu.Portal container={menuLayer}>
        <Menu.Positioner sideOffset={6} align="end" side="top" className="z-50">
          <Menu.Popup className={menuPopupClass}>
            <PlaceItems place={place} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** The line between outline and page: dragged, or moved by the arrows. */
function Divider({ width, onResize }: { width: number; onResize: (width: number) => void }) {
  const t = useWords(words);
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={t.outline}
      aria-valuenow={width}
      aria-valuemin={PANE.least}
      aria-valuemax={PANE.most}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') onResize(width - PANE.step);
        if (event.key === 'ArrowRight') onResize(width + PANE.step);
      }}
      onPointerDown={(event) => {
        event.preventDefault();
        const from = event.clientX;
        const target = event.currentTarget;
        target.setPointerCapture(event.pointerId);
        const move = (moved: PointerEvent) => onResize(width + moved.clientX - from);
        target.addEventListener('pointermove', move);
        target.addEventListener('pointerup', () => target.removeEventListener('pointermove', move), { once: true });
      }}
      className="absolute inset-y-0 -right-1 z-10 w-[9px] cursor-col-resize border-x-4 border-transparent bg-line bg-clip-padding hover:bg-line-2"
    />
  );
}

/** The chrome fades while one types, and is back at a pointer move or Esc. */
function useQuietChrome(): boolean {
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    const typed = (event: Event) => {
      if (event.target instanceof HTMLElement && event.target.classList.contains('manuscript')) setQuiet(true);
    };
    const loud = () => setQuiet(false);
    const escaped = (event: KeyboardEvent) => event.key === 'Escape' && setQuiet(false);
    addEventListener('input', typed);
    addEventListener('pointermove', loud, { passive: true });
    addEventListener('keydown', escaped);
    return () => {
      removeEventListener('input', typed);
      removeEventListener('pointermove', loud);
      removeEventListener('keydown', escaped);
    };
  }, []);
  return quiet;
}

/** A window that lost this much of the screen's height has a soft keyboard over it. */
const KEYBOARD_SHARE = 0.72;

/** Whether a soft keyboard is up: the window (or on iOS only what is seen of it) is much lower than the screen. */
function useSoftKeyboard(): boolean {
  const [up, setUp] = useState(false);
  useEffect(() => {
    const view = visualViewport;
    if (!view) return;
    const look = () => setUp(matchMedia('(pointer: coarse)').matches && innerWidth < innerHeight * 2 && view.height < screen.height * KEYBOARD_SHARE);
    view.addEventListener('resize', look);
    return () => view.removeEventListener('resize', look);
  }, []);
  return up;
}

/** Opens and closes what stands beside the text. */
function useSideKey(isThere: boolean, toggle: () => void): void {
  const now = useRef(toggle);
  now.current = toggle;
  useEffect(() => {
    if (!isThere) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229 || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey) || event.code !== 'KeyJ') return;
      event.preventDefault();
      now.current();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [isThere]);
}

/** F6 goes from the outline to the page, to what stands beside it, and to the outline again. */
function useF6(left: React.RefObject<HTMLElement | null>, middle: React.RefObject<HTMLElement | null>, right: React.RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const go = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || event.isComposing) return;
      event.preventDefault();
      const panes = [
        left.current?.querySelector<HTMLElement>('[role=tree]'),
        middle.current?.querySelector<HTMLElement>('.manuscript') ?? middle.current?.querySelector<HTMLElement>('button, a, input'),
        right.current?.querySelector<HTMLElement>('textarea, button, input, select'),
      ];
      const within = [left, middle, right].findIndex((pane) => pane.current?.contains(document.activeElement));
      const next = [1, 2, 3].map((step) => panes[(within + step + panes.length) % panes.length]).find((pane) => pane !== null && pane !== undefined);
      next?.focus();
    };
    addEventListener('keydown', go);
    return () => removeEventListener('keydown', go);
  }, [left, middle, right]);
}
