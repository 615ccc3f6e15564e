import { expect, test } from 'vitest';
import { passageIn } from './passage.ts';
import { sceneSchema } from './schema.ts';

const paragraph = (text: string) =>
  sceneSchema.node(
    'paragraph',
    null,
    text.split('\n').flatMap((line, index) => [...(index > 0 ? [sceneSchema.node('hardBreak')] : []), ...(line ? [sceneSchema.text(line)] : [])]),
  );
const doc = sceneSchema.node('doc', null, [paragraph('문을 열었다. 문을 닫았다.'), sceneSchema.node('sceneBreak'), sceneSchema.node('authorNote', null, [paragraph('문을 잊지 말 것')]), paragraph('비가 왔다.\n그는 문을 열었다.')]);
const said = (passage: { block: number; offset: number; text: string }) => {
  const found = passageIn(doc, passage);
  return found && { text: doc.textBetween(found.from, found.to), after: doc.textBetween(found.to, Math.min(found.to + 4, doc.resolve(found.to).end())) };
};

test('finds the place the search meant among equal ones, lines counted as it counts them', () => {
  expect(said({ block: 0, offset: 0, text: '문을' })).toEqual({ text: '문을', after: ' 열었다' });
  expect(said({ block: 0, offset: 8, text: '문을' })).toEqual({ text: '문을', after: ' 닫았다' });
  expect(passageIn(doc, { block: 2, offset: 3, text: '문을' })!.from).toBeGreaterThan(passageIn(doc, { block: 0, offset: 8, text: '문을' })!.from);
  expect(said({ block: 2, offset: 3, text: '문을' })).toEqual({ text: '문을', after: ' 열었다' });
});

test('a text that moved is found where it is now, and one that is gone is nowhere', () => {
  expect(said({ block: 7, offset: 90, text: '비가' })).toEqual({ text: '비가', after: ' 왔다.' });
  expect(passageIn(doc, { block: 0, offset: 0, text: '눈이' })).toBeNull();
  expect(passageIn(doc, { block: 1, offset: 3, text: '잊지' })).toBeNull();
});
