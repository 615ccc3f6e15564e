'use client';

import { Problem, routes } from '@cowrite/contract';
import { useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { fieldProblem, problemText } from '../../shared/api/problem-text.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { EntryPage } from './entry-page.tsx';
import { FormFailure } from './form-failure.tsx';
import { enter } from './way-back.ts';
import { OtherWays } from './other-ways.tsx';
import { passwordStrength, type Strength } from './password-strength.ts';
import { words } from './words.ts';

/** Whatever way one was going to go back stays on the link to the other form. */
const withWayBack = (path: string) => (event: React.MouseEvent<HTMLAnchorElement>) => {
  event.currentTarget.href = path + location.search;
};

/** 로그인. */
export function LoginForm() {
  const t = useWords(words);
  const locale = useLocale();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState<unknown>(null);
  const [working, setWorking] = useState(false);
  const send = async () => {
    setWorking(true);
    setFailure(null);
    try {
      enter((await call(routes.accounts.login, { email, password }, { language: locale })).user);
    } catch (caught) {
      setFailure(caught);
      setWorking(false);
    }
  };
  return (
    <EntryPage
      title={t.loginTitle}
      foot={
        <>
          {t.noAccount}{' '}
          <a href="/join" onClick={withWayBack('/join')} className="inline-flex min-h-11 items-center font-medium text-accent md:min-h-0">
            {t.toJoin}
          </a>
        </>
      }
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextField label={t.email} type="email" name="email" autoComplete="username" inputMode="email" required autoFocus value={email} onChange={(event) => setEmail(event.target.value)} problem={fieldProblem(failure, 'email', locale)} />
        <TextField label={t.password} type="password" name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} problem={fieldProblem(failure, 'password', locale)} />
        <FormFailure failure={failure} />
        <Button look="primary" type="submit" disabled={working || email === '' || password === ''}>
          {t.login}
        </Button>
      </form>
      <OtherWays />
    </EntryPage>
  );
}

/** 가입하기. */
export function JoinForm() {
  const t = useWords(words);
  const locale = useLocale();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState<unknown>(null);
  const [working, setWorking] = useState(false);
  const strengthWords: Record<Strength, string> = { 'too-short': t.tooShort, weak: t.weak, fair: t.fair, strong: t.strong };
  const send = async () => {
    setWorking(true);
    setFailure(null);
    try {
      enter((await call(routes.accounts.register, { name, email, password, locale }, { language: locale })).user);
    } catch (caught) {
      setFailure(caught);
      setWorking(false);
    }
  };
  const taken = failure instanceof Problem && failure.code === 'email-taken' ? problemText(failure, locale) : undefined;
  return (
    <EntryPage
      title={t.joinTitle}
      text={t.joinText}
      foot={
        <>
          {t.haveAccount}{' '}
          <a href="/login" onClick={withWayBack('/login')} className="inline-flex min-h-11 items-center font-medium text-accent md:min-h-0">
            {t.toLogin}
          </a>
        </>
      }
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextField label={t.name} name="name" autoComplete="nickname" required autoFocus maxLength={80} value={name} onChange={(event) => setName(event.target.value)} problem={fieldProblem(failure, 'name', locale)} />
        <TextField label={t.email} type="email" name="email" autoComplete="username" inputMode="email" required value={email} onChange={(event) => setEmail(event.target.value)} problem={taken ?? fieldProblem(failure, 'email', locale)} />
        <TextField
          label={t.password}
          type="password"
          name="password"
          autoComplete="new-password"
          required
          minLength={8}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          hint={<span aria-live="polite">{password === '' ? t.strengthHint : strengthWords[passwordStrength(password, [name, email])]}</span>}
          problem={fieldProblem(failure, 'password', locale)}
        />
        <FormFailure failure={failure} fields={['name', 'email', 'password']} hide={taken !== undefined} />
        <Button look="primary" type="submit" disabled={working || name.trim() === '' || email === '' || password === ''}>
          {t.join}
        </Button>
      </form>
      <OtherWays />
    </EntryPage>
  );
}
