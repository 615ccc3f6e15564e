import * as Y from 'yjs';
import { Malformed, Writer } from '../bytes.ts';
import { Coverage, readUpdate, type UpdateSummary } from '../update.ts';
import { Chance } from './chance.ts';
import { applyWithYjs, compareWithYjs, Disagreement } from './reader-check.ts';
import { typeAway } from './typist.ts';

/** Real updates, and the document that each rests on. */
interface Specimen {
  update: Uint8Array;
  document: Uint8Array | null;
  coverage: Coverage;
}

/** How bytes are spoilt, each as often as its weight says. */
const HARM = { flip: 30, truncate: 8, splice: 15, overwrite: 20, insert: 8, remove: 8, huge: 12, random: 4, repeat: 5 } as const;

/**
 * Gives `readUpdate` spoilt updates: what it accepts, Yjs must read the same and apply without falling over, and what it
 * does not accept must be `Malformed`. The same seed gives the same inputs.
 *
 * @throws Disagreement naming the input, in hexadecimal.
 */
export function fuzzReader({ seed, inputs }: { seed: number; inputs: number }): { accepted: number; refused: number } {
  const chance = new Chance(seed);
  const specimens = Array.from({ length: 8 }, () => specimensOf(chance.below(1_000_000_000))).flat();
  let accepted = 0;
  for (let input = 0; input < inputs; input += 1) {
    const { update, document, coverage } = chance.pick(specimens);
    const bytes = harm(chance, update, chance.pick(specimens).update);
    try {
      const summary = readOrNull(bytes);
      if (!summary) continue;
      accepted += 1;
      // Each struct and each deletion costs a byte at least: nothing that is declared is believed.
      if (summary.structCount + summary.deletes.length + summary.brings.length > bytes.length * 2) throw new Disagreement('more is said than the bytes can hold');
      compareWithYjs(bytes, summary);
      if (chance.is(0.5)) applyWithYjs(null, bytes, new Coverage(), summary);
      else applyWithYjs(document, bytes, coverage, summary);
    } catch (error) {
      throw new Disagreement(`seed ${seed}, input ${input}: ${(error as Error).message}\n${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`, { cause: error });
    }
  }
  return { accepted, refused: inputs - accepted };
}

function readOrNull(bytes: Uint8Array): UpdateSummary | null {
  try {
    return readUpdate(bytes);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

function specimensOf(seed: number): Specimen[] {
  const updates: Uint8Array[] = [];
  const docs = typeAway({ seed, deeds: 40, onUpdate: (update) => updates.push(update) });
  const all = updates.map((update, at): Specimen => {
    const document = at === 0 ? null : Y.mergeUpdates(updates.slice(0, at));
    return { update, document, coverage: Coverage.of(updates.slice(0, at)) };
  });
  const alone = { document: null, coverage: new Coverage() };
  return [...all, { ...alone, update: Y.encodeStateAsUpdate(docs[0]!) }, { ...alone, update: Y.mergeUpdates(updates.filter((_update, at) => at % 3 !== 1)) }];
}

function harm(chance: Chance, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = chance.below(bytes.length);
  switch (chance.weighed(HARM)) {
    case 'flip': {
      const spoilt = bytes.slice();
      for (let flips = chance.between(1, 3); flips > 0; flips -= 1) spoilt[chance.below(bytes.length)]! ^= 1 << chance.below(8);
      return spoilt;
    }
    case 'truncate':
      return bytes.slice(0, at);
    case 'splice':
      return joined(bytes.slice(0, at), other.slice(chance.below(other.length)));
    case 'overwrite': {
      const spoilt = bytes.slice();
      spoilt[at] = chance.pick([0, 1, 2, 127, 128, 255, chance.below(256)]);
      return spoilt;
    }
    case 'insert':
      return joined(bytes.slice(0, at), Uint8Array.of(chance.below(256)), bytes.slice(at));
    case 'remove':
      return joined(bytes.slice(0, at), bytes.slice(at + chance.between(1, 4)));
    case 'huge':
      return joined(bytes.slice(0, at), new Writer().uint(chance.pick([2 ** 31 - 1, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER])).finish(), bytes.slice(at + 1));
    case 'random':
      return Uint8Array.from({ length: chance.below(60) }, () => chance.below(256));
    case 'repeat':
      return joined(bytes.slice(0, at), bytes.slice(chance.below(at + 1)));
  }
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => parts.reduce((writer, part) => writer.raw(part), new Writer()).finish();
