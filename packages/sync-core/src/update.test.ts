import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { readBatch, writeBatch } from './batch.ts';
import { Malformed, Reader, Writer } from './bytes.ts';
import { IdRanges, type Range, StateVector } from './id-ranges.ts';
import { Coverage, deletionsOf, readUpdate } from './update.ts';

/** One writer's act on a shared document, drawn by fast-check: every content kind of Yjs occurs. */
const act = fc.oneof(
  fc.record({ do: fc.constant('text' as const), at: fc.nat(), text: fc.string({ unit: fc.constantFrom('가', '힣', 'ㅎ', 'a', '👩‍🚀', '\u1112\u1161', '…') }) }),
  fc.record({ do: fc.constant('delete' as const), at: fc.nat(), length: fc.nat(5) }),
  fc.record({ do: fc.constant('format' as const), at: fc.nat(), length: fc.nat(5), value: fc.boolean() }),
  fc.record({ do: fc.constant('embed' as const), at: fc.nat() }),
  fc.record({ do: fc.constant('element' as const), name: fc.constantFrom('paragraph', 'sceneBreak') }),
  fc.record({ do: fc.constant('map' as const), key: fc.constantFrom('제목', 'note'), value: fc.jsonValue() }),
  fc.record({ do: fc.constant('array' as const), value: fc.oneof(fc.jsonValue(), fc.uint8Array({ maxLength: 5 })) }),
  fc.record({ do: fc.constant('subdocument' as const) }),
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

function perform(doc: Y.Doc, step: Act): void {
  const text = doc.getText('text');
  switch (step.do) {
    case 'text':
      return text.insert(step.at % (text.length + 1), step.text);
    case 'delete': {
      const at = step.at % (text.length + 1);
      return text.delete(at, Math.min(step.length, text.length - at));
    }
    case 'format': {
      const at = step.at % (text.length + 1);
      return text.format(at, Math.min(step.length, text.length - at), { bold: step.value });
    }
    case 'embed':
      return text.insertEmbed(step.at % (text.length + 1), { image: '표지' });
    case 'element': {
      const element = new Y.XmlElement(step.name);
      element.insert(0, [new Y.XmlText('봄')]);
      return doc.getXmlFragment('default').push([element]);
    }
    case 'map':
      doc.getMap('map').set(step.key, step.value);
      return;
    case 'array':
      return doc.getArray('array').push([step.value]);
    case 'subdocument':
      doc.getMap('map').set('part', new Y.Doc());
      return;
  }
}

/** Two writers who now and then hear each other; every update they made, in order. */
function write(acts: readonly { who: boolean; step: Act; meet: boolean }[]): { updates: Uint8Array[]; docs: [Y.Doc, Y.Doc] } {
  const docs: [Y.Doc, Y.Doc] = [new Y.Doc(), new Y.Doc()];
  docs[0].clientID = 11;
  docs[1].clientID = 4_000_000_007;
  const updates: Uint8Array[] = [];
  for (const doc of docs) doc.on('update', (update: Uint8Array, origin) => origin !== 'peer' && updates.push(update));
  for (const { who, step, meet } of acts) {
    perform(docs[who ? 0 : 1], step);
    if (meet) {
      Y.applyUpdate(docs[0], Y.encodeStateAsUpdate(docs[1]), 'peer');
      Y.applyUpdate(docs[1], Y.encodeStateAsUpdate(docs[0]), 'peer');
    }
  }
  return { updates, docs };
}

const story = fc.array(fc.record({ who: fc.boolean(), step: act, meet: fc.boolean() }), { maxLength: 40 });
const vectorOf = (update: Uint8Array) => new Map(StateVector.read(new Reader(Y.encodeStateVectorFromUpdate(update))));

test('the header parser and Yjs agree on what an update brings', () => {
  fc.assert(
    fc.property(story, (acts) => {
      const { updates, docs } = write(acts);
      for (const update of [...updates, ...docs.map((doc) => Y.encodeStateAsUpdate(doc)), ...(updates.length ? [Y.mergeUpdates(updates)] : [])]) {
        const { brings, deletes } = readUpdate(update);
        const { from, to } = Y.parseUpdateMeta(update);
        const ends = new Map<number, number>();
        const starts = new Map<number, number>();
        for (const range of brings) {
          ends.set(range.client, Math.max(range.to, ends.get(range.client) ?? 0));
          starts.set(range.client, Math.min(range.from, starts.get(range.client) ?? Infinity));
        }
        expect(ends).toEqual(to);
        expect(starts).toEqual(from);
        const { ds } = Y.decodeUpdate(update);
        const expected = IdRanges.of([...ds.clients].flatMap(([client, items]: [number, { clock: number; len: number }[]]) => items.map(({ clock, len }): Range => ({ client, from: clock, to: clock + len }))));
        expect([...IdRanges.of(deletes)]).toEqual([...expected]);
      }
    }),
    { numRuns: 300 },
  );
});

test('an update that Yjs would keep pending does not integrate, and one that it takes whole does', () => {
  fc.assert(
    fc.property(story, fc.array(fc.nat(), { maxLength: 60 }), (acts, order) => {
      const { updates } = write(acts);
      const doc = new Y.Doc({ gc: false });
      const coverage = new Coverage();
      const waiting = [...updates];
      for (const pick of order) {
        if (waiting.length === 0) break;
        const [update] = waiting.splice(pick % waiting.length, 1);
        const summary = readUpdate(update!);
        const before = Y.encodeStateAsUpdate(doc);
        const probe = new Y.Doc();
        Y.applyUpdate(probe, before);
        Y.applyUpdate(probe, update!);
        const pending = probe.store.pendingStructs !== null || probe.store.pendingDs !== null;
        expect(coverage.integrates(summary)).toBe(!pending);
        if (pending) continue;
        Y.applyUpdate(doc, update!);
        coverage.add(summary);
        expect(coverage.isNews(summary)).toBe(false);
        expect(new Map(coverage.known)).toEqual(vectorOf(Y.encodeStateAsUpdate(doc)));
      }
    }),
    { numRuns: 300 },
  );
});

test('bytes that are no update are refused and never hang or crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readUpdate(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
      }
    }),
    { numRuns: 20_000 },
  );
});

test('what hangs in a circle does not integrate: Yjs would keep it pending for ever', () => {
  // The first struct of client 2 stands after the first of client 1, which stands after it.
  const circle = Uint8Array.of(2, 1, 2, 0, 0x81, 1, 0, 1, 1, 1, 0, 0x81, 2, 0, 1, 0);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, circle);
  expect(doc.store.pendingStructs).not.toBeNull();
  expect(new Coverage().integrates(readUpdate(circle))).toBe(false);
  // With one of them there already it is no circle any more.
  expect(new Coverage(StateVector.of([[1, 1]])).integrates(readUpdate(circle))).toBe(true);
});

test.for([
  ['a client that stands there twice, of which Yjs takes one', [2, 1, 7, 0, 0, 1, 1, 7, 1, 0, 1, 0]],
  ['a deletion of nothing, which Yjs cannot keep for later', [0, 1, 7, 1, 2, 0]],
  ['a hole with neighbours, which Yjs reads in two ways', [1, 1, 7, 0, 0x8a, 1, 0]],
] as const)('%s, is malformed', ([, bytes]) => {
  expect(() => readUpdate(Uint8Array.from(bytes))).toThrow(Malformed);
});

test('deletions alone bring a client with every clock up to date', () => {
  const server = new Y.Doc();
  server.getText('text').insert(0, '동백꽃이 피었다');
  const client = new Y.Doc();
  Y.applyUpdate(client, Y.encodeStateAsUpdate(server));
  server.getText('text').delete(0, 3);
  Y.applyUpdate(client, deletionsOf(Y.encodeStateAsUpdate(server)));
  expect(client.getText('text').toString()).toBe('이 피었다');
});

test('ranges behave as a set of numbers', () => {
  const range = fc.record({ client: fc.constantFrom(1, 2), from: fc.nat(40), length: fc.nat(8) }).map(({ client, from, length }) => ({ client, from, to: from + length }));
  fc.assert(
    fc.property(fc.array(fc.record({ add: fc.boolean(), range })), range, (changes, probe) => {
      const ranges = new IdRanges();
      const model = new Set<string>();
      for (const { add, range: changed } of changes) {
        if (add) ranges.add(changed);
        else ranges.remove(changed);
        for (let clock = changed.from; clock < changed.to; clock += 1) model[add ? 'add' : 'delete'](`${changed.client}/${clock}`);
      }
      const listed = [...ranges];
      expect(new Set(listed.flatMap(({ client, from, to }) => Array.from({ length: to - from }, (_, at) => `${client}/${from + at}`)))).toEqual(model);
      // Disjoint and not touching, so that the same set has one shape.
      for (const client of [1, 2]) {
        const own = listed.filter((entry) => entry.client === client);
        own.slice(1).forEach((entry, at) => expect(entry.from).toBeGreaterThan(own[at]!.to));
      }
      const inside = Array.from({ length: probe.to - probe.from }, (_, at) => model.has(`${probe.client}/${probe.from + at}`));
      expect(ranges.covers(probe)).toBe(inside.every(Boolean));
      expect(ranges.within(probe).reduce((sum, { from, to }) => sum + to - from, 0)).toBe(inside.filter(Boolean).length);
    }),
    { numRuns: 2_000 },
  );
});

test('numbers, strings and batches come back as they went', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.uint8Array()), (numbers, strings, arrays) => {
      const writer = new Writer();
      for (const number of numbers) writer.uint(number);
      for (const text of strings) writer.string(text);
      const reader = new Reader(writer.finish());
      expect(numbers.map(() => reader.uint())).toEqual(numbers);
      const mark = reader.at;
      expect(strings.map(() => reader.string())).toEqual(strings);
      reader.at = mark;
      expect(strings.map(() => reader.skipString())).toEqual(strings.map((text) => text.length));
      expect(readBatch(writeBatch(arrays)).map((view) => [...view])).toEqual(arrays.map((array) => [...array]));
    }),
  );
});
