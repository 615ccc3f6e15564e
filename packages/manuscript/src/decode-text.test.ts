import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeText } from './decode-text.ts';

const story = '프롤로그\r\n\r\n“누구요?”\r그는 문을 열었다. 漢字 abc\n';
const clean = '프롤로그\n\n“누구요?”\n그는 문을 열었다. 漢字 abc\n';
const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, bigEndian: boolean) => {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), !bigEndian);
  return bytes;
};
const join = (...parts: (Uint8Array | number[])[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

test('reads UTF-8 with and without a mark, and brings line ends into one shape', () => {
  expect(decodeText(utf8(story))).toEqual({ readable: true, text: clean, encoding: 'utf-8', composed: false });
  expect(decodeText(join([0xef, 0xbb, 0xbf], utf8(story)))).toMatchObject({ text: clean, encoding: 'utf-8' });
  expect(decodeText(new Uint8Array())).toMatchObject({ readable: true, text: '' });
});

test('reads UTF-16 of both byte orders, with and without a mark', () => {
  expect(decodeText(join([0xff, 0xfe], utf16(story, false)))).toMatchObject({ text: clean, encoding: 'utf-16le' });
  expect(decodeText(join([0xfe, 0xff], utf16(story, true)))).toMatchObject({ text: clean, encoding: 'utf-16be' });
  expect(decodeText(utf16(story, false))).toMatchObject({ text: clean, encoding: 'utf-16le' });
  expect(decodeText(utf16(story, true))).toMatchObject({ text: clean, encoding: 'utf-16be' });
});

test('reads EUC-KR, and the syllables that only CP949 has', () => {
  expect(decodeText(Uint8Array.from([0xb4, 0xde, 0xba, 0xfb, 0x20, 0x0d, 0x0a, 0xb9, 0xe3]))).toEqual({ readable: true, text: '달빛 \n밤', encoding: 'euc-kr', composed: false });
  expect(decodeText(Uint8Array.from([0x94, 0xee, 0xb4, 0xde]))).toMatchObject({ text: '뷁달' });
  expect(decodeText(Uint8Array.from([0x81, 0x41, 0x8c, 0x63, 0xc5, 0xb7, 0xc6, 0x52, 0x41]))).toMatchObject({ text: '갂똠킹힣A' });
});

test('composes what a Mac decomposed, and says so', () => {
  expect(decodeText(utf8(story.normalize('NFD')))).toEqual({ readable: true, text: clean, encoding: 'utf-8', composed: true });
});

test.each<[string, Uint8Array]>([
  ['a zip', join([0x50, 0x4b, 0x03, 0x04], utf8('word/document.xml'))],
  ['a PDF', utf8('%PDF-1.7')],
  ['an old HWP', join([0xd0, 0xcf, 0x11, 0xe0, 0xa1], [0, 0, 0])],
  ['zeros', new Uint8Array(64)],
  ['a program', join([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0], utf8('text'))],
  ['UTF-8 cut inside a letter', utf8('그는 문을 열었다').subarray(0, -1)],
  ['UTF-16 with an odd byte', join([0xff, 0xfe], utf16(story, false), [0x41])],
  ['letters among control characters', join(utf8('abc'), [1, 2, 3, 4, 5])],
])('refuses %s', (_, bytes) => {
  expect(decodeText(bytes)).toMatchObject({ readable: false });
});

test('whatever is read back from UTF-8 is the same text, and no bytes make it throw', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('가', '힣', ' ', '\n', 'a', '“', '漢', '😀') }), (text) => void expect(decodeText(utf8(text))).toMatchObject({ text, encoding: 'utf-8' })));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeText(bytes)));
});
