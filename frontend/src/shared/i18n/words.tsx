'use client';

import { createContext, useCallback, useContext, useMemo, useState } from 'react';
import { LOCALE_COOKIE, type Locale } from './locale.ts';

type Entry = string | ((...values: never[]) => string);
/** The same words in both languages; a missing one, or one that takes other values, does not compile. */
export interface Words<W extends Record<string, Entry>> {
  ko: W;
  en: { [K in keyof W]: W[K] extends (...values: infer V) => string ? (...values: V) => string : string };
}

/** The words of one part of the studio, kept beside it. */
export const wordsOf = <W extends Record<string, Entry>>(words: Words<W>): Words<W> => words;

const LocaleContext = createContext<{ locale: Locale; choose: (locale: Locale) => void }>({ locale: 'ko', choose: () => undefined });

const YEAR_SECONDS = 365 * 24 * 3600;

/** Holds the language of the page. `initial` is what the server decided; a later choice is kept in a cookie. */
export function LocaleProvider({ initial, children }: { initial: Locale; children: React.ReactNode }) {
  const [locale, setLocale] = useState(initial);
  const choose = useCallback((next: Locale) => {
    document.cookie = `${LOCALE_COOKIE}=${next}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
    document.documentElement.lang = next;
    setLocale(next);
  }, []);
  const value = useMemo(() => ({ locale, choose }), [locale, choose]);
  return <LocaleContext value={value}>{children}</LocaleContext>;
}

export const useLocale = (): Locale => useContext(LocaleContext).locale;
export const useChooseLocale = (): ((locale: Locale) => void) => useContext(LocaleContext).choose;

/** `words` in the language of the page. */
export function useWords<W extends Record<string, Entry>>(words: Words<W>): W {
  // The English half is proven to take the same values, so both halves may be read through the Korean type.
  return words[useLocale()] as W;
}
