'use client';

import { Problem, ROLE_NAMES, routes } from '@cowrite/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { exactTime } from '../../shared/i18n/numbers.ts';
import { ROLE_LINES } from '../../shared/i18n/role-words.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { usePerson } from '../../shared/person/person.tsx';
import { Button, buttonClass } from '../../shared/ui/button.tsx';
import { EmptyState, Skeleton } from '../../shared/ui/state.tsx';

const words = wordsOf({
  ko: {
    title: (work: string) => `『${work}』에 초대받았습니다`,
    from: (name: string, role: string) => `${name} 님이 ${role}(으)로 초대했습니다.`,
    until: (time: string) => `이 초대는 ${time}까지 쓸 수 있습니다.`,
    accept: '함께하기',
    first: '먼저 들어와 주세요. 그다음 이 초대로 돌아옵니다.',
    join: '가입하기',
    login: '로그인',
    as: (name: string) => `${name} 님으로 들어갑니다.`,
    gone: '쓸 수 없는 초대입니다',
    home: '처음으로',
  },
  en: {
    title: (work) => `You are invited to “${work}”`,
    from: (name, role) => `${name} invites you as ${role}.`,
    until: (time) => `This invitation is good until ${time}.`,
    accept: 'Join in',
    first: 'Please come in first; you will be back at this invitation.',
    join: 'Join',
    login: 'Log in',
    as: (name) => `You join as ${name}.`,
    gone: 'This invitation cannot be used',
    home: 'To the start',
  },
});

/** What an invitation offers, and taking it up. */
export function Invitation({ code }: { code: string }) {
  const t = useWords(words);
  const locale = useLocale();
  const person = usePerson({ required: false });
  const offer = useQuery({ queryKey: ['invitation', code], queryFn: () => call(routes.invitations.look, { code }), retry: false, staleTime: 60_000 });
  const accept = useMutation({ mutationFn: () => call(routes.invitations.accept, { code }), onSuccess: ({ projectId }) => location.assign(`/p/${projectId}`) });
  const back = `?next=${encodeURIComponent(`/invite/${code}`)}`;
  if (offer.isError) {
    const known = offer.error instanceof Problem && offer.error.code !== 'malformed-request' ? problemText(offer.error, locale) : problemText(new Problem('invitation-gone'), locale);
    return (
      <main className="flex min-h-dvh flex-col justify-center">
        <EmptyState title={t.gone} text={known}>
          <a href="/" className={buttonClass('outline')}>
            {t.home}
          </a>
        </EmptyState>
      </main>
    );
  }
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center px-6 py-10">
      {!offer.data ? (
        <Skeleton lines={4} />
      ) : (
        <>
          <h1 className="m-0 font-serif text-xl leading-snug font-semibold">{t.title(offer.data.projectTitle)}</h1>
          <p className="m-0 mt-4 text-sm">{t.from(offer.data.invitedBy, ROLE_NAMES[offer.data.role][locale])}</p>
          <p className="m-0 mt-1 text-sm text-ink-2">{ROLE_LINES[offer.data.role][locale]}</p>
          <p className="m-0 mt-1 text-xs text-ink-2">{t.until(exactTime(new Date(offer.data.expiresAt), locale))}</p>
          <div className="mt-7">
            {person.kind === 'signed-in' ? (
              <>
                <p className="m-0 mb-3 text-sm text-ink-2">{t.as(person.person.name)}</p>
                <Button look="primary" className="px-6" disabled={accept.isPending || accept.isSuccess} onClick={() => accept.mutate()}>
                  {t.accept}
                </Button>
              </>
            ) : person.kind === 'signed-out' ? (
              <>
                <p className="m-0 mb-3 text-sm text-ink-2">{t.first}</p>
                <div className="flex gap-2">
                  <a href={`/join${back}`} className={buttonClass('primary')}>
                    {t.join}
                  </a>
                  <a href={`/login${back}`} className={buttonClass('outline')}>
                    {t.login}
                  </a>
                </div>
              </>
            ) : null}
            {accept.isError && (
              <p role="alert" className="m-0 mt-3 text-sm text-bad">
                {problemText(accept.error, locale)}
              </p>
            )}
          </div>
        </>
      )}
    </main>
  );
}
