import * as Y from 'yjs';
import { Chance } from './chance.ts';

const PHRASES = ['그는 문을 열었다. ', '비가 그친 골목에 ', '「거기 누구요?」 ', '봄밤이었다', '…', ' 하고 말했다. ', '\u1112\u1161\u11ab글', '👩‍🚀', 'Chapter 3', '\n'];
const WORDS = ['불빛', '편지', '기차', '눈', '어머니', '바다'];

/** What the typist does, each as often as its weight says. */
const DEEDS = { type: 60, word: 8, paste: 1, erase: 14, format: 6, unformat: 2, embed: 2, paragraph: 3, nested: 2, attribute: 2, 'erase-paragraph': 1, map: 3, array: 3, 'erase-array': 1, subdocument: 1 } as const;

/**
 * Two people at one document who meet now and then, drawn from a seed; every kind of content that Yjs writes occurs.
 * `onUpdate` is given each change as it is made, in an order that fits.
 */
export function typeAway({ seed, deeds, onUpdate }: { seed: number; deeds: number; onUpdate: (update: Uint8Array) => void }): Y.Doc[] {
  const chance = new Chance(seed);
  const docs = [7, 4_000_000_007].map((clientId) => {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'other') onUpdate(update);
    });
    return doc;
  });
  const meet = () => {
    const [one, other] = docs as [Y.Doc, Y.Doc];
    Y.applyUpdate(one, Y.encodeStateAsUpdate(other, Y.encodeStateVector(one)), 'other');
    Y.applyUpdate(other, Y.encodeStateAsUpdate(one, Y.encodeStateVector(other)), 'other');
  };
  for (let deed = 0; deed < deeds; deed += 1) {
    act(chance, chance.pick(docs));
    if (chance.is(0.1)) meet();
  }
  meet();
  return docs;
}

function act(chance: Chance, doc: Y.Doc): void {
  const text = doc.getText('text');
  const scene = doc.getXmlFragment('default');
  const map = doc.getMap('map');
  const array = doc.getArray('array');
  const at = chance.below(text.length + 1);
  const some = Math.min(chance.between(1, 6), text.length - at);
  const paragraph = scene.length > 0 ? scene.get(chance.below(scene.length)) : null;
  const deed = chance.weighed(DEEDS);
  switch (deed) {
    case 'type':
      return text.insert(at, chance.pick(WORDS)[0]!);
    case 'word':
      return text.insert(at, chance.pick(PHRASES));
    case 'paste':
      return doc.transact(() => {
        for (let phrase = 0; phrase < 12; phrase += 1) text.insert(chance.below(text.length + 1), chance.pick(PHRASES));
      });
    case 'erase':
      return text.delete(at, some);
    case 'format':
      return text.format(at, some, { bold: true, ...(chance.is(0.3) ? { ruby: { text: '루비' } } : {}) });
    case 'unformat':
      return text.format(at, some, { bold: null });
    case 'embed':
      return text.insertEmbed(at, { image: chance.pick(WORDS), wide: chance.is(0.5) });
    case 'paragraph': {
      const element = new Y.XmlElement('paragraph');
      element.insert(0, [new Y.XmlText(chance.pick(PHRASES))]);
      return scene.insert(chance.below(scene.length + 1), [element]);
    }
    case 'nested':
      if (!(paragraph instanceof Y.XmlElement)) return;
      return paragraph.insert(0, [new Y.XmlElement('note'), new Y.XmlText()]);
    case 'attribute':
      if (paragraph instanceof Y.XmlElement) paragraph.setAttribute('level', String(chance.below(4)));
      return;
    case 'erase-paragraph':
      if (scene.length > 1) scene.delete(chance.below(scene.length), 1);
      return;
    case 'map':
      map.set(chance.pick(WORDS), chance.pick<unknown>([chance.below(1_000_000), -chance.below(300), 0.5, 12n, null, undefined, true, '값', [1, { 깊이: ['끝'] }], new Y.Map([['안', 1]]), new Y.Array(), new Y.Text('속')]));
      return;
    case 'array':
      return array.insert(chance.below(array.length + 1), [chance.pick<unknown>([chance.below(9), '항목', Uint8Array.of(1, 2, 255), { a: [false] }])]);
    case 'erase-array':
      if (array.length > 0) array.delete(chance.below(array.length), 1);
      return;
    case 'subdocument':
      map.set('part', new Y.Doc({ guid: `part-${chance.below(100)}`, meta: { 제목: '1부' } }));
      return;
    default:
      deed satisfies never;
  }
}
