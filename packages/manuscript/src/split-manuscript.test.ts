import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeText } from './decode-text.ts';
import { compareNaturally, splitManuscript } from './split-manuscript.ts';
import { lengthOf } from './text-length.ts';

const split = (text: string, name = '원고.txt') => {
  const { lines, rule, sections } = splitManuscript(text, name);
  return { rule, sections: sections.map(({ title, kind, numbering, from, to }) => [title, kind === 'part' ? 'part' : numbering, lines.slice(from, to).join('|')]) };
};

test('splits at numbered headings, with a prologue, parts and side stories', () => {
  expect(split('프롤로그\n\n눈이 왔다.\n\n1부\n\n1화 닭싸움\n\n점순이가 왔다.\n\n2화\n가을.\n외전 1. 그 여름\n\n더웠다.\n\n작가의 말\n고맙습니다.\n')).toEqual({
    rule: 'numbered',
    sections: [
      ['프롤로그', 'uncounted', '눈이 왔다.'],
      ['1부', 'part', ''],
      ['1화 닭싸움', 'counted', '점순이가 왔다.'],
      ['2화', 'counted', '가을.'],
      ['외전 1. 그 여름', 'side-story', '더웠다.'],
      ['작가의 말', 'uncounted', '고맙습니다.'],
    ],
  });
});

test.each([
  ['제1장\n가\n제2장\n나', ['제1장', '제2장']],
  ['제 1 장 떠남\n\n가\n\n제 2 장 돌아옴\n\n나', ['제 1 장 떠남', '제 2 장 돌아옴']],
  ['[1화]\n가\n[2화] 밤\n나', ['1화', '[2화] 밤']],
  ['#1\n가\n\n#2 밤\n\n나', ['#1', '#2 밤']],
  ['Chapter 1\n\na\n\nChapter 2: Night\n\nb', ['Chapter 1', 'Chapter 2: Night']],
  ['1.\n가\n\n2.\n나\n\n3.\n다', ['1.', '2.', '3.']],
  ['1\n\n가\n\n2\n\n나', ['1', '2']],
  ['12화 돌아온 밤\n\n혼자인 화.', ['12화 돌아온 밤']],
  ['1화 하나\n가\n2화 둘\n나\n3화 셋\n다', ['1화 하나', '2화 둘', '3화 셋']],
  ['3장. 누가 왔는가?\n\n가', ['3장. 누가 왔는가?']],
])('sees the headings of %j', (text, titles) => {
  expect(split(text).sections.map(([title]) => title)).toEqual(titles);
});

test.each([
  ['“1화가 뭐야?”\n\n“2화는 뭐고?”'],
  ['"1화"\n\n- 2화 봤어?'],
  ['종이\n3장 떨어진 것을 주웠다.\n끝'],
  ['그는 말했다.\n1. 밥\n2. 국\n하고.'],
  ['이것은\n\n2.\n\n이 아니라\n\n5.\n\n다'],
  ['1부터 열까지\n2부동산'],
  ['프롤로그를 쓰는 밤이었다.\n후기 같은 건 없다.'],
  ['- 그래\n** 별 **\n<그림>\n# 제목 아닌 줄'],
  ['10년 뒤\n\n그가 왔다.'],
  [`1화 ${'긴 줄 '.repeat(40)}`],
])('sees no heading in %j', (text) => {
  expect(split(text)).toMatchObject({ rule: 'whole', sections: [['원고', 'counted', expect.any(String)]] });
});

test('Markdown headings count in Markdown files alone', () => {
  const text = '# 1부\n## 만남\n가\n### 작은 제목\n나\n```\n# 아님\n```\n## 이별 ##\n다';
  expect(split(text, '소설.md')).toEqual({
    rule: 'heading',
    sections: [
      ['1부', 'part', ''],
      ['만남', 'counted', '가|### 작은 제목|나|```|# 아님|```'],
      ['이별', 'counted', '다'],
    ],
  });
  expect(split('# 봄\n가\n# 여름\n나').rule).toBe('whole');
});

test('splits at many blank lines, and names the pieces after the file', () => {
  expect(split('가\n\n\n\n나\n\n다\n\n\n\n\n라', '단편집.txt')).toEqual({
    rule: 'blank-lines',
    sections: [
      ['단편집 1', 'counted', '가'],
      ['단편집 2', 'counted', '나||다'],
      ['단편집 3', 'counted', '라'],
    ],
  });
});

test('keeps what stands before the first heading', () => {
  expect(split('이 글은 허구입니다.\n\n1화\n가', '소설.txt').sections[0]).toEqual(['소설', 'uncounted', '이 글은 허구입니다.']);
});

test('every line with something on it is in exactly one section or is a heading', () => {
  const line = fc.constantFrom('', ' ', '1화', '2화 밤', '제3장', '프롤로그', '1부', '외전 1', '# 제목', '## 절', '그는 갔다.', '“1화?”', '1.', '2.', '3', '***', '- 응', '작가의 말');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.constantFrom('a.txt', 'a.md', ''), (given, name) => {
      const { lines, sections } = splitManuscript(given.join('\n'), name);
      const times = lines.map(() => 0);
      let last = 0;
      for (const { title, from, to } of sections) {
        expect(title.trim()).not.toBe('');
        expect(from).toBeGreaterThanOrEqual(last);
        expect(to).toBeGreaterThanOrEqual(from);
        last = to;
        for (let at = from; at < to; at++) times[at]!++;
      }
      const outside = lines.filter((each, at) => times[at] === 0 && each.trim() !== '');
      expect(times.every((count) => count <= 1)).toBe(true);
      const before = sections.length > 0 && sections[0]!.numbering === 'uncounted' && sections[0]!.title === 'a';
      expect(outside.length).toBeLessThanOrEqual(before ? sections.length - 1 : sections.length);
    }),
    { numRuns: 500 },
  );
});

test('puts names in the order people mean', () => {
  expect(['10화.txt', '9화.txt', '1화.txt'].toSorted(compareNaturally)).toEqual(['1화.txt', '9화.txt', '10화.txt']);
});

// A folder of real texts, when one is given: nothing to skip where there is none.
const corpus = process.env['COWRITE_CORPUS'];
if (corpus !== undefined && existsSync(corpus)) {
  test('keeps every character of a corpus', () => {
    const files = readdirSync(corpus).filter((name) => name.endsWith('.txt'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const bytes = readFileSync(join(corpus, file));
      const decoded = decodeText(bytes);
      if (!decoded.readable) throw new Error(`${file}: ${decoded.reason}`);
      const { lines, rule, sections } = splitManuscript(decoded.text, file);
      expect([file, rule]).toEqual([file, 'whole']);
      expect(lengthOf(sections.map(({ from, to }) => lines.slice(from, to).join('\n')).join('\n'))).toEqual(lengthOf(bytes.toString('utf8')));
    }
  });
}
