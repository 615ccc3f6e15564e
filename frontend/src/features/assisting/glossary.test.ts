import { AssistTask, type Term, TERMS_MAX } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { glossaryIn, glossaryOf } from './glossary.ts';

test('a pair a line, however people part the two', () => {
  expect(glossaryIn('설화 = Seolhwa\n\n 흑룡 단→Black Dragons \n검\tsword\n도: blade\n창 -> spear')).toEqual({
    terms: [
      { source: '설화', target: 'Seolhwa' },
      { source: '흑룡 단', target: 'Black Dragons' },
      { source: '검', target: 'sword' },
      { source: '도', target: 'blade' },
      { source: '창', target: 'spear' },
    ],
    wrong: null,
  });
  expect(glossaryIn('설화'.normalize('NFD') + '=Seolhwa').terms).toEqual([{ source: '설화', target: 'Seolhwa' }]);
});

test.each([
  ['설화', 1],
  ['설화 = Seolhwa\n= sword', 2],
  [`설화 = ${'S'.repeat(81)}`, 1],
  ['검 = sword\n'.repeat(TERMS_MAX + 1), TERMS_MAX + 1],
])('a line that is no pair is named (%#)', (text, wrong) => {
  expect(glossaryIn(text).wrong).toBe(wrong);
});

test('as many as are read are as many as may be asked', () => {
  const { terms, wrong } = glossaryIn('검 = sword\n'.repeat(TERMS_MAX));
  const task = { feature: 'translate', span: { documentId: '0197f000-0000-7000-8000-000000000001', from: 0, to: 1, quote: '검' }, language: 'en', glossary: terms };
  expect([wrong, AssistTask.safeParse(task).success, AssistTask.safeParse({ ...task, glossary: [...terms, terms[0]] }).success]).toEqual([null, true, false]);
});

test('what was typed goes before the work’s own terms of that language, and stands in the place of what they say of the same word', () => {
  const term = (source: string, target: string, language = 'en') => ({ source, target, language }) as Term;
  const ofWork = [term('설화', 'Seolhwa'), term('검', 'sword'), term('검', '剣', 'ja')];
  expect(glossaryOf('en', { typed: [{ source: '검', target: 'blade' }], ofWork })).toEqual([
    { source: '검', target: 'blade' },
    { source: '설화', target: 'Seolhwa' },
  ]);
  expect(glossaryOf('ja', { typed: [], ofWork })).toEqual([{ source: '검', target: '剣' }]);
  const many = Array.from({ length: TERMS_MAX }, (_, at) => term(`말${at}`, 'word'));
  expect(glossaryOf('en', { typed: [{ source: '검', target: 'sword' }], ofWork: many })).toHaveLength(TERMS_MAX);
});
