import type { Heard, Reader } from './reader.ts';

/** A line of this alone parts one variant from the next. */
export const VARIANT_LINE = '=====';

/**
 * Several texts in one answer. What may yet turn out to be the line between two of them, or the space before it, is kept back;
 * everything else is handed on as it comes. More texts than `count` are not wanted.
 */
export class VariantsReader implements Reader {
  readonly #count: number;
  readonly #texts: string[] = [''];
  /** Not handed on yet. */
  #kept = '';

  constructor(count: number) {
    this.#count = count;
  }

  push(text: string): Heard[] {
    this.#kept += text;
    const heard: Heard[] = [];
    for (let cut = LINE.exec(this.#kept); cut !== null; cut = LINE.exec(this.#kept)) {
      heard.push(...this.#say(this.#kept.slice(0, cut.index)));
      this.#kept = this.#kept.slice(cut.index + cut[0].length);
      if (this.#texts.at(-1) !== '') this.#texts.push('');
    }
    const safe = this.#kept.length - UNDECIDED.exec(this.#kept)![0].length;
    heard.push(...this.#say(this.#kept.slice(0, safe)));
    this.#kept = this.#kept.slice(safe);
    return heard;
  }

  end() {
    const heard = this.#say(this.#kept.replace(/\s*(^|\n)[ \t]*=*\s*$/, '').trimEnd());
    this.#kept = '';
    return { heard, result: { kind: 'texts' as const, texts: this.#texts.slice(0, this.#count).filter((text) => text !== '') }, dropped: Math.max(0, this.#texts.length - this.#count) };
  }

  #say(text: string): Heard[] {
    const at = this.#texts.length - 1;
    // No text begins with the empty line that follows the mark.
    const said = this.#texts[at] === '' ? text.trimStart() : text;
    if (said === '' || at >= this.#count) return [];
    this.#texts[at] += said;
    return [{ type: 'text', at, text: said }];
  }
}

const LINE = /\s*(^|\n)[ \t]*={3,}[ \t]*\n/;
/** Space, and the beginning of a line of the mark, at the end of what came. */
const UNDECIDED = /(?:\s*(?:^|\n)[ \t]*=*[ \t]*|\s*)$/;
