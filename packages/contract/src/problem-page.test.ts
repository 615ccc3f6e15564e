import { expect, test } from 'vitest';
import { problemPage } from './problem-page.ts';
import { type ProblemCode, PROBLEMS, sentenceOf } from './problems.ts';

const codes = Object.keys(PROBLEMS) as ProblemCode[];

test('the page has each problem once, and nothing else', () => {
  const rows = [...problemPage().matchAll(/^\| <a id="([\w-]+)"><\/a>`([\w-]+)` \| (\d{3}) \|/gm)];
  expect(rows.map((row) => row[1]).toSorted()).toEqual(codes.toSorted());
  for (const [, anchor, code, status] of rows) expect([anchor, Number(status)]).toEqual([code, PROBLEMS[code as ProblemCode].status]);
});

test('both languages have the same places, and none is left when nothing fills it', () => {
  const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).toSorted();
  for (const code of codes) {
    expect([code, places(PROBLEMS[code].ko)]).toEqual([code, places(PROBLEMS[code].en)]);
    for (const locale of ['ko', 'en'] as const) expect(sentenceOf(code, locale)).not.toMatch(/[{}]/);
  }
});
