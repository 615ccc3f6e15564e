import { type Sentence, sentencesIn } from './sentences.ts';

/** What a kept segment remembers of the sentence that it translates. */
export interface KeptAnchor {
  /** The sentence's words, as they were. */
  readonly source: string;
  /** Hashes (`sentenceHash`) of the sentences that stood before and after it; null at the ends of the scene. */
  readonly before: string | null;
  readonly after: string | null;
}

/** `current`: its sentence stands there, word for word. `stale`: it was changed. `orphaned`: it is gone. */
export type KeptState = 'current' | 'stale' | 'orphaned';

/** Where a kept segment stands now. */
export interface KeptPlace {
  readonly state: KeptState;
  /** Which sentence it belongs to; null when it is orphaned. */
  readonly at: number | null;
}

/** The same words for the same sentence: composed, with one space between them. */
const keyOf = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ');

/** A short name for a sentence's words, by which its neighbours know it again. Not a secret and not a proof. */
export function sentenceHash(text: string): string {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  const words = keyOf(text);
  for (let at = 0; at < words.length; at++) {
    const unit = words.charCodeAt(at);
    one = Math.imul(one ^ unit, 2_654_435_761);
    two = Math.imul(two ^ unit, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909);
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return (two >>> 0).toString(16).padStart(8, '0') + (one >>> 0).toString(16).padStart(8, '0');
}

/** What a segment that translates the sentence number `at` remembers of where it stands. */
export const anchorOf = (sentences: readonly Pick<Sentence, 'text'>[], at: number): KeptAnchor => ({
  source: sentences[at]!.text,
  before: at === 0 ? null : sentenceHash(sentences[at - 1]!.text),
  after: at + 1 >= sentences.length ? null : sentenceHash(sentences[at + 1]!.text),
});

/** So much of a table is filled at once; beyond it the same sentences are paired in their order. */
const CELLS_MAX = 1_000_000;
/** So many pairs of sentences are looked at for what they have in common; where there would be more, those about as far into their stretch. */
const COMPARED_MAX = 50_000;
/** How alike two sentences are for the one to be the other, changed. */
const ALIKE = { between: 0.35, besideOne: 0.15, anywhere: 0.6 };

/**
 * Where each kept segment stands in the sentences of now. The same words are the same sentence wherever they went; of several that
 * say the same, order and neighbours decide. What has no such sentence belongs to one that no other segment has: the one in its
 * place, or one that says nearly the same elsewhere. `kept` is in the order in which the segments stood.
 */
export function alignKept(kept: readonly KeptAnchor[], sentences: readonly Pick<Sentence, 'text'>[]): KeptPlace[] {
  const state = new Alignment(kept, sentences);
  state.takeSame();
  const same = state.at.map((at) => at !== null);
  state.takeChanged();
  return state.at.map((at, which) => ({ state: at === null ? 'orphaned' : same[which] ? 'current' : 'stale', at }));
}

class Alignment {
  readonly at: (number | null)[];
  readonly #kept: readonly (KeptAnchor & { key: string })[];
  readonly #keys: readonly string[];
  readonly #hashes: readonly string[];
  readonly #taken: boolean[];
  /** Of sentences that were compared. */
  readonly #pairs = new Map<string, Uint32Array>();

  constructor(kept: readonly KeptAnchor[], sentences: readonly Pick<Sentence, 'text'>[]) {
    this.#kept = kept.map((each) => ({ ...each, key: keyOf(each.source) }));
    this.#keys = sentences.map(({ text }) => keyOf(text));
    this.#hashes = sentences.map(({ text }) => sentenceHash(text));
    this.at = kept.map(() => null);
    this.#taken = sentences.map(() => false);
  }

  /** Segments whose sentence stands there word for word. */
  takeSame(): void {
    let first = 0;
    const most = Math.min(this.#kept.length, this.#keys.length);
    while (first < most && this.#isSame(first, first) && this.#hasBefore(first, first)) this.#take(first, first++);
    for (let last = 1; last <= most - first; last++) {
      const [segment, sentence] = [this.#kept.length - last, this.#keys.length - last];
      if (!this.#isSame(segment, sentence) || !this.#hasAfter(segment, sentence)) break;
      this.#take(segment, sentence);
    }
    const changed = this.#changedInPlace();
    const known = new Set(this.#keys.filter((_, sentence) => !this.#taken[sentence]));
    const segments = this.#open().filter((segment) => known.has(this.#kept[segment]!.key) && !changed.has(segment));
    const wanted = new Set(segments.map((segment) => this.#kept[segment]!.key));
    const sentences = this.#free().filter((sentence) => wanted.has(this.#keys[sentence]!));
    if (segments.length * sentences.length <= CELLS_MAX) {
      this.#takeInOrder(segments, sentences, (segment, sentence) => (this.#isSame(segment, sentence) ? 4 + Number(this.#hasBefore(segment, sentence)) + Number(this.#hasAfter(segment, sentence)) : 0));
    }
    // What was moved: those that have their neighbours with them choose first.
    for (const neighbours of [2, 1, 0]) {
      const places = this.#freeByKey();
      for (const segment of this.#open()) {
        if (changed.has(segment)) continue;
        const found = places.get(this.#kept[segment]!.key)?.find((sentence) => !this.#taken[sentence] && this.#neighbours(segment, sentence) >= neighbours);
        if (found !== undefined) this.#take(segment, found);
      }
    }
  }

  /** Segments whose sentence says something else now. */
  takeChanged(): void {
    for (const run of this.#runs()) {
      const places = this.#placesOf(run).filter((sentence) => !run.every((segment) => this.#isNeighbour(segment, sentence)));
      const isOneToOne = places.length === run.length && this.at[run[0]! - 1] != null && this.at[run.at(-1)! + 1] != null;
      this.#takeInOrder(run, places, (segment, sentence, row, column) => {
        const isFar = run.length * places.length > COMPARED_MAX && Math.abs(column - (row * places.length) / run.length) > COMPARED_MAX / run.length / 2;
        if (isFar || this.#isNeighbour(segment, sentence)) return 0;
        const alike = this.#likeness(segment, sentence);
        const neighbours = this.#neighbours(segment, sentence);
        const isIt = neighbours === 2 || alike >= ALIKE.between || (neighbours === 1 && alike >= ALIKE.besideOne);
        return isIt ? 0.1 + alike + neighbours : isOneToOne ? 0.1 + alike : 0;
      });
    }
    const [segments, sentences] = [this.#open(), this.#free()];
    if (segments.length * sentences.length > COMPARED_MAX) return;
    const pairs = segments.flatMap((segment) => sentences.map((sentence) => ({ segment, sentence, alike: this.#isNeighbour(segment, sentence) ? 0 : this.#likeness(segment, sentence) })));
    for (const { segment, sentence, alike } of pairs.toSorted((a, b) => b.alike - a.alike)) {
      if (alike < ALIKE.anywhere) return;
      if (this.at[segment] === null && !this.#taken[sentence]) this.#take(segment, sentence);
    }
  }

  /** Segments between whose neighbours there stands something that no segment knows: another sentence of their words, that was there before, is not theirs. */
  #changedInPlace(): Set<number> {
    const known = new Set(this.#kept.map(({ key }) => key));
    const between = new Map(this.#free().map((sentence) => [`${this.#hashes[sentence - 1] ?? null} ${this.#hashes[sentence + 1] ?? null}`, sentence]));
    const same = this.#freeByKey();
    return new Set(
      this.#open().filter((segment) => {
        const { before, after, key } = this.#kept[segment]!;
        const place = between.get(`${before} ${after}`);
        return place !== undefined && !known.has(this.#keys[place]!) && !same.get(key)?.some((sentence) => this.#neighbours(segment, sentence) > 0);
      }),
    );
  }

  #take(segment: number, sentence: number): void {
    this.at[segment] = sentence;
    this.#taken[sentence] = true;
  }

  /** Sentences that no segment has, by their words. */
  #freeByKey(): Map<string, number[]> {
    const places = new Map<string, number[]>();
    for (const sentence of this.#free()) {
      const same = places.get(this.#keys[sentence]!);
      if (same === undefined) places.set(this.#keys[sentence]!, [sentence]);
      else same.push(sentence);
    }
    return places;
  }

  #likeness(segment: number, sentence: number): number {
    const of = (key: string): Uint32Array => {
      const known = this.#pairs.get(key) ?? pairsOf(key);
      this.#pairs.set(key, known);
      return known;
    };
    return likeness(of(this.#kept[segment]!.key), of(this.#keys[sentence]!));
  }

  #open = (): number[] => [...this.#kept.keys()].filter((segment) => this.at[segment] === null);
  #free = (): number[] => [...this.#keys.keys()].filter((sentence) => !this.#taken[sentence]);
  #isSame = (segment: number, sentence: number): boolean => this.#kept[segment]!.key === this.#keys[sentence];
  #hasBefore = (segment: number, sentence: number): boolean => this.#kept[segment]!.before === (this.#hashes[sentence - 1] ?? null);
  #hasAfter = (segment: number, sentence: number): boolean => this.#kept[segment]!.after === (this.#hashes[sentence + 1] ?? null);
  #neighbours = (segment: number, sentence: number): number => Number(this.#hasBefore(segment, sentence)) + Number(this.#hasAfter(segment, sentence));
  /** Whether it is a sentence that stood beside the segment's, which is therefore another one. */
  #isNeighbour = (segment: number, sentence: number): boolean => [this.#kept[segment]!.before, this.#kept[segment]!.after].includes(this.#hashes[sentence]!);

  /** Segments without a sentence that follow each other. */
  #runs(): number[][] {
    const runs: number[][] = [];
    for (const segment of this.#open()) {
      if (runs.at(-1)?.at(-1) === segment - 1) runs.at(-1)!.push(segment);
      else runs.push([segment]);
    }
    return runs;
  }

  /** Sentences without a segment that stand where a run stood: after what stood before it, before what stood after it. */
  #placesOf(run: readonly number[]): number[] {
    const before = this.at[run[0]! - 1] ?? null;
    const after = this.at[run.at(-1)! + 1] ?? null;
    if (before === null && after === null) return this.#free();
    const places = new Set<number>();
    if (before !== null) for (let sentence = before + 1; sentence < this.#keys.length && !this.#taken[sentence]; sentence++) places.add(sentence);
    if (after !== null) for (let sentence = after - 1; sentence >= 0 && !this.#taken[sentence]; sentence--) places.add(sentence);
    return [...places].toSorted((a, b) => a - b);
  }

  /** Pairs segments with sentences, both in their order, so that the sum of what they are worth to each other is the largest. */
  #takeInOrder(segments: readonly number[], sentences: readonly number[], worth: (segment: number, sentence: number, row: number, column: number) => number): void {
    if (segments.length === 0 || sentences.length === 0 || segments.length * sentences.length > CELLS_MAX) return;
    const width = sentences.length + 1;
    const best = new Float32Array((segments.length + 1) * width);
    const pair = new Uint8Array(best.length);
    for (let row = segments.length - 1; row >= 0; row--) {
      for (let column = sentences.length - 1; column >= 0; column--) {
        const [cell, below, right] = [row * width + column, (row + 1) * width + column, row * width + column + 1];
        const value = worth(segments[row]!, sentences[column]!, row, column);
        const paired = value > 0 ? value + best[below + 1]! : -1;
        const skipped = Math.max(best[below]!, best[right]!);
        best[cell] = Math.max(paired, skipped);
        pair[cell] = paired >= skipped && paired > 0 ? 1 : best[below]! >= best[right]! ? 2 : 3;
      }
    }
    for (let row = 0, column = 0; row < segments.length && column < sentences.length;) {
      const way = pair[row * width + column];
      if (way === 1) this.#take(segments[row]!, sentences[column]!);
      if (way !== 3) row++;
      if (way !== 2) column++;
    }
  }
}

/** What a sentence begins with says enough of it. */
const LIKENESS_UNITS = 500;

/** The pairs of letters of a sentence, in their order as numbers. */
function pairsOf(text: string): Uint32Array {
  const letters = text.slice(0, LIKENESS_UNITS).replace(/\s/gu, '');
  const pairs = new Uint32Array(Math.max(1, letters.length - 1));
  for (let at = 0; at < pairs.length; at++) pairs[at] = ((letters.charCodeAt(at) << 16) | (letters.charCodeAt(at + 1) || 0)) >>> 0;
  return pairs.toSorted();
}

/** How much two sentences say the same: twice the pairs of letters that they have in common, of all that they have. */
function likeness(one: Uint32Array, other: Uint32Array): number {
  let common = 0;
  for (let left = 0, right = 0; left < one.length && right < other.length;) {
    const [here, there] = [one[left]!, other[right]!];
    if (here === there) common++;
    if (here <= there) left++;
    if (there <= here) right++;
  }
  return (2 * common) / (one.length + other.length);
}

/** A row of a scene beside its translation. */
export type TranslationRow<K extends KeptAnchor> = { state: 'current' | 'stale'; sentence: Sentence; kept: K } | { state: 'new'; sentence: Sentence; kept: null } | { state: 'orphaned'; sentence: null; kept: K };

/** A scene beside its translation, in reading order; what lost its sentence stands after what it followed. */
export function translationRows<K extends KeptAnchor>(text: string, kept: readonly K[]): TranslationRow<K>[] {
  const sentences = sentencesIn(text);
  const places = alignKept(kept, sentences);
  const of = new Map(places.flatMap(({ at, state }, which) => (at === null ? [] : [[at, { kept: kept[which]!, state: state as 'current' | 'stale' }]])));
  const orphans = new Map<number, K[]>();
  let after = -1;
  for (const [which, { at }] of places.entries()) {
    if (at === null) orphans.set(after, [...(orphans.get(after) ?? []), kept[which]!]);
    else after = at;
  }
  const gone = (at: number): TranslationRow<K>[] => (orphans.get(at) ?? []).map((each) => ({ state: 'orphaned', sentence: null, kept: each }));
  return [...gone(-1), ...sentences.flatMap((sentence, at): TranslationRow<K>[] => [{ ...(of.get(at) ?? { state: 'new', kept: null }), sentence } as TranslationRow<K>, ...gone(at)])];
}

/** What a scene says in another language, line for line as its own; a sentence without a translation stands there in brackets, as it is. */
export function translatedText(text: string, kept: readonly (KeptAnchor & { target: string })[], { joint = ' ' } = {}): string {
  const said = new Map<number, string[]>();
  for (const { sentence, kept: segment } of translationRows(text, kept)) {
    if (sentence !== null) said.set(sentence.line, [...(said.get(sentence.line) ?? []), segment === null ? `[${sentence.text}]` : segment.target.trim()]);
  }
  return text
    .split('\n')
    .map((line, at) => said.get(at)?.join(joint) ?? line.trim())
    .join('\n');
}
