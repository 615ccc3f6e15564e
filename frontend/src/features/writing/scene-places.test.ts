import { sceneLines } from '@cowrite/manuscript';
import { expect, test } from 'vitest';
import { prosemirrorToYDoc } from '@tiptap/y-tiptap';
import { ScenePlaces } from './scene-places.ts';
import { sceneSchema } from './schema.ts';

const { nodes } = sceneSchema;
const line = (text: string) => nodes['paragraph']!.create(null, text === '' ? [] : [sceneSchema.text(text)]);
const doc = nodes['doc']!.create(null, [
  nodes['heading']!.create({ level: 2 }, sceneSchema.text('첫째')),
  line('눈이 왔다.'),
  line(''),
  nodes['authorNote']!.create(null, [line('비밀')]),
  nodes['sceneBreak']!.create(),
  nodes['blockquote']!.create(null, [line('편지 한 줄'), line('편지 두 줄')]),
  nodes['paragraph']!.create(null, [sceneSchema.text('앞'), nodes['hardBreak']!.create(), sceneSchema.text('뒤')]),
]);
const places = new ScenePlaces(doc);

test('the text is the one that the server reads', () => {
  expect(places.text).toBe(sceneLines(prosemirrorToYDoc(doc, 'default').getXmlFragment('default')).join('\n'));
  expect(places.text).toBe('첫째\n눈이 왔다.\n\n***\n편지 한 줄\n편지 두 줄\n앞\n뒤');
});

test('a place in a line and the position in the document are one and the same, there and back', () => {
  const position = places.positionOf(places.text.indexOf('왔다'));
  expect(doc.textBetween(position, position + 2)).toBe('왔다');
  doc.descendants((node, at) => {
    if (!node.isTextblock) return true;
    for (let inside = 0; inside <= node.content.size; inside++) {
      const here = at + 1 + inside;
      if (node.textContent !== '비밀') expect(places.positionOf(places.offsetOf(here))).toBe(here);
    }
    return false;
  });
});

test('a span is found by its words, across blocks as well', () => {
  const quote = '편지 두 줄\n앞';
  const found = places.find({ from: 0, to: quote.length, quote })!;
  expect(doc.textBetween(found.from, found.to, '\n')).toBe(quote);
  expect(places.find({ from: 0, to: 2, quote: '없음' })).toBeNull();
});
