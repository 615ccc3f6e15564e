import { lengthOf } from '@cowrite/manuscript';
import { expect, test } from 'vitest';
import { lengthsOfRange, lengthsOfScene } from './counting.ts';
import { sceneSchema } from './schema.ts';

const p = (text: string) => sceneSchema.node('paragraph', null, text ? [sceneSchema.text(text)] : []);
const doc = (...blocks: ReturnType<typeof p>[]) => sceneSchema.node('doc', null, blocks);

test('counts a scene as the text of its lines, and leaves author-only blocks out', () => {
  const scene = doc(p('오늘도 또 우리 수탉이'), p(''), sceneSchema.node('sceneBreak'), sceneSchema.node('authorNote', null, [p('나중에 고칠 것')]), sceneSchema.node('statusWindow', null, [p('힘 +3')]));
  expect(lengthsOfScene(scene)).toEqual(lengthOf('오늘도 또 우리 수탉이\n\n힘 +3'));
});

test('counts a selection across blocks', () => {
  const scene = doc(p('가나다'), p('라마바'));
  // From after 가 to after 라.
  expect(lengthsOfRange(scene, 2, 7).withSpaces).toBe(3);
  expect(lengthsOfRange(scene, 2, 2).withSpaces).toBe(0);
});

test('counts characters as people see them', () => {
  expect(lengthsOfScene(doc(p('👩‍👩‍👧 \u1112\u1161\u11ab'))).withSpaces).toBe(3);
});
