import type { ImportFile, ImportSection, Lengths } from '@cowrite/contract';
import { sumOfLengths } from '@cowrite/manuscript';

/** A section of the preview as the person left it. */
export type Draft = ImportFile['sections'][number];

/** The sections with the one at `index` joined to the one before it; the first has nothing before it. */
export function mergedWithPrevious(sections: readonly Draft[], index: number): Draft[] {
  const before = sections[index - 1];
  const section = sections[index];
  if (!before || !section) return [...sections];
  const merged: Draft = { ...before, to: section.to, lengths: sumOfLengths([before.lengths, section.lengths]) };
  return [...sections.slice(0, index - 1), merged, ...sections.slice(index + 1)];
}

export const without = (sections: readonly Draft[], index: number): Draft[] => sections.filter((_, at) => at !== index);

export const renamed = (sections: readonly Draft[], index: number, title: string): Draft[] => sections.map((section, at) => (at === index ? { ...section, title } : section));

export const kindChanged = (sections: readonly Draft[], index: number): Draft[] => sections.map((section, at) => (at === index ? { ...section, kind: section.kind === 'part' ? 'chapter' : 'part' } : section));

/** What is sent: the sections without what only the preview shows. Titles that were emptied keep the first line's place. */
export const toSend = (sections: readonly Draft[]): ImportSection[] => sections.map(({ title, kind, numbering, from, to }) => ({ title: title.trim() || '—', kind, numbering, from, to }));

export const lengthsOfSections = (sections: readonly Draft[]): Lengths => sumOfLengths(sections.map((section) => section.lengths));
