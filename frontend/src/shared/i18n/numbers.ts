import type { Locale } from './locale.ts';

const formats = new Map<Locale, Intl.NumberFormat>();

/** A count with thousands separated: 4,870. */
export function countText(value: number, locale: Locale): string {
  let format = formats.get(locale);
  if (!format) formats.set(locale, (format = new Intl.NumberFormat(locale === 'ko' ? 'ko-KR' : 'en-US', { maximumFractionDigits: 1 })));
  return format.format(value);
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A past time as people say it: 방금, 3분 전, 어제. `now` is given, so that callers decide how often it is said anew. */
export function agoText(at: Date, now: Date, locale: Locale): string {
  const agoMs = now.getTime() - at.getTime();
  const ko = locale === 'ko';
  if (agoMs < MINUTE) return ko ? '방금' : 'just now';
  if (agoMs < HOUR) return ko ? `${Math.floor(agoMs / MINUTE)}분 전` : `${Math.floor(agoMs / MINUTE)} min ago`;
  if (agoMs < DAY) return ko ? `${Math.floor(agoMs / HOUR)}시간 전` : `${Math.floor(agoMs / HOUR)} h ago`;
  if (agoMs < 7 * DAY) return ko ? `${Math.floor(agoMs / DAY)}일 전` : `${Math.floor(agoMs / DAY)} d ago`;
  return new Intl.DateTimeFormat(ko ? 'ko-KR' : 'en-US', { dateStyle: 'medium' }).format(at);
}

/** The exact time, for a hover. */
export const exactTime = (at: Date, locale: Locale): string => new Intl.DateTimeFormat(locale === 'ko' ? 'ko-KR' : 'en-US', { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
