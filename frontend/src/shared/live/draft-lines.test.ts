import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { draftLines } from './draft-lines.ts';

/** A scene, and a hand that writes in it. */
function aScene() {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const scene = doc.getXmlFragment('default');
  const paragraph = (text: string, name = 'paragraph') => {
    const element = new Y.XmlElement(name);
    if (name === 'authorNote') {
      const inner = new Y.XmlElement('paragraph');
      inner.insert(0, [new Y.XmlText(text)]);
      element.insert(0, [inner]);
    } else element.insert(0, [new Y.XmlText(text)]);
    scene.push([element]);
    return element;
  };
  return { doc, scene, paragraph, whole: () => Y.encodeStateAsUpdate(doc), unsent: () => updates.splice(0) };
}

test('the whole text is there, and the lines in which something was not sent are told', () => {
  const { paragraph, whole, unsent, scene } = aScene();
  const first = paragraph('보낸 문장.');
  paragraph('그대로인 문장.');
  unsent();
  (first.get(0) as Y.XmlText).insert(6, ' 덧붙임 👩‍👧');
  paragraph('새 문장.');
  paragraph('나만 보는 메모', 'authorNote');
  scene.push([new Y.XmlElement('sceneBreak')]);
  expect(draftLines(whole(), unsent())).toEqual([
    { number: 1, text: '보낸 문장. 덧붙임 👩‍👧', isUnsent: true },
    { number: 2, text: '그대로인 문장.', isUnsent: false },
    { number: 3, text: '새 문장.', isUnsent: true },
    { number: 4, text: '나만 보는 메모', isUnsent: true },
    { number: 5, text: '***', isUnsent: true },
  ]);
});

test('what was typed and taken back marks nothing', () => {
  const { paragraph, whole, unsent } = aScene();
  const text = paragraph('한 줄.').get(0) as Y.XmlText;
  unsent();
  text.insert(0, '잠깐 ');
  text.delete(0, 3);
  expect(draftLines(whole(), unsent())).toEqual([{ number: 1, text: '한 줄.', isUnsent: false }]);
});
