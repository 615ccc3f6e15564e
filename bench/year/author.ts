import * as Y from 'yjs';

/** One change as the editor makes it, some milliseconds after the one before. */
export interface Stroke {
  afterMs: number;
  update: Uint8Array;
}

/** What an author did in all sessions. */
export interface Done {
  /** Characters that were written out: syllables, spaces, punctuation. Strokes of a syllable count once. */
  typed: number;
  deleted: number;
  strokes: number;
}

// Common syllables first: the square of a chance falls on them more often.
const SYLLABLES = [...'이다는가을에고의하지도은를한어나그사리기서아있자로시들라인만것니면해러게여부마수보일오전말대안스소와주원장상정동제그우연조구생신무치비성들었던않았던밤눈손집길물문꽃별빛울렸웃돌멀찾같못걸떠듣벌먼젖숨속겨괜찮늦']
  .filter((syllable, at, all) => all.indexOf(syllable) === at)
  .join('');
const PEOPLE_PAUSE_MS = { stroke: [110, 260], breath: [700, 5_000], thought: [8_000, 90_000] } as const;

/**
 * Someone who writes in Korean: syllables are put together stroke by stroke, each stroke a change of its own; sentences in
 * bursts, a pause after each; about three characters of ten are taken back, by the key or by a selection; now and then an
 * earlier passage is gone over. `next` is the only chance there is.
 */
export class Author {
  readonly done: Done = { typed: 0, deleted: 0, strokes: 0 };
  readonly #next: () => number;

  constructor(next: () => number) {
    this.#next = next;
  }

  /** One session of some `characters` in a document that this author has open under a client id of its own. */
  *session(doc: Y.Doc, characters: number): Generator<Stroke> {
    const until = this.done.typed + characters;
    while (this.done.typed < until) {
      const { text, at } = yield* this.#place(doc);
      yield* this.#write(doc, text, at, this.#sentence());
      if (this.#is(0.75)) yield* this.#takeBack(doc, text, at);
      else if (this.#is(0.5)) yield* this.#cut(doc, text);
    }
  }

  /** The end of the scene, a new paragraph, or somewhere in what is there. */
  *#place(doc: Y.Doc): Generator<Stroke, { text: Y.XmlText; at: number }> {
    const scene = doc.getXmlFragment('default');
    const places = scene.length;
    if (places > 0 && this.#is(0.15)) {
      const text = textOf(scene.get(Math.floor(this.#next() * places)));
      return { text, at: Math.floor(this.#next() * (text.length + 1)) };
    }
    const last = places > 0 ? textOf(scene.get(places - 1)) : null;
    if (last && last.length < 160) return { text: last, at: last.length };
    const paragraph = new Y.XmlElement('paragraph');
    const text = new Y.XmlText();
    paragraph.insert(0, [text]);
    yield this.#stroke(doc, this.#pause(), () => scene.push([paragraph]));
    return { text, at: 0 };
  }

  *#write(doc: Y.Doc, text: Y.XmlText, from: number, sentence: string): Generator<Stroke> {
    let at = from;
    for (const [number, character] of [...sentence].entries()) {
      for (const [step, shown] of strokesOf(character).entries()) {
        yield this.#stroke(doc, number === 0 && step === 0 ? this.#pause() : this.#between(PEOPLE_PAUSE_MS.stroke), () => {
          if (step > 0) text.delete(at, 1);
          text.insert(at, shown);
        });
      }
      at += 1;
      this.done.typed += 1;
    }
  }

  /** Letter by letter from where the caret is, and the same length anew. */
  *#takeBack(doc: Y.Doc, text: Y.XmlText, from: number): Generator<Stroke> {
    const end = text.length;
    const count = Math.min(end - from, 2 + Math.floor(this.#next() * 12));
    for (let back = 1; back <= count; back += 1) yield this.#stroke(doc, this.#between(PEOPLE_PAUSE_MS.stroke), () => text.delete(end - back, 1));
    this.done.deleted += count;
    yield* this.#write(doc, text, end - count, this.#sentence().slice(0, count));
  }

  /** A selection goes at once. */
  *#cut(doc: Y.Doc, text: Y.XmlText): Generator<Stroke> {
    const from = Math.floor(this.#next() * text.length);
    const count = Math.min(text.length - from, 30 + Math.floor(this.#next() * 60));
    if (count === 0) return;
    yield this.#stroke(doc, this.#between(PEOPLE_PAUSE_MS.breath), () => text.delete(from, count));
    this.done.deleted += count;
  }

  #stroke(doc: Y.Doc, afterMs: number, change: () => void): Stroke {
    let update: Uint8Array = new Uint8Array();
    const keep = (made: Uint8Array) => (update = made);
    doc.on('update', keep);
    doc.transact(change);
    doc.off('update', keep);
    this.done.strokes += 1;
    return { afterMs, update };
  }

  #sentence(): string {
    const words = Array.from({ length: 4 + Math.floor(this.#next() * 8) }, () => Array.from({ length: 1 + Math.floor(this.#next() * 4) }, () => SYLLABLES[Math.floor(this.#next() ** 2 * SYLLABLES.length)]).join(''));
    return `${words.join(' ')}. `;
  }

  #pause(): number {
    return this.#between(this.#is(0.2) ? PEOPLE_PAUSE_MS.thought : PEOPLE_PAUSE_MS.breath);
  }

  #between([least, most]: readonly [number, number]): number {
    return Math.floor(least + this.#next() * (most - least));
  }

  #is(chance: number): boolean {
    return this.#next() < chance;
  }
}

const textOf = (paragraph: unknown): Y.XmlText => (paragraph as Y.XmlElement).get(0) as Y.XmlText;

const LEADS = [...'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'];
const FIRST = '가'.codePointAt(0)!;
const TAILS = 28;
const PER_LEAD = 21 * TAILS;

/** What stands on the page after each stroke of a character: 한 is ㅎ, 하, 한. */
function strokesOf(character: string): string[] {
  const place = character.codePointAt(0)! - FIRST;
  if (place < 0 || place >= LEADS.length * PER_LEAD) return [character];
  const open = String.fromCodePoint(FIRST + place - (place % TAILS));
  return [LEADS[Math.floor(place / PER_LEAD)]!, open, ...(open === character ? [] : [character])];
}
