'use client';

import { useEffect } from 'react';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { isSomeoneKnown } from '../../shared/person/someone-known.ts';
import { buttonClass } from '../../shared/ui/button.tsx';

const words = wordsOf({
  ko: {
    promise: '긴 이야기를 함께 쓰는 작업실.',
    more: '한 문장도 잃지 않고, 서로의 손을 막지 않고, 오백 화가 넘어도 느려지지 않게. 한국어로 쓰는 작가들을 위해 만들었습니다.',
    start: '시작하기',
    login: '로그인',
    page: '원고 한 쪽의 모습',
    episode: '12화',
    title: '눈 내리는 서고',
    first: '서고의 불은 늘 가장 늦게 꺼졌다. 이담은 마지막 등잔을 들고 서가 사이를 걸었다. 발소리 하나에도 먼지가 깨어나 천천히 내려앉는 밤이었다.',
    second: '“아직 안 갔어?”',
    third: '문가에 선 사람은 하람이었다. 어깨에 쌓인 눈이 채 녹지 않은 것을 보니, 성문이 닫히기 전에 뛰어온 모양이었다.',
    fourth: '이담은 대답 대신 손에 든 책을 들어 보였다. 겉장에는 아무것도 쓰여 있지 않았다. 다만 펼칠 때마다, 조금 전까지 없던 문장이 한 줄씩 늘어나 있었다',
    saved: '저장됨 · 방금',
    people: '두 사람이 함께 쓰는 중',
    counts: '4,870자 · 공백 제외 3,912자 · 원고지 24.4매',
    one: '가람',
    two: '나루',
    language: 'English',
  },
  en: {
    promise: 'A studio for writing long stories together.',
    more: 'Not a sentence lost, nobody’s hand held back, and no slower after five hundred episodes. Made for authors who write in Korean.',
    start: 'Get started',
    login: 'Log in',
    page: 'What a manuscript page looks like',
    episode: '12화',
    title: '눈 내리는 서고',
    first: '서고의 불은 늘 가장 늦게 꺼졌다. 이담은 마지막 등잔을 들고 서가 사이를 걸었다. 발소리 하나에도 먼지가 깨어나 천천히 내려앉는 밤이었다.',
    second: '“아직 안 갔어?”',
    third: '문가에 선 사람은 하람이었다. 어깨에 쌓인 눈이 채 녹지 않은 것을 보니, 성문이 닫히기 전에 뛰어온 모양이었다.',
    fourth: '이담은 대답 대신 손에 든 책을 들어 보였다. 겉장에는 아무것도 쓰여 있지 않았다. 다만 펼칠 때마다, 조금 전까지 없던 문장이 한 줄씩 늘어나 있었다',
    saved: 'Saved · just now',
    people: 'two people writing',
    counts: '4,870 characters · 3,912 without spaces · 24.4 sheets',
    one: '가람',
    two: '나루',
    language: '한국어',
  },
});

/** The door (문): what this is in one sentence, a page of prose, and the two ways in. */
export function Landing() {
  const t = useWords(words);
  const locale = useLocale();
  useEffect(() => {
    if (isSomeoneKnown()) location.replace('/shelf');
  }, []);
  return (
    <div className="mx-auto flex min-h-dvh max-w-[1120px] flex-col px-5 md:px-8">
      <header className="flex items-center justify-between py-4">
        <span className="font-serif text-lg font-semibold tracking-tight">Cowrite</span>
        <LanguageLink name={t.language} to={locale === 'ko' ? 'en' : 'ko'} />
      </header>
      <main className="grid flex-1 items-center gap-10 py-8 lg:grid-cols-[minmax(0,420px)_1fr] lg:gap-16">
        <div>
          <h1 className="m-0 font-serif text-[32px] leading-[1.4] font-semibold tracking-tight md:text-[40px]">{t.promise}</h1>
          <p className="mt-5 mb-8 max-w-[34em] text-base text-ink-2">{t.more}</p>
          <div className="flex flex-wrap gap-3">
            <a href="/join" className={buttonClass('primary', 'px-6 min-h-12 md:min-h-12 text-base')}>
              {t.start}
            </a>
            <a href="/login" className={buttonClass('outline', 'px-6 min-h-12 md:min-h-12 text-base')}>
              {t.login}
            </a>
          </div>
        </div>
        <figure aria-label={t.page} className="m-0 overflow-hidden rounded-lg border border-line bg-surface shadow-sheet" lang="ko">
          <div className="flex items-center justify-between border-b border-line px-5 py-2.5 text-xs text-ink-2">
            <span>
              <span aria-hidden className="mr-1.5 text-good">
                ●
              </span>
              {t.saved}
            </span>
            <span className="hidden sm:inline">{t.people}</span>
          </div>
          <div className="px-6 py-8 md:px-12 md:py-10">
            <p className="m-0 text-xs text-ink-3">{t.episode}</p>
            <p className="mt-1 mb-6 font-serif text-lg font-semibold">{t.title}</p>
            <div className="font-serif text-[16px] leading-[1.85] md:text-[17px] [&>p]:m-0 [&>p]:indent-[1em]">
              <p>{t.first}</p>
              <p>
                {t.second}
                <Caret name={t.one} colour={4} />
              </p>
              <p>{t.third}</p>
              <p>
                {t.fourth}
                <Caret name={t.two} colour={7} />
              </p>
            </div>
          </div>
          <figcaption className="border-t border-line px-5 py-2.5 text-right text-xs text-ink-2">{t.counts}</figcaption>
        </figure>
      </main>
    </div>
  );
}

function Caret({ name, colour }: { name: string; colour: number }) {
  return (
    <span aria-hidden className="relative inline-block h-[1.1em] w-0 align-text-bottom">
      <span className="absolute inset-y-0 left-0.5 w-[2px]" style={{ background: `var(--person-${colour})` }} />
      <span className="absolute bottom-full left-0.5 mb-0.5 rounded-sm px-1.5 py-0.5 font-sans text-[11px] leading-none whitespace-nowrap text-[color:var(--surface)] indent-0" style={{ background: `var(--person-${colour})` }}>
        {name}
      </span>
    </span>
  );
}

function LanguageLink({ name, to }: { name: string; to: 'ko' | 'en' }) {
  return (
    <button
      type="button"
      lang={to}
      className={buttonClass('quiet')}
      onClick={() => {
        document.cookie = `cowrite-locale=${to}; path=/; max-age=31536000; samesite=lax`;
        location.reload();
      }}
    >
      {name}
    </button>
  );
}
