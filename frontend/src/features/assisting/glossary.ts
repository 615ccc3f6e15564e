import { GlossaryTerm, type Term, TERMS_MAX } from '@cowrite/contract';

const PAIR = /^(.+?)\s*(?:=|→|->|\t|：|:)\s*(.+)$/;

/** A glossary as it is typed, a pair a line with `=`, an arrow, a colon or a tab between; `wrong` is the first line that is no pair, from 1, or null. */
export function glossaryIn(text: string): { terms: GlossaryTerm[]; wrong: number | null } {
  const terms: GlossaryTerm[] = [];
  for (const [at, line] of text.normalize('NFC').split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, source, target] = PAIR.exec(line.trim()) ?? [];
    const term = GlossaryTerm.safeParse({ source, target });
    if (!term.success || terms.length === TERMS_MAX) return { terms, wrong: at + 1 };
    terms.push(term.data);
  }
  return { terms, wrong: null };
}

/** What a translation has to keep to: what was typed for it, and the terms of the work for its language. */
export function glossaryOf(language: string, { typed, ofWork }: { typed: readonly GlossaryTerm[]; ofWork: readonly Term[] }): GlossaryTerm[] {
  const said = new Set(typed.map(({ source }) => source));
  const others = ofWork.filter((term) => term.language === language && !said.has(term.source.normalize('NFC')));
  return [...typed, ...others.map(({ source, target }) => ({ source, target }))].slice(0, TERMS_MAX);
}

/** Terms as people read them. */
export const termsText = (terms: readonly GlossaryTerm[]): string => terms.map(({ source, target }) => `${source} → ${target}`).join(', ');
