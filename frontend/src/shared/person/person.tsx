'use client';

import { Problem, routes, type User } from '@cowrite/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { call } from '../api/call.ts';
import { useChooseLocale, useLocale } from '../i18n/words.tsx';
import { forgetPerson, type KnownPerson, knownPersonText, personFrom, rememberPerson } from './known-person.ts';

export const PERSON_KEY = ['me'] as const;

export type PersonState = { kind: 'asking' } | { kind: 'signed-out' } | { kind: 'signed-in'; person: KnownPerson; confirmed: boolean };

const never = () => () => undefined;

/**
 * Who is signed in. Without the network it is whoever this browser knows, `confirmed: false`; when core says that
 * nobody is, the page is sent to the sign-in with the way back.
 */
export function usePerson(options: { required: boolean }): PersonState {
  const locale = useLocale();
  const chooseLocale = useChooseLocale();
  const me = useQuery({
    queryKey: PERSON_KEY,
    queryFn: async () => (await call(routes.accounts.me, {})).user,
    staleTime: 60_000,
    networkMode: 'always',
  });
  // Known at the first paint after hydration, so that nothing waits for an answer that is nearly always the same.
  const known = useSyncExternalStore(never, knownPersonText, () => null);
  const user: User | undefined = me.data;
  const refused = me.error instanceof Problem && me.error.code !== 'unavailable' && me.error.code !== 'internal-error';
  useEffect(() => {
    if (user) rememberPerson(user);
  }, [user]);
  useEffect(() => {
    if (user && user.locale !== locale) chooseLocale(user.locale);
    // The account's language is taken over when it becomes known, not fought over afterwards.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [user?.locale]);
  useEffect(() => {
    if (!refused) return;
    forgetPerson();
    if (options.required) location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }, [refused, options.required]);
  if (user) return { kind: 'signed-in', person: user, confirmed: true };
  if (refused) return { kind: 'signed-out' };
  const person = personFrom(known);
  if (person) return { kind: 'signed-in', person, confirmed: false };
  return me.isError ? { kind: 'signed-out' } : { kind: 'asking' };
}
