import { Problem, sentenceOf } from '@cowrite/contract';
import type { Locale } from '../i18n/locale.ts';

/** The sentence for a failure of a call, in the language of the page. Anything that is no Problem is the network's. */
export function problemText(failure: unknown, locale: Locale): string {
  if (failure instanceof Problem) return sentenceOf(failure.code, locale, failure.details);
  return locale === 'ko' ? '서버에 닿지 못했습니다. 연결을 확인하고 다시 해 주세요.' : 'The server could not be reached. Check the connection and try again.';
}

const FIELD_SENTENCES: Record<string, { ko: string; en: string }> = {
  empty: { ko: '비워 둘 수 없습니다.', en: 'This cannot be empty.' },
  'too-long': { ko: '너무 깁니다.', en: 'This is too long.' },
  'too-short': { ko: '8자 이상이어야 합니다.', en: 'At least 8 characters are needed.' },
  'too-common': { ko: '너무 흔한 비밀번호입니다. 다른 것을 써 주세요.', en: 'This password is too common. Choose another.' },
  'not-an-email': { ko: '이메일 주소의 모양이 아닙니다.', en: 'This does not look like an e-mail address.' },
  'no-email': { ko: '이메일이 없는 계정에는 비밀번호를 둘 수 없습니다.', en: 'An account without an e-mail address cannot have a password.' },
  'control-characters': { ko: '쓸 수 없는 글자가 들어 있습니다.', en: 'This has characters that cannot be used.' },
};

/** What is wrong with the field at `path` (dots), in the language of the page; undefined when nothing is. */
export function fieldProblem(failure: unknown, path: string, locale: Locale): string | undefined {
  if (!(failure instanceof Problem)) return undefined;
  const found = failure.errors?.find((error) => error.path === path);
  if (!found) return undefined;
  return FIELD_SENTENCES[found.message]?.[locale] ?? sentenceOf('invalid-input', locale);
}
