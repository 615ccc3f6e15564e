import type { AssistResult } from '@cowrite/contract';
import type { Heard } from './reader.ts';

/** A line that is longer is not one of ours. */
const LINE_MAX = 20_000;

/** What stands, and is not shown yet. */
export const HELD = Symbol('held');

/**
 * Objects of JSON, one a line. Each is checked as soon as it is whole: `check` gives what stands of it, or null. What does not stand
 * is dropped and counted, never repaired. Marks of code around the lines are passed over. `again`: what is asked once more when the
 * first answer is over.
 */
export class LinesReader<Part, Result = AssistResult> {
  readonly #check: (value: Record<string, unknown>) => Part | typeof HELD | null;
  readonly #result: (parts: readonly Part[]) => Result;
  readonly #again: () => string | null;
  readonly #parts: Part[] = [];
  #rest = '';
  #dropped = 0;

  constructor(check: (value: Record<string, unknown>) => Part | typeof HELD | null, result: (parts: readonly Part[]) => Result, again: () => string | null = () => null) {
    this.#check = check;
    this.#result = result;
    this.#again = again;
  }

  push(text: string): Heard[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!.slice(0, LINE_MAX);
    return lines.flatMap((line) => this.#line(line));
  }

  again() {
    return { heard: this.#last(), request: this.#again() };
  }

  end() {
    return { heard: this.#last(), result: this.#result(this.#parts), dropped: this.#dropped };
  }

  #last(): Heard[] {
    const heard = this.#line(this.#rest);
    this.#rest = '';
    return heard;
  }

  #line(line: string): Heard[] {
    const text = line.trim();
    if (text === '' || text.startsWith('```')) return [];
    const value = objectIn(text);
    const part = value === null ? null : this.#check(value);
    if (part === null) {
      this.#dropped++;
      return [];
    }
    if (part === HELD) return [];
    this.#parts.push(part);
    return [{ type: 'part', part }];
  }
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A field's text without marks of markup around it, or null when it is no text. */
export const textIn = (value: unknown, lengthMax = 4_000): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, lengthMax) : null);
