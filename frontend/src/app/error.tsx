'use client';

import { useEffect } from 'react';
import { useWords, wordsOf } from '../shared/i18n/words.tsx';
import { Button } from '../shared/ui/button.tsx';

const words = wordsOf({
  ko: { title: '화면을 보여 드리지 못했습니다', text: '쓰던 글은 이 기기와 서버에 그대로 있습니다.', retry: '다시 열기' },
  en: { title: 'This page could not be shown', text: 'What you were writing is still on this device and on the server.', retry: 'Open again' },
});

/** What is left when a page fails: it says that the text is safe, and reports the failure to the console. */
export default function Failed({ error, reset }: { error: Error; reset: () => void }) {
  const t = useWords(words);
  useEffect(() => {
    console.error(error);
  }, [error]);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-3 px-6 text-center">
      <h1 className="m-0 font-serif text-xl font-semibold">{t.title}</h1>
      <p className="m-0 text-sm text-ink-2">{t.text}</p>
      <Button look="primary" className="mt-3" onClick={reset}>
        {t.retry}
      </Button>
    </main>
  );
}
