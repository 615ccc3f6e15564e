import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import { LOCALE_COOKIE, localeOf } from '../shared/i18n/locale.ts';
import { LocaleProvider } from '../shared/i18n/words.tsx';
import { THEME_COOKIE, themeOf } from '../shared/ui/theme.ts';
import './globals.css';

async function pageLocale() {
  return localeOf((await cookies()).get(LOCALE_COOKIE)?.value, (await headers()).get('accept-language'));
}

export async function generateMetadata(): Promise<Metadata> {
  const ko = (await pageLocale()) === 'ko';
  return {
    title: { default: 'Cowrite', template: '%s · Cowrite' },
    description: ko ? '작가들이 긴 소설을 함께 쓰는 작업실' : 'The studio where authors write long fiction together',
    applicationName: 'Cowrite',
    formatDetection: { telephone: false, address: false, email: false },
  };
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  // The soft keyboard shrinks the page instead of covering the line being written.
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#FBFAF7' },
    { media: '(prefers-color-scheme: dark)', color: '#161513' },
  ],
};

/** The page around every page: language and theme are known before the first byte, so nothing flashes. */
export default async function RootLayout({ children }: { children: React.ReactNode }) {
  const locale = await pageLocale();
  const theme = themeOf((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang={locale} {...(theme ? { 'data-theme': theme } : {})}>
      <body>
        <LocaleProvider initial={locale}>{children}</LocaleProvider>
      </body>
    </html>
  );
}
