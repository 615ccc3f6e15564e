import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Writer } from './bytes.ts';
import { splitUpdate } from './split.ts';
import { readUpdate } from './update.ts';

const bytesOf = (doc: Y.Doc) => Y.encodeStateAsUpdate(doc);

/** Lays the parts down one after another; nothing may ever have to wait. */
function laid(parts: readonly Uint8Array[], base?: Uint8Array): Y.Doc {
  const doc = new Y.Doc({ gc: false });
  if (base) Y.applyUpdate(doc, base);
  for (const part of parts) {
    Y.applyUpdate(doc, part);
    expect(doc.store.pendingStructs).toBeNull();
    expect(doc.store.pendingDs).toBeNull();
  }
  return doc;
}

test('an update that is small enough stays as it is', () => {
  const update = bytesOf(new Y.Doc());
  expect(splitUpdate(update, 100)).toEqual([update]);
});

test('a paste of many paragraphs comes in parts that are each small enough', () => {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (let line = 0; line < 500; line += 1) {
      const paragraph = new Y.XmlElement('paragraph');
      paragraph.insert(0, [new Y.XmlText(`눈이 내렸다 ${line} 😀`)]);
      doc.getXmlFragment('default').push([paragraph]);
    }
  });
  const parts = splitUpdate(bytesOf(doc), 2_000);
  expect(parts.length).toBeGreaterThan(10);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(2_200);
  expect(laid(parts).getXmlFragment('default').toString()).toBe(doc.getXmlFragment('default').toString());
});

test('one word that is longer than a part is divided between its characters, in the middle of a text', () => {
  const doc = new Y.Doc({ gc: false });
  doc.getText('t').insert(0, '앞뒤');
  const base = bytesOf(doc);
  const since = Y.encodeStateVector(doc);
  doc.getText('t').insert(1, '가나다라😀마바사'.repeat(300));
  const parts = splitUpdate(Y.encodeStateAsUpdate(doc, since), 1_000);
  expect(parts.length).toBeGreaterThan(5);
  expect(laid(parts, base).getText('t').toString()).toBe(doc.getText('t').toString());
});

test('whatever several people did together, its parts can be laid down one after another and are the whole', () => {
  const deed = fc.record({ who: fc.nat(2), at: fc.nat(1_000), words: fc.string({ unit: fc.constantFrom('가', '나', 'x', '😀', '\n'), minLength: 1, maxLength: 12 }), kind: fc.constantFrom('write', 'write', 'erase', 'block', 'hear') });
  fc.assert(
    fc.property(fc.array(deed, { minLength: 1, maxLength: 60 }), fc.integer({ min: 20, max: 300 }), (deeds, bytesMax) => {
      const docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc({ gc: false }), { clientID }));
      for (const { who, at, words, kind } of deeds) {
        const doc = docs[who]!;
        const text = doc.getText('t');
        if (kind === 'write') text.insert(at % (text.length + 1), words);
        else if (kind === 'erase' && text.length > 0) text.delete(at % text.length, Math.min(3, text.length - (at % text.length)));
        else if (kind === 'block') doc.getXmlFragment('default').insert(at % (doc.getXmlFragment('default').length + 1), [new Y.XmlElement('p')]);
        else if (kind === 'hear') Y.applyUpdate(doc, bytesOf(docs[at % 3]!));
      }
      for (const other of docs.slice(1)) Y.applyUpdate(docs[0]!, bytesOf(other));
      const whole = bytesOf(docs[0]!);
      const there = laid(splitUpdate(whole, bytesMax));
      expect(there.getText('t').toString()).toBe(docs[0]!.getText('t').toString());
      expect(there.getXmlFragment('default').toString()).toBe(docs[0]!.getXmlFragment('default').toString());
      expect(Y.decodeStateVector(Y.encodeStateVector(there))).toEqual(Y.decodeStateVector(Y.encodeStateVector(docs[0]!)));
    }),
    { numRuns: 300 },
  );
});

test('more deletions than a part may hold come in parts of their own', () => {
  const doc = new Y.Doc({ gc: false });
  doc.clientID = 7;
  doc.getText('t').insert(0, '가'.repeat(60_000));
  const ranges = 25_000;
  const erased = new Writer().uint(0).uint(1).uint(7).uint(ranges);
  for (let at = 0; at < ranges; at += 1) erased.uint(at * 2).uint(1);
  const parts = splitUpdate(erased.finish(), 10_000);
  expect(parts).toHaveLength(2);
  expect(parts.flatMap((part) => readUpdate(part).deletes)).toEqual(readUpdate(erased.finish()).deletes);
  expect(laid(parts, bytesOf(doc)).getText('t').length).toBe(60_000 - ranges);
});
