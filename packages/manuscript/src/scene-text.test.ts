import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { proseLines, sceneFromLines, sceneLines } from './scene-text.ts';

type Child = string | Y.XmlElement | Y.XmlText;
const el = (name: string, ...children: Child[]): Y.XmlElement => {
  const element = new Y.XmlElement(name);
  element.insert(
    0,
    children.map((child) => (typeof child === 'string' ? new Y.XmlText(child) : child)),
  );
  return element;
};
const p = (...children: Child[]) => el('paragraph', ...children);
const scene = (...blocks: Child[]): Y.XmlFragment => {
  const fragment = new Y.Doc().getXmlFragment('default');
  fragment.insert(
    0,
    blocks.map((block) => (typeof block === 'string' ? new Y.XmlText(block) : block)),
  );
  return fragment;
};
const marked = (text: string, marks: object): Y.XmlText => {
  const node = new Y.XmlText();
  node.insert(0, text, marks);
  return node;
};
const withEmbed = (): Y.XmlText => {
  const node = new Y.XmlText('앞뒤');
  node.insertEmbed(1, { image: 'x' });
  return node;
};

test.each<[string, () => Y.XmlFragment, string[]]>([
  ['nothing', () => scene(), []],
  ['a paragraph', () => scene(p('봄이 왔다.')), ['봄이 왔다.']],
  ['empty paragraphs', () => scene(p('가'), p(), p('나'), p()), ['가', '', '나', '']],
  ['a heading', () => scene(el('heading', '1')), ['1']],
  ['a hard break', () => scene(p('가', el('hardBreak'), '나')), ['가\n나']],
  ['a quote and a status window', () => scene(el('blockquote', p('하나'), p('둘')), el('statusWindow', p('힘 +3'), p())), ['하나', '둘', '힘 +3', '']],
  ['a scene break', () => scene(p('가'), el('sceneBreak'), p('나')), ['가', '***', '나']],
  ['an author’s note', () => scene(p('가'), el('authorNote', p('여기 고칠 것')), p('나')), ['가', '나']],
  ['a note inside a quote', () => scene(el('blockquote', p('가'), el('authorNote', p('비밀')))), ['가']],
  ['ruby and other marks', () => scene(p(marked('漢字', { ruby: { text: '한자' } }), marked('는', { bold: true }))), ['漢字는']],
  ['an embed', () => scene(p(withEmbed())), ['앞뒤']],
  ['an unknown block', () => scene(el('letter', p('그리운 이에게'), el('signature', '순이'))), ['그리운 이에게', '순이']],
  ['an unknown element inside a line', () => scene(p('그는 ', el('mention', '이설화'), '를 보았다')), ['그는 이설화를 보았다']],
  ['an unknown empty block', () => scene(el('image')), []],
  ['text beside blocks', () => scene('맨글', p('가')), ['맨글', '가']],
  ['decomposed Hangul', () => scene(p('한글'.normalize('NFD'))), ['한글']],
])('reads %s', (_, make, lines) => {
  expect(sceneLines(make())).toEqual(lines);
});

test('a scene break is not prose, but a paragraph of stars is', () => {
  expect(proseLines(scene(p('가'), el('sceneBreak'), p('***')))).toEqual(['가', '***']);
});

test('makes paragraphs of lines, and scene breaks of dividers alone', () => {
  const divided = ['***', '* * *', '  ◇ ◇ ◇', '---', '※※※'].flatMap((line) => sceneFromLines([line]));
  expect(divided.every((block) => block.kind === 'scene-break')).toBe(true);
  const prose = ['- 그래?', '** 별 **', '<그림>', '1. 하나', '# 제목', '', '**', '*-*', '한글'.normalize('NFD')];
  expect(sceneFromLines(prose)).toEqual(prose.map((line) => ({ kind: 'paragraph', text: line.normalize('NFC') })));
});
