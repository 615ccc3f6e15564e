'use client';

import { LINK_STATE, LinkNeeded, Problem, routes, type SignInProvider } from '@cowrite/contract';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { fieldProblem } from '../../shared/api/problem-text.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { Button, buttonClass } from '../../shared/ui/button.tsx';
import { Skeleton } from '../../shared/ui/state.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { EntryPage } from './entry-page.tsx';
import { FormFailure } from './form-failure.tsx';
import { enter } from './way-back.ts';
import { words } from './words.ts';

const searchOf = (next: string | null): string => (next === null ? '' : `?${new URLSearchParams({ next })}`);

/** Where another house sends the browser back to: signs in, links, or asks whose the account is. */
export function SocialReturn({ provider }: { provider: SignInProvider }) {
  const t = useWords(words);
  const locale = useLocale();
  const [failure, setFailure] = useState<unknown>(null);
  const [needed, setNeeded] = useState<LinkNeeded | null>(null);
  const begun = useRef(false);
  useEffect(() => {
    // What came back is used up by one attempt.
    if (begun.current) return;
    begun.current = true;
    const query = location.search;
    // A code is good once; it stays in no history and is told to nobody.
    history.replaceState(null, '', location.pathname);
    void (async () => {
      try {
        if (new URLSearchParams(query).get('state')?.startsWith(LINK_STATE)) {
          await call(routes.social.finishLink, { provider, query }, { language: locale });
          location.replace('/account');
        } else {
          const { user, next } = await call(routes.social.finish, { provider, query }, { language: locale });
          enter(user, searchOf(next));
        }
      } catch (caught) {
        const details = caught instanceof Problem && caught.code === 'link-needed' ? LinkNeeded.safeParse(caught.details) : null;
        if (details?.success) setNeeded(details.data);
        else setFailure(caught);
      }
    })();
  }, [provider, locale]);
  if (needed) return <LinkForm provider={provider} needed={needed} />;
  return (
    <EntryPage title={failure === null ? t.returning : t.returnFailed}>
      {failure === null ? (
        <div role="status" aria-label={t.returning}>
          <Skeleton lines={3} />
        </div>
      ) : (
        <div className="flex flex-col gap-4">
          <FormFailure failure={failure} />
          <a href="/login" className={buttonClass('outline')}>
            {t.backToLogin}
          </a>
        </div>
      )}
    </EntryPage>
  );
}

function LinkForm({ provider, needed }: { provider: SignInProvider; needed: LinkNeeded }) {
  const t = useWords(words);
  const locale = useLocale();
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState<unknown>(null);
  const [working, setWorking] = useState(false);
  const { link } = needed;
  const send = async (claims: boolean) => {
    setWorking(true);
    setFailure(null);
    try {
      enter((await (claims ? call(routes.social.claim, { link }, { language: locale }) : call(routes.social.prove, { link, password }, { language: locale }))).user);
    } catch (caught) {
      setFailure(caught);
      setWorking(false);
    }
  };
  return (
    <EntryPage
      title={t.linkTitle}
      text={t.linkText(needed.email, t[provider])}
      foot={
        needed.canClaim && (
          <section className="flex flex-col gap-3">
            <h2 className="m-0 text-sm font-medium text-ink">{t.claimTitle}</h2>
            <p className="m-0">{t.claimText}</p>
            <div>
              <Button look="danger" disabled={working} onClick={() => void send(true)}>
                {t.claim}
              </Button>
            </div>
          </section>
        )
      }
    >
      {needed.hasPassword ? (
        <form
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void send(false);
          }}
        >
          <input type="hidden" name="email" autoComplete="username" value={needed.email} readOnly />
          <TextField
            label={t.password}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            autoFocus
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            problem={fieldProblem(failure, 'password', locale)}
          />
          <FormFailure failure={failure} />
          <Button look="primary" type="submit" disabled={working || password === ''}>
            {t.linkByPassword}
          </Button>
        </form>
      ) : (
        <div className="flex flex-col gap-4">
          <p className="m-0 text-sm text-ink-2">{t.linkByOther(needed.providers.map((other) => t[other]).join(', '))}</p>
          <FormFailure failure={failure} />
          <a href="/login" className={buttonClass('primary')}>
            {t.backToLogin}
          </a>
        </div>
      )}
    </EntryPage>
  );
}
