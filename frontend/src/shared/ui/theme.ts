export type Theme = 'light' | 'dark';

/** The cookie in which this browser's choice of theme is kept; without one the system's preference decides. */
export const THEME_COOKIE = 'cowrite-theme';

export const themeOf = (stored: string | undefined): Theme | null => (stored === 'light' || stored === 'dark' ? stored : null);

/** What is on the page now, whoever chose it. */
export function shownTheme(): Theme {
  return themeOf(document.documentElement.dataset['theme']) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${365 * 24 * 3600}; samesite=lax`;
}
