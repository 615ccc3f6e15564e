'use client';

import { Menu } from '@base-ui/react/menu';
import { useState } from 'react';
import { problemText } from '../api/problem-text.ts';
import { useLocale, useWords, wordsOf } from '../i18n/words.tsx';
import { countDrafts } from '../live/disk.ts';
import { studioStore } from '../project/studio-store.ts';
import { Button } from '../ui/button.tsx';
import { menuLayer } from '../ui/layers.tsx';
import { menuItemClass, menuPopupClass } from '../ui/menu.ts';
import { useNotify } from '../ui/notices.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { chooseTheme, shownTheme } from '../ui/theme.ts';
import type { KnownPerson } from './known-person.ts';
import { signOut } from './signing-out.ts';

const words = wordsOf({
  ko: {
    menu: (name: string) => `${name} 님의 메뉴`,
    account: '계정',
    shelf: '서가',
    dark: '어둡게',
    light: '밝게',
    logout: '로그아웃',
    askTitle: '보내지 않은 변경이 있습니다',
    ask: (count: number) => `이 기기에만 있는 변경이 ${count}개 있습니다. 지금 로그아웃하면 이 기기에서 지워집니다.`,
    save: '내 글을 파일로 받기',
    leave: '지우고 로그아웃',
    stay: '머무르기',
  },
  en: {
    menu: (name) => `Menu of ${name}`,
    account: 'Account',
    shelf: 'Shelf',
    dark: 'Dark',
    light: 'Light',
    logout: 'Log out',
    askTitle: 'Some changes have not been sent',
    ask: (count) => `${count} changes are on this device only. Logging out now deletes them from it.`,
    save: 'Download my text',
    leave: 'Delete and log out',
    stay: 'Stay',
  },
});

/** What is not sent yet, as far as the page that shows the menu knows. */
export interface Unsent {
  count: () => number;
  download: () => void;
}

/** The person at the top right: account, theme, sign-out (which asks first when something was not sent). */
export function PersonMenu({ person, unsent }: { person: KnownPerson; unsent?: Unsent }) {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const [asking, setAsking] = useState<number | null>(null);
  const [dark, setDark] = useState(false);
  const leave = async () => {
    try {
      await signOut(person.id);
      location.assign('/');
    } catch (failure) {
      notify({ text: problemText(failure, locale), kind: 'bad' });
    }
  };
  const askFirst = async () => {
    const outline = await studioStore(person.id)
      .waiting()
      .catch(() => 0);
    const count = outline + (unsent?.count() ?? 0) + (await countDrafts(person.id));
    if (count > 0) setAsking(count);
    else await leave();
  };
  return (
    <>
      <Menu.Root onOpenChange={(open) => open && setDark(shownTheme() === 'dark')}>
        <Menu.Trigger aria-label={t.menu(person.name)} className="inline-flex size-11 items-center justify-center rounded-full md:size-9">
          <span aria-hidden className="inline-flex size-8 items-center justify-center rounded-full bg-accent-soft text-sm font-semibold text-accent">
            {[...person.name][0]}
          </span>
        </Menu.Trigger>
        <Menu.Portal container={menuLayer}>
          <Menu.Positioner sideOffset={6} align="end" className="z-50">
            <Menu.Popup className={menuPopupClass}>
              <p className="m-0 max-w-56 truncate px-3 py-1.5 text-xs text-ink-2">{person.email}</p>
              <Menu.Item className={menuItemClass} onClick={() => location.assign('/shelf')}>
                {t.shelf}
              </Menu.Item>
              <Menu.Item className={menuItemClass} onClick={() => location.assign('/account')}>
                {t.account}
              </Menu.Item>
              <Menu.Item className={menuItemClass} onClick={() => chooseTheme(dark ? 'light' : 'dark')}>
                {dark ? t.light : t.dark}
              </Menu.Item>
              <Menu.Separator className="my-1 h-px bg-line" />
              <Menu.Item className={menuItemClass} onClick={() => void askFirst()}>
                {t.logout}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <Sheet open={asking !== null} onClose={() => setAsking(null)} title={t.askTitle} description={t.ask(asking ?? 0)}>
        <div className="flex flex-wrap justify-end gap-2">
          <Button look="danger" onClick={() => void leave()}>
            {t.leave}
          </Button>
          {unsent && <Button onClick={unsent.download}>{t.save}</Button>}
          <Button look="primary" onClick={() => setAsking(null)}>
            {t.stay}
          </Button>
        </div>
      </Sheet>
    </>
  );
}
