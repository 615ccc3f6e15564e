'use client';

import { useWords, wordsOf } from '../shared/i18n/words.tsx';
import { buttonClass } from '../shared/ui/button.tsx';

const words = wordsOf({
  ko: { title: '그런 쪽은 없습니다', text: '주소가 다르거나 옮겨졌을 수 있습니다.', back: '처음으로' },
  en: { title: 'There is no such page', text: 'The address may be wrong, or the page has moved.', back: 'To the start' },
});

export default function NotFound() {
  const t = useWords(words);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-3 px-6 text-center">
      <h1 className="m-0 font-serif text-xl font-semibold">{t.title}</h1>
      <p className="m-0 text-sm text-ink-2">{t.text}</p>
      <a href="/" className={buttonClass('primary', 'mt-3')}>
        {t.back}
      </a>
    </main>
  );
}
