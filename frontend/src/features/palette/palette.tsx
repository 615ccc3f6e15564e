'use client';

import { Dialog } from '@base-ui/react/dialog';
import type { NodeId } from '@cowrite/contract';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { calledOf, calledText, rowOf } from '../../shared/project/display.ts';
import { jumpTo } from '../../shared/project/jump.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { chooseTheme, shownTheme } from '../../shared/ui/theme.ts';
import { isComposingKey } from '../../shared/ui/text-field.tsx';

const words = wordsOf({
  ko: {
    label: '찾아가기',
    placeholder: '회차 번호나 이름, 또는 할 일',
    none: '맞는 것이 없습니다.',
    scene: '장면',
    people: '사람들 보기',
    import: '원고 가져오기',
    trash: '휴지통 열기',
    home: '작품 홈 열기',
    search: '본문에서 찾기',
    shelf: '서가로 가기',
    theme: '밝기 바꾸기',
    continuous: '이 회차를 이어서 보기',
    account: '계정 열기',
  },
  en: {
    label: 'Go to',
    placeholder: 'An episode’s number or name, or something to do',
    none: 'Nothing matches.',
    scene: 'Scene',
    people: 'Show people',
    import: 'Import a manuscript',
    trash: 'Open the trash',
    home: 'About this work',
    search: 'Find in the text',
    shelf: 'To the shelf',
    theme: 'Switch light and dark',
    continuous: 'Read this episode as one page',
    account: 'Open the account',
  },
});

export interface Command {
  id: string;
  number: string;
  title: string;
  hint: string;
  run: () => void;
}

const SHOWN = 60;

/** ⌘K: goes to a scene by number or name, or does something. */
export function Palette({ onClose, onSearch }: { onClose: () => void; onSearch: () => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const { view, projectId, may } = useProject();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const listId = useId();
  const field = useRef<HTMLInputElement>(null);

  const commands = useMemo<Command[]>(() => {
    const seen = new Set<string>();
    const scenes = view.scenes.flatMap((scene): Command[] => {
      const row = rowOf(view, scene);
      if (seen.has(row.id)) return [];
      seen.add(row.id);
      const above = view.tree.ancestors(row.id).map((node) => calledText(calledOf(node, view, locale)));
      return [{ id: scene.id, ...calledOf(row, view, locale), hint: above.join(' › '), run: () => goTo(projectId, { kind: 'scene', nodeId: scene.id as NodeId }) }];
    });
    const act = (id: string, title: string, run: () => void): Command => ({ id, number: '', title, hint: '', run });
    return [
      ...scenes,
      act('search', t.search, onSearch),
      act('people', t.people, () => goTo(projectId, { kind: 'people' })),
      ...(may('story.write') ? [act('import', t.import, () => goTo(projectId, { kind: 'import' }))] : []),
      act('home', t.home, () => goTo(projectId, { kind: 'home' })),
      act('trash', t.trash, () => goTo(projectId, { kind: 'trash' })),
      act('theme', t.theme, () => chooseTheme(shownTheme() === 'dark' ? 'light' : 'dark')),
      act('shelf', t.shelf, () => location.assign('/shelf')),
      act('account', t.account, () => location.assign('/account')),
    ];
  }, [view, locale, projectId, may, t, onSearch]);
  const shown = useMemo(() => jumpTo(commands, typed).slice(0, SHOWN), [commands, typed]);
  const current = Math.min(at, shown.length - 1);
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[#1d1b18]/30" />
        <Dialog.Popup initialFocus={field} className="fixed top-[10dvh] left-1/2 z-50 flex max-h-[70dvh] w-[calc(100vw-24px)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-sheet">
          <Dialog.Title className="sr-only">{t.label}</Dialog.Title>
          <input
            ref={field}
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={shown[current] ? `${listId}-${current}` : undefined}
            aria-label={t.label}
            aria-autocomplete="list"
            placeholder={t.placeholder}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setAt(0);
            }}
            onKeyDown={(event) => {
              if (isComposingKey(event)) return;
              if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
                event.preventDefault();
                setAt((current + (event.key === 'ArrowDown' ? 1 : -1) + shown.length) % Math.max(1, shown.length));
              }
              if (event.key === 'Enter') {
                event.preventDefault();
                run(shown[current]);
              }
            }}
            className="w-full border-b border-line bg-transparent px-4 py-3.5 text-base text-ink outline-none placeholder:text-ink-3"
          />
          <ul ref={list} id={listId} role="listbox" aria-label={t.label} className="m-0 min-h-0 list-none overflow-y-auto p-1.5">
            {shown.map((command, index) => (
              <li
                key={command.id}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === current}
                onMouseMove={() => setAt(index)}
                onClick={() => run(command)}
                className="flex min-h-11 cursor-default items-center gap-2 rounded px-3 text-sm aria-selected:bg-accent-soft md:min-h-9"
              >
                {command.number && <span className="shrink-0 text-ink-2 tabular-nums">{command.number}</span>}
                <span className="min-w-0 flex-1 truncate">{command.title}</span>
                <span className="max-w-[40%] truncate text-xs text-ink-2">{command.hint}</span>
              </li>
            ))}
          </ul>
          {shown.length === 0 && <p className="m-0 px-4 py-3 text-sm text-ink-2">{t.none}</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
