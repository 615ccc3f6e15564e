'use client';

import { routes, SignInProvider } from '@cowrite/contract';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { Section } from '../../shared/ui/plain-page.tsx';

const words = wordsOf({
  ko: {
    title: '다른 계정으로 로그인',
    text: '연결해 두면 그 계정으로도 들어올 수 있습니다.',
    google: 'Google',
    kakao: '카카오',
    noEmail: '이메일을 알려 주지 않은 계정',
    link: (house: string) => `${house} 연결하기`,
    unlink: '떼기',
    unlinkName: (house: string) => `${house} 연결 떼기`,
    unlinked: '연결을 떼었습니다.',
  },
  en: {
    title: 'Signing in with other accounts',
    text: 'Once linked, they open this account too.',
    google: 'Google',
    kakao: 'Kakao',
    noEmail: 'an account that told no e-mail address',
    link: (house) => `Link ${house}`,
    unlink: 'Unlink',
    unlinkName: (house) => `Unlink ${house}`,
    unlinked: 'It is no longer linked.',
  },
});

/** With what one may sign in. */
export const WAYS_IN = queryOptions({ queryKey: ['ways-in'], queryFn: () => call(routes.social.identities, {}) });

/** Google and Kakao, linked and to be linked; not there when the installation knows neither and nothing is linked. */
export function WaysIn() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const known = useQuery({ queryKey: ['sign-in-providers'], queryFn: async () => (await call(routes.social.providers, {})).providers });
  const ways = useQuery(WAYS_IN);
  const failed = (failure: unknown) => notify({ text: problemText(failure, locale), kind: 'bad' });
  const link = useMutation({
    mutationFn: async (provider: SignInProvider) => location.assign((await call(routes.social.beginLink, { provider })).url),
    onError: failed,
  });
  const unlink = useMutation({
    mutationFn: (identityId: string) => call(routes.social.unlink, { identityId }),
    onSuccess: () => {
      notify({ text: t.unlinked });
      void queries.invalidateQueries(WAYS_IN);
    },
    onError: failed,
  });
  const linked = ways.data?.items ?? [];
  const open = SignInProvider.options.filter((provider) => known.data?.includes(provider) && !linked.some((identity) => identity.provider === provider));
  if (linked.length === 0 && open.length === 0) return null;
  return (
    <Section title={t.title} text={t.text}>
      {linked.length > 0 && (
        <ul className="m-0 mb-4 list-none divide-y divide-line border-y border-line p-0">
          {linked.map((identity) => (
            <li key={identity.id} className="flex min-h-14 items-center gap-3 py-2">
              <div className="min-w-0 flex-1">
                <p className="m-0 text-sm font-medium">{t[identity.provider]}</p>
                <p className="m-0 truncate text-xs text-ink-2">{identity.email ?? t.noEmail}</p>
              </div>
              <Button look="quiet" aria-label={t.unlinkName(t[identity.provider])} disabled={unlink.isPending} onClick={() => unlink.mutate(identity.id)}>
                {t.unlink}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        {open.map((provider) => (
          <Button key={provider} disabled={link.isPending} onClick={() => link.mutate(provider)}>
            {t.link(t[provider])}
          </Button>
        ))}
      </div>
    </Section>
  );
}
