'use client';

import { Menu } from '@base-ui/react/menu';
import { Check, Type } from 'lucide-react';
import { useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { IconButton } from '../../shared/ui/button.tsx';
import { menuLayer } from '../../shared/ui/layers.tsx';
import { menuItemClass, menuPopupClass } from '../../shared/ui/menu.ts';
import { setPreferences, useWritingPreferences } from './preferences.ts';

const words = wordsOf({
  ko: {
    label: '보기',
    serif: '명조',
    sans: '고딕',
    smaller: '글자 작게',
    larger: '글자 크게',
    indent: '첫 줄 들여쓰기',
    spaced: '문단 사이 띄우기',
    focus: '집중 모드',
    typewriter: '타자기 모드',
    quotes: '따옴표 바꾸기 “ ”',
    punctuation: '말줄임표·줄표 바꾸기',
    face: '글꼴',
    paragraphs: '문단',
    modes: '쓰기',
    aids: '입력 도움',
  },
  en: {
    label: 'View',
    serif: 'Serif',
    sans: 'Sans serif',
    smaller: 'Smaller text',
    larger: 'Larger text',
    indent: 'Indent first lines',
    spaced: 'Space between paragraphs',
    focus: 'Focus mode',
    typewriter: 'Typewriter mode',
    quotes: 'Curly quotes “ ”',
    punctuation: 'Ellipses and dashes',
    face: 'Typeface',
    paragraphs: 'Paragraphs',
    modes: 'Writing',
    aids: 'Typing aids',
  },
});

const SIZES = { smallest: 14, largest: 24 };

/** How the page looks and helps, for this person on this device. */
export function ViewMenu() {
  const t = useWords(words);
  const preferences = useWritingPreferences();
  const { project } = useProject();
  const paragraphs = preferences.paragraphs ?? project.settings.paragraphs ?? 'indent';
  const item = (name: string, on: boolean, act: () => void) => (
    <Menu.CheckboxItem key={name} checked={on} onCheckedChange={act} closeOnClick={false} className={menuItemClass}>
      <span className="inline-flex w-4">
        <Menu.CheckboxItemIndicator>
          <Check size={14} aria-hidden />
        </Menu.CheckboxItemIndicator>
      </span>
      {name}
    </Menu.CheckboxItem>
  );
  const group = (name: string) => <p className="m-0 px-3 pt-2 pb-1 text-xs text-ink-3">{name}</p>;
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton label={t.label} />}>
        <Type size={16} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal container={menuLayer}>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className={menuPopupClass}>
            {group(t.modes)}
            {item(t.focus, preferences.focus, () => setPreferences({ focus: !preferences.focus }))}
            {item(t.typewriter, preferences.typewriter, () => setPreferences({ typewriter: !preferences.typewriter }))}
            {group(t.face)}
            {item(t.serif, preferences.face === 'serif', () => setPreferences({ face: 'serif' }))}
            {item(t.sans, preferences.face === 'sans', () => setPreferences({ face: 'sans' }))}
            <Menu.Item className={menuItemClass} closeOnClick={false} onClick={() => setPreferences({ sizePx: Math.max(SIZES.smallest, preferences.sizePx - 1) })}>
              <span className="w-4" />
              {t.smaller}
            </Menu.Item>
            <Menu.Item className={menuItemClass} closeOnClick={false} onClick={() => setPreferences({ sizePx: Math.min(SIZES.largest, preferences.sizePx + 1) })}>
              <span className="w-4" />
              {t.larger} · {preferences.sizePx}px
            </Menu.Item>
            {group(t.paragraphs)}
            {item(t.indent, paragraphs === 'indent', () => setPreferences({ paragraphs: 'indent' }))}
            {item(t.spaced, paragraphs === 'spaced', () => setPreferences({ paragraphs: 'spaced' }))}
            {group(t.aids)}
            {item(t.quotes, preferences.aids.quotes, () => setPreferences({ aids: { ...preferences.aids, quotes: !preferences.aids.quotes } }))}
            {item(t.punctuation, preferences.aids.punctuation, () => setPreferences({ aids: { ...preferences.aids, punctuation: !preferences.aids.punctuation } }))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
