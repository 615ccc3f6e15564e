import type { Locale } from '../../shared/i18n/locale.ts';

/** Millionths of a currency as people read money: with as many places as say something. */
export function costText(micros: number, currency: string, locale: Locale): string {
  const value = micros / 1_000_000;
  return new Intl.NumberFormat(locale === 'ko' ? 'ko-KR' : 'en-US', { style: 'currency', currency, minimumFractionDigits: 0, maximumFractionDigits: value !== 0 && value < 1 ? 4 : 2 }).format(value);
}
