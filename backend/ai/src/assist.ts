import type { AssistEvent, AssistResult, Provider } from '@cowrite/contract';
import type { Heard, Reader } from './answers/reader.ts';

type State = { name: 'waiting' } | { name: 'running' } | { name: 'over' };

/**
 * One assist as it goes: waiting → running → over. Its events are numbered from the one after `after`, and what came is read as it
 * comes. Pure: it knows no clock, no model and no table.
 */
export class AssistRun {
  readonly #reader: Reader;
  /** The number of the first event that is here. */
  readonly first: number;
  #state: State = { name: 'waiting' };
  readonly #events: AssistEvent[] = [];
  readonly #begun: string;
  #text = '';
  #provider: Provider | undefined;

  /** `begun`: what was said before of an answer that goes on. */
  constructor(reader: Reader, { after = 0, begun = '' }: { after?: number; begun?: string } = {}) {
    this.#reader = reader;
    this.first = after + 1;
    this.#begun = begun;
  }

  /** Events from number `first` on. */
  eventsFrom(first: number): readonly AssistEvent[] {
    return this.#events.slice(Math.max(0, first - this.first));
  }

  /** The number of the last event. */
  get last(): number {
    return this.first + this.#events.length - 1;
  }

  /** Everything that a model said to what it was asked last, as it said it. */
  get text(): string {
    return this.#text;
  }

  /** Somebody was asked. Told again when another takes over: who answers is who was named last. */
  start(provider: Provider, model: string, packetHash: string): void {
    if (this.#state.name === 'over') throw new Error('an assist that is over does not begin');
    this.#state = { name: 'running' };
    if (this.#provider === provider) return;
    this.#provider = provider;
    const isFirst = !this.#events.some(({ type }) => type === 'started');
    this.#events.push({ type: 'started', provider, model, packetHash });
    if (isFirst && this.#begun !== '') this.#say(this.#reader.push(this.#begun));
  }

  hear(text: string): void {
    this.#running();
    this.#text += text;
    this.#say(this.#reader.push(text));
  }

  /** A step of long work is over, whose answer is read as a whole. */
  step(step: { key: string; said: string; isReused: boolean }): void {
    this.#running();
    this.#say(this.#reader.step?.(step) ?? []);
  }

  progress(done: number, of: number): void {
    this.#running();
    this.#events.push({ type: 'progress', done, of });
  }

  /** The first answer is over: what is asked once more, or null. */
  again(): string | null {
    this.#running();
    const { heard, request } = this.#reader.again?.() ?? { heard: [], request: null };
    this.#say(heard);
    if (request !== null) this.#text = '';
    return request;
  }

  /** The answer is over, whole or cancelled: what there is of it. */
  end(): { result: AssistResult; dropped: number } {
    this.#state = { name: 'over' };
    const { heard, result, dropped } = this.#reader.end();
    this.#say(heard);
    return { result, dropped };
  }

  #say(heard: readonly Heard[]): void {
    this.#events.push(...heard);
  }

  #running(): void {
    if (this.#state.name !== 'running') throw new Error(`an assist that is ${this.#state.name} hears nothing`);
  }
}
