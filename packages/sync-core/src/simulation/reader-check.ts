import * as Y from 'yjs';
import { type Range, StateVector } from '../id-ranges.ts';
import type { Coverage, UpdateSummary } from '../update.ts';

/** `readUpdate` and Yjs read the same bytes differently. */
export class Disagreement extends Error {}

/** Holds what `readUpdate` says of an update against what Yjs reads in it, struct by struct. @throws Disagreement */
export function compareWithYjs(update: Uint8Array, summary: UpdateSummary): void {
  const { structs, ds } = attempt('read', () => Y.decodeUpdate(update));
  const brings: Range[] = [];
  const refersTo = new StateVector();
  for (const struct of structs) {
    const { client, clock } = struct.id;
    if (!(struct instanceof Y.Skip)) brings.push({ client, from: clock, to: clock + struct.length });
    if (struct instanceof Y.Item) {
      for (const id of [struct.origin, struct.rightOrigin, struct.parent]) if (id instanceof Y.ID) refersTo.raise(id.client, id.clock + 1);
    }
  }
  const deletes = [...ds.clients].flatMap(([client, items]: [number, { clock: number; len: number }[]]) => items.map(({ clock, len }): Range => ({ client, from: clock, to: clock + len })));
  same('brings', joined(summary.brings), joined(brings));
  same('refers to', [...summary.refersTo], [...refersTo]);
  // Yjs gathers what a delete set says of one client in several places.
  const byClient = Map.groupBy(summary.deletes, ({ client }) => client);
  same('deletes', [...byClient.values()].flat(), deletes);
  same('structs', summary.structCount, structs.length);
}

/** Holds what is expected of laying an update on a document against what Yjs makes of it. @throws Disagreement */
export function applyWithYjs(document: Uint8Array | null, update: Uint8Array, coverage: Coverage, summary: UpdateSummary): void {
  const doc = new Y.Doc();
  if (document) Y.applyUpdate(doc, document);
  attempt('apply', () => Y.applyUpdate(doc, update));
  if (!coverage.integrates(summary)) return;
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Disagreement('Yjs keeps pending what is said to integrate');
  const known = coverage.known.copy();
  for (const { client, to } of summary.brings) known.raise(client, to);
  same('state vector', sorted(known), sorted(Y.decodeStateVector(Y.encodeStateVector(doc))));
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Disagreement(`Yjs cannot ${what} what was accepted: ${(error as Error).message}`, { cause: error });
  }
}

function same(what: string, ours: unknown, theirs: unknown): void {
  const [one, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
  if (one !== other) throw new Disagreement(`${what}: ${one} here, ${other} in Yjs`);
}

const sorted = (vector: Iterable<[number, number]>): [number, number][] => [...vector].toSorted(([one], [other]) => one - other);

/** Ranges that follow each other, as one. */
function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    if (last && last.client === range.client && last.to === range.from) last.to = range.to;
    else result.push({ ...range });
  }
  return result;
}
