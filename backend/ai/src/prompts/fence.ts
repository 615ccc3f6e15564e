import type { BriefItem } from '@cowrite/contract';

/**
 * Text from a manuscript as a model reads it: between two marks, and nothing in it is a mark. It can therefore not be closed from
 * within, whatever somebody wrote or imported. The marks stay the same from call to call, for the maker's cache.
 */
export const fenced = (label: string, title: string, text: string): string => `⟦자료 ${label}: ${unmarked(title).replaceAll(/\s+/g, ' ').trim()}⟧\n${unmarked(text)}\n⟦/자료⟧\n\n`;

/** Items are called by their place, which a model repeats more faithfully than an id. */
export const fencedItems = (items: readonly BriefItem[], from = 0): string => items.map(({ title, text }, at) => fenced(String(from + at + 1), title, text)).join('');

/** The brackets of the marks, and what a tokenizer or an eye may take for them, as brackets that are none. */
export const unmarked = (text: string): string =>
  text
    .normalize()
    .replaceAll(/[⟦〚]/gu, '[')
    .replaceAll(/[⟧〛]/gu, ']');
