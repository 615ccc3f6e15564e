'use client';

import { createRef } from 'react';
import { useWords, wordsOf } from '../i18n/words.tsx';

const words = wordsOf({ ko: { name: '메뉴' }, en: { name: 'Menus' } });

/** Where menus are drawn: a named region of the page, so that readers that go by regions meet them. */
export const menuLayer = createRef<HTMLElement>();

export function MenuLayer() {
  const t = useWords(words);
  return <section ref={menuLayer} aria-label={t.name} />;
}
