import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anItem, aNote, aScene } from '../testing/briefs.ts';
import { LinesReader } from './lines.ts';
import type { Heard, Reader } from './reader.ts';
import { VariantsReader } from './variants.ts';
import { citationOf, inOrder, placeOf } from './verify.ts';

/** What a reader makes of an answer that comes in these pieces. */
function read(reader: Reader, pieces: readonly string[]) {
  const heard: Heard[] = pieces.flatMap((piece) => reader.push(piece));
  const end = reader.end();
  return { ...end, heard: [...heard, ...end.heard] };
}
const textsOf = (heard: readonly Heard[]): string[] => {
  const texts: string[] = [];
  for (const each of heard) if (each.type === 'text') texts[each.at] = (texts[each.at] ?? '') + each.text;
  return texts;
};
/** The same text cut into pieces, anywhere: also between the halves of a letter. */
const cut = (text: string, at: readonly number[]): string[] => {
  const places = [...new Set([0, ...at.map((each) => each % (text.length + 1)), text.length])].toSorted((a, b) => a - b);
  return places.slice(1).map((place, index) => text.slice(places[index]!, place));
};
const anyCuts = fc.array(fc.nat({ max: 10_000 }), { maxLength: 40 });

const VARIANTS = ['그는 문을 열었다.\n\n“누구세요?”', '닭이 울었다… = 아니, 운 것 같았다. 👩‍👩‍👧', '각'.normalize('NFD')];

test('variants are told apart wherever the answer is cut, and what was said as it came is what there is in the end', () => {
  fc.assert(
    fc.property(anyCuts, fc.constantFrom('\n=====\n', '\n\n=====\n\n', '\n===\n', '\n  ======  \n'), (cuts, mark) => {
      const { result, heard } = read(new VariantsReader(3), cut(`\n${VARIANTS.join(mark)}\n`, cuts));
      expect(result).toEqual({ kind: 'texts', texts: VARIANTS });
      expect(textsOf(heard)).toEqual(VARIANTS);
    }),
  );
});

test('a mark that is none is text; a mark at the beginning or the end, and a fourth variant, are nothing', () => {
  const texts = (answer: string, count = 3) => read(new VariantsReader(count), [answer]).result;
  expect(texts('a == b\n==\n끝')).toEqual({ kind: 'texts', texts: ['a == b\n==\n끝'] });
  expect(texts('=====\n하나\n=====\n둘\n=====')).toEqual({ kind: 'texts', texts: ['하나', '둘'] });
  expect(read(new VariantsReader(1), ['하나\n=====\n둘'])).toMatchObject({ result: { texts: ['하나'] }, dropped: 1 });
  expect(texts('')).toEqual({ kind: 'texts', texts: [] });
});

test('lines are read wherever they are cut; what is no line of ours is dropped and counted', () => {
  const answer = '```json\n{"n":1}\n\n{"n":"둘"}\nHere you are:\n{"n":\n[1]\n{"x":0}\n```\n{"n":3}';
  fc.assert(
    fc.property(anyCuts, (cuts) => {
      const reader = new LinesReader<{ n: string | number }>(
        ({ n }) => (typeof n === 'number' || typeof n === 'string' ? { n } : null),
        (parts) => ({ kind: 'rows', rows: [...parts] }),
      );
      const { result, heard, dropped } = read(reader, cut(answer, cuts));
      expect(result).toEqual({ kind: 'rows', rows: [{ n: 1 }, { n: '둘' }, { n: 3 }] });
      expect([heard.length, dropped]).toEqual([3, 4]);
    }),
  );
});

const TEXT = '점순이가 “느 집엔 이거 없지?” 하고\n생색 있는 큰소리를 하였다. 느 집엔 이거 없지? 👩‍👩‍👧 끝.';

test('a quote is found where it stands, to the letter', () => {
  const found = (quote: string, text = TEXT) => {
    const place = placeOf(quote, text);
    return place === null ? null : text.slice(place.from, place.to);
  };
  expect(found('생색 있는 큰소리')).toBe('생색 있는 큰소리');
  // The shapes of quotation marks and of space are not words, and a decomposed syllable is the same letter.
  expect(found('"느 집엔 이거 없지?" 하고 생색')).toBe('“느 집엔 이거 없지?” 하고\n생색');
  expect(found('큰소리를 하였다'.normalize('NFD'))).toBe('큰소리를 하였다');
  expect(found('큰소리를 하였다', TEXT.normalize('NFD'))).toBe('큰소리를 하였다'.normalize('NFD'));
  expect(placeOf('느 집엔 이거 없지?', TEXT)!.from).toBe(6);
  expect(found('  없지? 👩‍👩‍👧 끝  ')).toBe('없지? 👩‍👩‍👧 끝');
});

test('what does not stand there is not found, however close it comes', () => {
  for (const quote of ['생색 있는 큰 소리', '느 집에 이거 없지', '큰소리를 하였다!', '이거', '', '👩', '점순이가 하고 생색']) expect([quote, placeOf(quote, TEXT)]).toEqual([quote, null]);
});

test('a found place says the same words as the quote', () => {
  fc.assert(
    fc.property(fc.nat(TEXT.length), fc.nat(TEXT.length), (a, b) => {
      const quote = TEXT.slice(Math.min(a, b), Math.max(a, b));
      const place = placeOf(quote, TEXT);
      if (place !== null) expect(TEXT.slice(place.from, place.to).replaceAll(/\s+/g, ' ')).toBe(quote.trim().replaceAll(/\s+/g, ' '));
    }),
  );
});

test('a citation stands in an item of the brief, at its place in the scene', () => {
  const scene = aScene(TEXT);
  const items = [aNote('work', '생색 있는 큰소리'), anItem('passages', scene, { id: 'p', quote: '생색 있는 큰소리를 하였다.' })];
  expect(citationOf(2, '큰소리를 하였다', items)).toEqual({ itemId: 'p', span: scene.span('큰소리를 하였다') });
  for (const place of ['2', '자료 2', '자료2']) expect(citationOf(place, '큰소리를 하였다', items)).not.toBeNull();
  // A long item's source is only how it begins.
  const long = { ...items[1]!, source: { ...items[1]!.source!, to: items[1]!.source!.from + 4, quote: '생색 있' } };
  expect(citationOf(1, '큰소리를 하였다', [long])).toEqual({ itemId: 'p', span: scene.span('큰소리를 하였다') });
  expect(citationOf(1, '큰소리를 하였다', [{ ...long, text: '요약: 큰소리를 하였다' }])).toBeNull();
  // A note is no evidence, an item that is not there is none, and the text beside a passage is not in it.
  expect([citationOf(1, '생색 있는 큰소리', items), citationOf(3, '큰소리를 하였다', items), citationOf(2, '점순이가', items), citationOf(2, 7, items), citationOf(null, '큰소리를 하였다', items)]).toEqual([null, null, null, null, null]);
});

test('lines that follow each other are found one after the other, also short ones and those that are said twice', () => {
  const scene = aScene('“응.” 그가 말했다. “응.” 그녀도 말했다. 그가 말했다.');
  const find = inOrder([anItem('text', scene, { id: 't' })]);
  const placed = ['“응.”', '그가 말했다.', '"응."', '그가 말했다.', '“응.”', '아니.'].map((quote) => find(1, quote)?.span.from ?? null);
  // The last one does not come again after that; it is found where it stands.
  expect(placed).toEqual([0, 5, 13, 27, 0, null]);
});
