'use client';

import { routes, type User } from '@cowrite/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { fieldProblem, problemText } from '../../shared/api/problem-text.ts';
import type { Locale } from '../../shared/i18n/locale.ts';
import { agoText, exactTime } from '../../shared/i18n/numbers.ts';
import { useChooseLocale, useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import type { KnownPerson } from '../../shared/person/known-person.ts';
import { PersonMenu } from '../../shared/person/person-menu.tsx';
import { PERSON_KEY } from '../../shared/person/person.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { Section } from '../../shared/ui/plain-page.tsx';
import { SelectField } from '../../shared/ui/select-field.tsx';
import { Skeleton } from '../../shared/ui/state.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { deviceName } from './device-name.ts';
import { WAYS_IN, WaysIn } from './ways-in.tsx';

const words = wordsOf({
  ko: {
    title: '계정',
    profile: '이름과 언어',
    name: '이름',
    language: '언어',
    save: '저장',
    saved: '저장했습니다.',
    password: '비밀번호 바꾸기',
    firstPassword: '비밀번호 정하기',
    passwordText: '바꾸면 다른 기기의 로그인은 모두 끝납니다.',
    current: '지금 비밀번호',
    next: '새 비밀번호',
    change: '바꾸기',
    changed: '비밀번호를 바꾸었습니다.',
    signIns: '로그인한 곳',
    here: '지금 이 기기',
    lastUsed: (ago: string) => `마지막으로 쓴 때 ${ago}`,
    end: '끝내기',
    ended: '그 기기의 로그인을 끝냈습니다.',
    tokens: '개인 토큰',
    tokensText: '프로그램이 나 대신 들어올 때 씁니다. 비밀번호처럼 다뤄 주세요.',
    tokenName: '토큰 이름',
    makeToken: '토큰 만들기',
    tokenOnce: '토큰 (지금만 볼 수 있습니다)',
    until: (time: string) => `${time}까지`,
    never: '아직 쓰지 않음',
    revoke: '거두기',
    revoked: '토큰을 거두었습니다.',
    noTokens: '토큰이 없습니다.',
    shelf: '서가로',
  },
  en: {
    title: 'Account',
    profile: 'Name and language',
    name: 'Name',
    language: 'Language',
    save: 'Save',
    saved: 'Saved.',
    password: 'Change the password',
    firstPassword: 'Set a password',
    passwordText: 'Every sign-in on other devices ends.',
    current: 'Current password',
    next: 'New password',
    change: 'Change',
    changed: 'The password is changed.',
    signIns: 'Where you are signed in',
    here: 'this device',
    lastUsed: (ago) => `last used ${ago}`,
    end: 'End',
    ended: 'That sign-in is ended.',
    tokens: 'Personal tokens',
    tokensText: 'For programs that come in for you. Treat them like a password.',
    tokenName: 'Name of the token',
    makeToken: 'Make a token',
    tokenOnce: 'Token (shown only now)',
    until: (time) => `until ${time}`,
    never: 'not used yet',
    revoke: 'Revoke',
    revoked: 'The token is revoked.',
    noTokens: 'No tokens.',
    shelf: 'To the shelf',
  },
});

const TOKEN_DAYS = 90;

/** The account: who one is, where one is signed in, what programs may come in. */
export function AccountPage({ person }: { person: KnownPerson }) {
  const t = useWords(words);
  return (
    <div className="mx-auto min-h-dvh max-w-3xl px-5 pb-24 md:px-8">
      <header className="flex items-center justify-between py-3">
        <a href="/shelf" className="inline-flex min-h-11 items-center text-sm text-ink-2">
          ← {t.shelf}
        </a>
        <PersonMenu person={person} />
      </header>
      <main>
        <h1 className="mt-6 mb-8 font-serif text-xl font-semibold">{t.title}</h1>
        <Profile key={person.name} person={person} />
        <PasswordForm />
        <WaysIn />
        <SignIns />
        <Tokens />
      </main>
    </div>
  );
}

function Profile({ person }: { person: KnownPerson }) {
  const t = useWords(words);
  const locale = useLocale();
  const chooseLocale = useChooseLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const [name, setName] = useState(person.name);
  const [language, setLanguage] = useState<Locale>(locale);
  const save = useMutation({
    mutationFn: async (): Promise<User> => (await call(routes.accounts.update, { name, locale: language })).user,
    onSuccess: (user) => {
      queries.setQueryData(PERSON_KEY, user);
      chooseLocale(user.locale);
      notify({ text: words[user.locale].saved });
    },
  });
  return (
    <Section title={t.profile}>
      <form
        className="flex max-w-sm flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField label={t.name} value={name} maxLength={80} autoComplete="nickname" onChange={(event) => setName(event.target.value)} problem={fieldProblem(save.error, 'name', locale)} />
        <SelectField<Locale>
          label={t.language}
          value={language}
          onChoose={setLanguage}
          options={[
            { value: 'ko', name: '한국어' },
            { value: 'en', name: 'English' },
          ]}
        />
        {save.isError && <Failure failure={save.error} />}
        <div>
          <Button look="primary" type="submit" disabled={save.isPending || name.trim() === ''}>
            {t.save}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function PasswordForm() {
  const t = useWords(words);
  const locale = useLocale();
  const queries = useQueryClient();
  const notify = useNotify();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const ways = useQuery(WAYS_IN);
  const hasPassword = ways.data?.hasPassword ?? true;
  const change = useMutation({
    mutationFn: () => call(routes.accounts.changePassword, { ...(hasPassword ? { current } : {}), next }),
    onSuccess: () => {
      void queries.invalidateQueries(WAYS_IN);
      setCurrent('');
      setNext('');
      notify({ text: t.changed });
    },
  });
  return (
    <Section title={hasPassword ? t.password : t.firstPassword} text={t.passwordText}>
      <form
        className="flex max-w-sm flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        {hasPassword && <TextField label={t.current} type="password" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} problem={fieldProblem(change.error, 'current', locale)} />}
        <TextField label={t.next} type="password" autoComplete="new-password" minLength={8} value={next} onChange={(event) => setNext(event.target.value)} problem={fieldProblem(change.error, 'next', locale)} />
        {change.isError && <Failure failure={change.error} />}
        <div>
          <Button type="submit" disabled={change.isPending || (hasPassword && current === '') || next === ''}>
            {t.change}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function SignIns() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const [now] = useState(() => new Date());
  const list = useQuery({ queryKey: ['sign-ins'], queryFn: async () => (await call(routes.accounts.signIns, {})).items });
  const end = useMutation({
    mutationFn: (signInId: string) => call(routes.accounts.endSignIn, { signInId }),
    onSuccess: () => {
      notify({ text: t.ended });
      void queries.invalidateQueries({ queryKey: ['sign-ins'] });
    },
    onError: (failure) => notify({ text: problemText(failure, locale), kind: 'bad' }),
  });
  return (
    <Section title={t.signIns}>
      {list.isError ? (
        <Failure failure={list.error} />
      ) : !list.data ? (
        <Skeleton lines={2} />
      ) : (
        <ul className="m-0 list-none divide-y divide-line border-y border-line p-0">
          {list.data.map((signIn) => (
            <li key={signIn.id} className="flex min-h-14 items-center gap-3 py-2">
              <div className="min-w-0 flex-1">
                <p className="m-0 truncate text-sm" title={signIn.userAgent}>
                  {deviceName(signIn.userAgent)}
                  {signIn.current && <span className="ml-2 text-xs text-good">{t.here}</span>}
                </p>
                <p className="m-0 text-xs text-ink-2" title={exactTime(new Date(signIn.lastUsedAt), locale)}>
                  {t.lastUsed(agoText(new Date(signIn.lastUsedAt), now, locale))}
                </p>
              </div>
              {!signIn.current && (
                <Button look="quiet" disabled={end.isPending} onClick={() => end.mutate(signIn.id)}>
                  {t.end}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Tokens() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const list = useQuery({ queryKey: ['tokens'], queryFn: async () => (await call(routes.accounts.tokens, {})).items });
  const refresh = () => void queries.invalidateQueries({ queryKey: ['tokens'] });
  const make = useMutation({
    mutationFn: () => call(routes.accounts.createToken, { name, scopes: ['*'], expiresInDays: TOKEN_DAYS }),
    onSuccess: () => {
      setName('');
      refresh();
    },
  });
  const revoke = useMutation({
    mutationFn: (tokenId: string) => call(routes.accounts.revokeToken, { tokenId }),
    onSuccess: () => {
      notify({ text: t.revoked });
      refresh();
    },
    onError: (failure) => notify({ text: problemText(failure, locale), kind: 'bad' }),
  });
  return (
    <Section title={t.tokens} text={t.tokensText}>
      <form
        className="flex max-w-lg flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextField label={t.tokenName} value={name} maxLength={80} className="min-w-48 flex-1" autoComplete="off" onChange={(event) => setName(event.target.value)} problem={fieldProblem(make.error, 'name', locale)} />
        <Button type="submit" disabled={make.isPending || name.trim() === ''}>
          {t.makeToken}
        </Button>
      </form>
      {make.isError && <Failure failure={make.error} />}
      {make.data && <TextField label={t.tokenOnce} readOnly value={make.data.token} className="mt-4 max-w-lg" onFocus={(event) => event.target.select()} />}
      <div className="mt-4">
        {list.isError ? (
          <Failure failure={list.error} />
        ) : !list.data ? (
          <Skeleton lines={2} />
        ) : list.data.length === 0 ? (
          <p className="m-0 text-sm text-ink-2">{t.noTokens}</p>
        ) : (
          <ul className="m-0 list-none divide-y divide-line border-y border-line p-0">
            {list.data.map((token) => (
              <li key={token.id} className="flex min-h-12 items-center gap-3 py-2 text-sm">
                <div className="min-w-0 flex-1">
                  <p className="m-0 truncate font-medium">{token.name}</p>
                  <p className="m-0 text-xs text-ink-2">
                    {t.until(exactTime(new Date(token.expiresAt), locale))} · {token.lastUsedAt ? exactTime(new Date(token.lastUsedAt), locale) : t.never}
                  </p>
                </div>
                <Button look="quiet" disabled={revoke.isPending} onClick={() => revoke.mutate(token.id)}>
                  {t.revoke}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}

function Failure({ failure }: { failure: unknown }) {
  const locale = useLocale();
  return (
    <p role="alert" className="m-0 text-sm text-bad">
      {problemText(failure, locale)}
    </p>
  );
}
