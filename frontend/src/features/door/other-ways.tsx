'use client';

import { routes, type SignInProvider } from '@cowrite/contract';
import { useEffect, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { useLocale, useWords } from '../../shared/i18n/words.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { FormFailure } from './form-failure.tsx';
import { wayBack } from './way-back.ts';
import { words } from './words.ts';

const ANSWERS_WITHIN_MS = 10_000;

/** The other houses one may sign in with, where the installation has set some up. Without them there is nothing here. */
export function OtherWays() {
  const t = useWords(words);
  const locale = useLocale();
  const [providers, setProviders] = useState<SignInProvider[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const [working, setWorking] = useState(false);
  useEffect(() => {
    const left = new AbortController();
    // Asked until it is known: an answer that got lost, or never comes, must not take these ways from who is here. The
    // form above works meanwhile, and says by itself when the server is away.
    void (async () => {
      for (let pause = 500; !left.signal.aborted; pause = Math.min(2 * pause, 30_000)) {
        try {
          return setProviders((await call(routes.social.providers, {}, { signal: AbortSignal.any([left.signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]) })).providers);
        } catch {
          await new Promise((done) => setTimeout(done, pause));
        }
      }
    })();
    return () => left.abort();
  }, []);
  if (providers.length === 0) return null;
  const go = async (provider: SignInProvider) => {
    setWorking(true);
    setFailure(null);
    try {
      location.assign((await call(routes.social.begin, { provider, next: wayBack(location.search) }, { language: locale })).url);
    } catch (caught) {
      setFailure(caught);
      setWorking(false);
    }
  };
  return (
    <div className="mt-6 flex flex-col gap-3">
      <p className="m-0 flex items-center gap-3 text-xs text-ink-2 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">{t.or}</p>
      {providers.map((provider) => (
        <Button key={provider} disabled={working} onClick={() => void go(provider)}>
          {t.continueWith(t[provider])}
        </Button>
      ))}
      <FormFailure failure={failure} />
    </div>
  );
}
