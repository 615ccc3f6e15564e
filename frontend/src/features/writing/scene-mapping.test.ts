import { EditorState } from '@tiptap/pm/state';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { SceneMapping } from './scene-mapping.ts';
import { sceneSchema } from './schema.ts';

/** A scene with these elements, as any program could have written it. */
function aScene(...children: (Y.XmlElement | Y.XmlText)[]) {
  const doc = new Y.Doc();
  const fragment = doc.getXmlFragment('default');
  fragment.insert(0, children);
  return { doc, fragment };
}

function element(name: string, content: (Y.XmlElement | Y.XmlText)[] = [], attributes: Record<string, unknown> = {}): Y.XmlElement {
  const made = new Y.XmlElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string);
  made.insert(0, content);
  return made;
}

const text = (content: string, marks?: Record<string, unknown>): Y.XmlText => {
  const made = new Y.XmlText();
  made.insert(0, content, marks);
  return made;
};

/** How the scene reads, and whether reading it changed a byte of it. */
function reading({ doc, fragment }: { doc: Y.Doc; fragment: Y.XmlFragment }) {
  const before = Y.encodeStateAsUpdate(doc);
  const shown = new SceneMapping(fragment).document();
  expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
  return shown;
}

test('shows paragraphs, headings, boxes and marks', () => {
  const shown = reading(
    aScene(
      element('heading', [text('닭싸움')], { level: 2 }),
      element('paragraph', [text('오늘도 또 '), element('hardBreak'), text('수탉이', { bold: {}, ruby: { rt: '수탉' } })]),
      element('statusWindow', [element('paragraph', [text('힘 +3')])]),
    ),
  );
  expect(shown.toString()).toBe('doc(heading("닭싸움"), paragraph("오늘도 또 ", hardBreak, ruby(bold("수탉이"))), statusWindow(paragraph("힘 +3")))');
});

test('shows an empty scene as one empty paragraph that nobody wrote', () => {
  expect(reading(aScene()).toString()).toBe('doc(paragraph)');
});

test('keeps what another program wrote and this studio does not know, and writes nothing', () => {
  const shown = reading(
    aScene(
      element('paragraph', [text('앞')]),
      element('dreamSequence', [element('paragraph', [text('꿈')])], { mood: 'blue' }),
      text('문단 밖의 글'),
      element('heading', [text('레벨이 없다')], { level: 9 }),
      element('paragraph', [text('모르는 꾸밈', { sparkle: { size: 3 } })]),
      element('blockquote', [text('문단 없는 인용')]),
    ),
  );
  expect(shown.childCount).toBe(6);
  expect([...Array(6).keys()].map((index) => shown.child(index).type.name)).toEqual(['paragraph', 'unknown', 'unknown', 'unknown', 'paragraph', 'unknown']);
  expect(shown.child(1).attrs).toEqual({ name: 'dreamSequence', text: '꿈' });
  expect(shown.child(4).textContent).toBe('모르는 꾸밈');
});

test('what did not change is the same node after an edit of a peer', () => {
  const scene = aScene(element('paragraph', [text('하나')]), element('paragraph', [text('둘')]));
  const mapping = new SceneMapping(scene.fragment);
  const first = mapping.document().child(0);
  // The binding drops what changed and clears the rest; clearing must not forget what stayed.
  mapping.delete(scene.fragment.get(1) as Y.XmlElement);
  mapping.clear();
  expect(mapping.document().child(0)).toBe(first);
});

test('two beginnings of one paragraph become one text, by the hand that made the second', () => {
  const mine = aScene(element('paragraph'));
  const peer = new Y.Doc();
  Y.applyUpdate(peer, Y.encodeStateAsUpdate(mine.doc));
  (mine.fragment.get(0) as Y.XmlElement).insert(0, [text('나는')]);
  (peer.getXmlFragment('default').get(0) as Y.XmlElement).insert(0, [text('너는')]);
  Y.applyUpdate(mine.doc, Y.encodeStateAsUpdate(peer));
  Y.applyUpdate(peer, Y.encodeStateAsUpdate(mine.doc));
  for (const doc of [mine.doc, peer]) new SceneMapping(doc.getXmlFragment('default')).document();
  Y.applyUpdate(mine.doc, Y.encodeStateAsUpdate(peer));
  Y.applyUpdate(peer, Y.encodeStateAsUpdate(mine.doc));
  const shown = [mine.doc, peer].map((doc) => new SceneMapping(doc.getXmlFragment('default')).document().toString());
  expect(shown[0]).toBe(shown[1]);
  expect((mine.fragment.get(0) as Y.XmlElement).length).toBe(1);
  expect(shown[0]).toMatch(/나는너는|너는나는/);
});

test('the schema refuses a reading or a level that no manuscript has', () => {
  expect(() => sceneSchema.text('漢', [sceneSchema.mark('ruby', { rt: '' })]).check()).toThrow(RangeError);
  expect(() => sceneSchema.node('heading', { level: 7 }).check()).toThrow(RangeError);
  expect(EditorState.create({ schema: sceneSchema }).doc.toString()).toBe('doc(paragraph)');
});
