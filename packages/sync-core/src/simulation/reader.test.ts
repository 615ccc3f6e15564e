import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Coverage, readUpdate } from '../update.ts';
import { fuzzReader } from './fuzz.ts';
import { compareWithYjs } from './reader-check.ts';
import { typeAway } from './typist.ts';

const vectorOf = (doc: Y.Doc) => new Map(Y.decodeStateVector(Y.encodeStateVector(doc)));

const STORIES = 20;
const DEEDS = 1_000;

test(`${STORIES * DEEDS} deeds of two writers read as Yjs reads them, change by change and as a whole`, () => {
  for (let seed = 1; seed <= STORIES; seed += 1) {
    const coverage = new Coverage();
    const docs = typeAway({
      seed,
      deeds: DEEDS,
      onUpdate: (update) => {
        const summary = readUpdate(update);
        compareWithYjs(update, summary);
        expect(coverage.integrates(summary), `seed ${seed}`).toBe(true);
        coverage.add(summary);
      },
    });
    for (const doc of docs) {
      const whole = readUpdate(Y.encodeStateAsUpdate(doc));
      compareWithYjs(Y.encodeStateAsUpdate(doc), whole);
      expect(new Map(coverage.known), `seed ${seed}`).toEqual(vectorOf(doc));
      expect(new Coverage().integrates(whole), `seed ${seed}`).toBe(true);
    }
  }
});

test('20,000 spoilt updates are refused as malformed, or read and applied as Yjs does', () => {
  const { accepted, refused } = fuzzReader({ seed: 20_261_124, inputs: 20_000 });
  expect(accepted).toBeGreaterThan(2_000);
  expect(refused).toBeGreaterThan(2_000);
});

/** The field's yardstick, which is not ours to copy: a folder that holds automerge-paper.json.gz. */
const folder = process.env.COWRITE_TRACES;
if (folder) {
  test('a paper of 259,778 edits reads as Yjs reads it', { timeout: 120_000 }, () => {
    const trace = JSON.parse(gunzipSync(readFileSync(join(folder, 'automerge-paper.json.gz'))).toString()) as { endContent: string; txns: { patches: [number, number, string][] }[] };
    const doc = new Y.Doc();
    const coverage = new Coverage();
    doc.on('update', (update: Uint8Array) => {
      const summary = readUpdate(update);
      compareWithYjs(update, summary);
      coverage.add(summary);
    });
    const text = doc.getText('text');
    for (const { patches } of trace.txns) {
      for (const [at, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(at, deleted);
        if (inserted) text.insert(at, inserted);
      }
    }
    expect(text.toString()).toBe(trace.endContent);
    expect(new Map(coverage.known)).toEqual(vectorOf(doc));
  });
}
