import type { words } from './words.ts';

/** The languages that are offered to be translated into, and what each is called in the words of this feature. */
export const LANGUAGES = [
  { value: 'en', name: 'english' },
  { value: 'ja', name: 'japanese' },
  { value: 'zh', name: 'chinese' },
] as const satisfies readonly { value: string; name: keyof (typeof words)['ko'] }[];
export type LanguageOffered = (typeof LANGUAGES)[number]['value'];

/** What stands between two sentences of a language. */
export const jointOf = (language: LanguageOffered): string => (language === 'en' ? ' ' : '');
