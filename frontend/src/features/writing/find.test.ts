import { expect, test } from 'vitest';
import { findInScene } from './find.ts';
import { sceneSchema } from './schema.ts';

const { nodes } = sceneSchema;
const p = (...content: Parameters<typeof sceneSchema.text>[0][]) =>
  nodes['paragraph']!.create(
    null,
    content.map((text) => (text === '\n' ? nodes['hardBreak']!.create() : sceneSchema.text(text))),
  );

test('finds every place, also after a hard break and in a second block', () => {
  const doc = nodes['doc']!.create(null, [p('설화가 웃었다.', '\n', '설화는'), p('이설화')]);
  const found = findInScene(doc, '설화');
  expect(found.map(({ from, to }) => doc.textBetween(from, to))).toEqual(['설화', '설화', '설화']);
});

test('finds decomposed input in composed text, and Latin letters in either case', () => {
  const doc = nodes['doc']!.create(null, [p('한글과 Cowrite')]);
  expect(findInScene(doc, '\u1112\u1161\u11ab글')).toHaveLength(1);
  expect(findInScene(doc, 'cOWRITE')).toHaveLength(1);
  expect(findInScene(doc, '')).toHaveLength(0);
});
