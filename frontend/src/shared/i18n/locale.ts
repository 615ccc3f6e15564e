export type Locale = 'ko' | 'en';

/** The cookie in which this browser's choice of language is kept, so that the server's first page already speaks it. */
export const LOCALE_COOKIE = 'cowrite-locale';

/**
 * The language of a page: what the person chose, else the browser's first choice when it is English, else Korean.
 * `acceptLanguage` is the header as sent.
 */
export function localeOf(chosen: string | undefined, acceptLanguage: string | null): Locale {
  if (chosen === 'ko' || chosen === 'en') return chosen;
  const choices = (acceptLanguage ?? '')
    .split(',')
    .map((part, index) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)/.exec(parameter)?.[1]).find(Boolean);
      return { tag: tag.trim(), quality: quality === undefined ? 1 : Number(quality), index };
    })
    .filter(({ tag, quality }) => tag !== '' && quality > 0)
    .toSorted((a, b) => b.quality - a.quality || a.index - b.index);
  return /^en(-|$)/.test(choices[0]?.tag ?? '') ? 'en' : 'ko';
}
