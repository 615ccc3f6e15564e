import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignKept, anchorOf, sentenceHash, translatedText, translationRows } from './kept-translation.ts';
import { sentencesIn } from './sentences.ts';

const words = (text: string): string[] => sentencesIn(text).map((sentence) => sentence.text);

test('a sentence ends with its mark and its line, and not within a quotation', () => {
  expect(words('비가 왔다. 설화는 웃었다!\n\n***\n끝')).toEqual(['비가 왔다.', '설화는 웃었다!', '끝']);
  expect(words('“거기 누구 있어요? 나야.” 그가 물었다.')).toEqual(['“거기 누구 있어요? 나야.”', '그가 물었다.']);
  expect(words('“가자.”라고 그는 말했다. "왜?" 하고 물었다.')).toEqual(['“가자.”라고 그는 말했다.', '"왜?"', '하고 물었다.']);
  expect(words('‘그럴까. 아니야.’ 속으로 말했다.')).toEqual(['‘그럴까. 아니야.’', '속으로 말했다.']);
  // One that nobody closed guards nothing.
  expect(words('“가자. 어서 가자.')).toEqual(['“가자.', '어서 가자.']);
  expect(words('『봄봄』은 짧다. (웃음. 박수.) 그렇다.')).toEqual(['『봄봄』은 짧다.', '(웃음. 박수.)', '그렇다.']);
});

test('an ellipsis within a line is a pause, and a point in a number is none', () => {
  expect(words('나는…… 갔다. 모르겠다……. 그는 갔다.')).toEqual(['나는…… 갔다.', '모르겠다…….', '그는 갔다.']);
  expect(words('그래서...... 갔다.\n그래서……\n“……”')).toEqual(['그래서...... 갔다.', '그래서……', '“……”']);
  expect(words('체온은 36.5도였다. 1. 첫째. 왔다.그리고 갔다.')).toEqual(['체온은 36.5도였다.', '1. 첫째.', '왔다.', '그리고 갔다.']);
  expect(words("It's late. I can't go.")).toEqual(["It's late.", "I can't go."]);
});

test('sentences stand where they say', () => {
  const text = '  비가 왔다.  설화는\t웃었다!\n“왜? 응?”  ';
  expect(sentencesIn(text).map(({ from, to, line }) => [text.slice(from, to), line])).toEqual([
    ['비가 왔다.', 0],
    ['설화는\t웃었다!', 0],
    ['“왜? 응?”', 1],
  ]);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => sentencesIn(any).every(({ text: said, from, to }) => any.slice(from, to) === said)));
  fc.assert(
    fc.property(fc.array(fc.constantFrom('가', '. ', '.', '…', '“', '”', '"', "'", '\n', ' ', '1', '(', ')', '!')), (parts) => {
      const any = parts.join('');
      expect(
        sentencesIn(any)
          .map(({ text: said }) => said)
          .join('')
          .replace(/\s/g, ''),
      ).toBe(any.replace(/\s/g, ''));
    }),
  );
});

const TEXT = '비가 그쳤다. 설화는 문을 두드렸다.\n“거기 누구 있어요? 나야.”\n눈이 왔다.\n대답이 없었다. 눈이 왔다.\n그는…… 돌아섰다.';
/** Segments for the sentences of `text`, or for those that are wanted of them. */
function keep(text: string, wanted: (at: number) => boolean = () => true) {
  const sentences = sentencesIn(text);
  return sentences.flatMap((_, at) => (wanted(at) ? [{ ...anchorOf(sentences, at), target: `#${at}` }] : []));
}
const statesOf = (text: string, kept: ReturnType<typeof keep>) => alignKept(kept, sentencesIn(text)).map(({ state }) => state);
const counts = (text: string, kept: ReturnType<typeof keep>) => {
  const rows = translationRows(text, kept);
  const of = (state: string): number => rows.filter((row) => row.state === state).length;
  return { current: of('current'), stale: of('stale'), orphaned: of('orphaned'), new: of('new') };
};

test('nothing is stale while nothing was changed, nor when spaces were', () => {
  expect(new Set(statesOf(TEXT, keep(TEXT)))).toEqual(new Set(['current']));
  expect(counts(TEXT.replace('설화는 문을', '설화는   문을'), keep(TEXT))).toEqual({ current: 7, stale: 0, orphaned: 0, new: 0 });
  expect(counts(TEXT.normalize('NFD'), keep(TEXT))).toEqual({ current: 7, stale: 0, orphaned: 0, new: 0 });
});

test('one changed sentence is one stale segment, however much of it was changed', () => {
  for (const sentence of sentencesIn(TEXT)) {
    for (const put of ['완전히 다른 말이다.', sentence.text.replace(/[가-힣]/, '뉘'), `“${sentence.text}”`]) {
      expect(counts(TEXT.slice(0, sentence.from) + put + TEXT.slice(sentence.to), keep(TEXT)), `${sentence.text} → ${put}`).toEqual({ current: 6, stale: 1, orphaned: 0, new: 0 });
    }
  }
});

test('a line that is said twice goes stale where it was changed', () => {
  const rows = translationRows(TEXT.replace('없었다. 눈이 왔다.', '없었다. 진눈깨비가 왔다.'), keep(TEXT));
  expect(rows.filter(({ state }) => state === 'stale').map(({ kept }) => kept!.target)).toEqual(['#5']);
  expect(rows[3]).toMatchObject({ state: 'current', kept: { target: '#3' } });
});

test('a paragraph that was moved makes nothing stale, and may be changed there', () => {
  const [first, ...rest] = TEXT.split('\n');
  const moved = [...rest, first].join('\n');
  expect(counts(moved, keep(TEXT))).toEqual({ current: 7, stale: 0, orphaned: 0, new: 0 });
  expect(counts(moved.replace('설화는 문을 두드렸다.', '설화는 문을 세게 두드렸다.'), keep(TEXT))).toEqual({ current: 6, stale: 1, orphaned: 0, new: 0 });
});

test('a sentence that was added is new, one that was taken out leaves an orphan in its place', () => {
  expect(counts(TEXT.replace('대답이', '아무도 없나. 대답이'), keep(TEXT))).toEqual({ current: 7, stale: 0, orphaned: 0, new: 1 });
  const rows = translationRows(TEXT.replace('“거기 누구 있어요? 나야.”\n', ''), keep(TEXT));
  expect(rows.map(({ state }) => state)).toEqual(['current', 'current', 'orphaned', 'current', 'current', 'current', 'current']);
});

test('a sentence that was divided is stale and new; two that were joined are stale and orphaned', () => {
  expect(counts('눈이 오고 비가 그쳤다. 문을 두드렸다.', keep('눈이 오고 비가 그쳤다. 문을 두드렸다.'))).toEqual({ current: 2, stale: 0, orphaned: 0, new: 0 });
  expect(counts('눈이 왔다. 비가 그쳤다. 문을 두드렸다.', keep('눈이 오고 비가 그쳤다. 문을 두드렸다.'))).toEqual({ current: 1, stale: 1, orphaned: 0, new: 1 });
  expect(counts('눈이 오고 비가 그쳤다. 문을 두드렸다.', keep('눈이 왔다. 비가 그쳤다. 문을 두드렸다.'))).toEqual({ current: 1, stale: 1, orphaned: 1, new: 0 });
});

test('what was said once and is said twice now has one translation and one new sentence', () => {
  const rows = translationRows('눈이 왔다. 비가 왔다. 눈이 왔다.', keep('눈이 왔다. 비가 왔다.'));
  expect(rows.map(({ state }) => state)).toEqual(['current', 'current', 'new']);
  expect(counts('눈이 왔다.', keep('눈이 왔다. 눈이 왔다.'))).toEqual({ current: 1, stale: 0, orphaned: 1, new: 0 });
});

test('where only a part was translated, the rest is new and stays out of it', () => {
  const kept = keep(TEXT, (at) => at === 5);
  expect(translationRows(TEXT, kept).map(({ state }) => state)).toEqual(['new', 'new', 'new', 'new', 'new', 'current', 'new']);
  expect(counts(TEXT.replace('비가 그쳤다.', '해가 났다.'), kept)).toMatchObject({ current: 1, stale: 0 });
  expect(counts(TEXT.replace('없었다. 눈이 왔다.', '없었다. 아무 말이나.'), kept)).toMatchObject({ current: 0, stale: 1, orphaned: 0 });
});

test('what a scene says in the other language keeps its lines', () => {
  const kept = keep(TEXT, (at) => at !== 2);
  expect(translatedText(`${TEXT}\n\n***`, kept)).toBe('#0 #1\n[“거기 누구 있어요? 나야.”]\n#3\n#4 #5\n#6\n\n***');
  expect(translatedText(TEXT, keep(TEXT), { joint: '' }).split('\n')[0]).toBe('#0#1');
});

test('hashes tell sentences apart', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (one, other) => (sentenceHash(one) === sentenceHash(other)) === (one.normalize().trim().replace(/\s+/gu, ' ') === other.normalize().trim().replace(/\s+/gu, ' '))));
});

// fast-check prints the seed of what it finds wrong; `fc.assert(…, { seed, path })` runs it again.
const aSentence = fc.tuple(fc.constantFrom('눈이', '비가', '설화는', '그는', '문이'), fc.constantFrom('왔다', '웃었다', '그쳤다', '열렸다……'), fc.constantFrom('.', '!', '?')).map(([who, did, mark]) => `${who} ${did}${mark}`);
const aScene = fc.array(fc.array(aSentence, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });
const textOf = (paragraphs: readonly (readonly string[])[]): string => paragraphs.map((paragraph) => paragraph.join(' ')).join('\n');

test('in any scene, with any sentences said twice: one edit, one stale; a move, none; one out, one orphan; one in, one new', () => {
  fc.assert(
    fc.property(aScene, fc.nat(), fc.nat(), (paragraphs, any, other) => {
      const text = textOf(paragraphs);
      const kept = keep(text);
      const sentences = sentencesIn(text);
      const chosen = sentences[any % sentences.length]!;
      const rest = { stale: 0, orphaned: 0, new: 0 };
      expect(counts(text.slice(0, chosen.from) + '점순이가 감자를 내밀었다.' + text.slice(chosen.to), kept)).toEqual({ ...rest, current: kept.length - 1, stale: 1 });
      expect(counts(text.slice(0, chosen.from) + text.slice(chosen.to), kept)).toEqual({ ...rest, current: kept.length - 1, orphaned: 1 });
      expect(counts(`${text.slice(0, chosen.from)}점순이가 감자를 내밀었다. ${text.slice(chosen.from)}`, kept)).toEqual({ ...rest, current: kept.length, new: 1 });
      const [moved] = paragraphs.slice(any % paragraphs.length);
      const others = paragraphs.toSpliced(any % paragraphs.length, 1);
      expect(counts(textOf(others.toSpliced(other % paragraphs.length, 0, moved!)), kept)).toEqual({ ...rest, current: kept.length });
    }),
    { numRuns: 500 },
  );
});

test('where some sentences have a translation, changing one of them makes that one stale, and changing another none', () => {
  fc.assert(
    fc.property(aScene, fc.func(fc.boolean()), fc.nat(), (paragraphs, isKept, any) => {
      const text = textOf(paragraphs);
      const sentences = sentencesIn(text);
      const kept = keep(text, (at) => isKept(at));
      const at = any % sentences.length;
      const chosen = sentences[at]!;
      const after = counts(text.slice(0, chosen.from) + '점순이가 감자를 내밀었다.' + text.slice(chosen.to), kept);
      // A twin beside it that says the same and has no translation may take its own: the words are the same.
      const hasTwin = sentences.some((each, place) => each.text === chosen.text && !isKept(place));
      expect(after.orphaned).toBe(0);
      expect(after.stale === Number(isKept(at)) || (isKept(at) && hasTwin && after.stale === 0)).toBe(true);
      expect(after.current + after.stale).toBe(kept.length);
    }),
    { numRuns: 500 },
  );
});

test('aligning never gives two segments one sentence, and forgets none', () => {
  fc.assert(
    fc.property(aScene, aScene, (one, other) => {
      const kept = keep(textOf(one));
      const places = alignKept(kept, sentencesIn(textOf(other)));
      const at = places.flatMap(({ at: place }) => place ?? []);
      expect(new Set(at).size).toBe(at.length);
      expect(places.every(({ state, at: place }) => (state === 'orphaned') === (place === null))).toBe(true);
      expect(translationRows(textOf(other), kept).filter(({ kept: segment }) => segment !== null)).toHaveLength(kept.length);
    }),
    { numRuns: 500 },
  );
});

test('a long scene is aligned while one types: edited, rewritten from end to end, or turned around', () => {
  const sentencesOf = (count: number, said: (at: number) => string): string => Array.from({ length: count }, (_, at) => said(at)).join('\n');
  const long = sentencesOf(4_000, (at) => `${at}번째 눈이 ${at % 7}번 왔다.`);
  const kept = keep(long);
  const took = (text: string): number => {
    const began = performance.now();
    alignKept(kept, sentencesIn(text));
    return performance.now() - began;
  };
  expect(counts(long.replace('2000번째 눈', '2000번째 비'), kept)).toEqual({ current: 3_999, stale: 1, orphaned: 0, new: 0 });
  // Generous: a busy machine is slower, and what is quadratic would take minutes.
  for (const text of [long.replace('2000번째 눈', '비'), sentencesOf(4_000, (at) => `그는 ${at}걸음을 걸었다.`), long.split('\n').toReversed().join('\n'), "'a ".repeat(60_000), '“'.repeat(60_000)]) expect(took(text)).toBeLessThan(4_000);
});
