import type { AssistId, Provider } from '@cowrite/contract';
import type { Grant } from '@cowrite/service-kit/grants';
import { AssistRun } from './assist.ts';
import type { Made } from './made.ts';
import type { ModelCall } from './models/model-provider.ts';
import { tellingOf } from './prompts/tellings.ts';
import type { Used } from './used.ts';

/** An assist that this process works on. */
export class Live {
  readonly id: AssistId;
  readonly made: Made;
  readonly who: Pick<Grant, 'who' | 'credential' | 'projectId'>;
  readonly run: AssistRun;
  /** Stops it; the reason says whether it was cancelled or is given up. */
  readonly stopping = new AbortController();
  /** Who answers. */
  provider: Provider;
  model: string;
  /** Whether something was sent, as far as is known. */
  hasLeft = false;
  /** Whether the last call was cut at its longest. */
  isCut = false;
  /** How many of its events are in the database. */
  written: number;
  readonly over: Promise<void>;
  /** Nothing more comes: its row says how it ended. */
  readonly end: () => void;
  #waiting = new Set<() => void>();
  #writing: Promise<void> = Promise.resolve();

  /** What long work asks core with. */
  readonly mandate: string | null;
  /** What was asked last and what was said to it so far; null once that is counted, or when it never left. */
  pending: { call: ModelCall; said: string } | null = null;
  /** What was used before that was asked. */
  spent: Used = { tokensIn: 0, tokensOut: 0, estimated: false };

  constructor(id: AssistId, made: Made, who: Live['who'], { mandate, after = 0 }: { mandate: string | null; after?: number }) {
    this.id = id;
    this.mandate = mandate;
    this.made = made;
    this.who = who;
    this.provider = made.provider;
    this.model = made.model;
    this.written = after;
    this.run = new AssistRun(tellingOf(made.task).reader(made.items), { after, begun: made.begun ?? '' });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.end = () => {
      resolve();
      this.changed();
    };
  }

  /** Writes one after the other: two at once would write the same events. */
  inTurn(write: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(write);
    this.#writing = done.catch(() => undefined);
    return done;
  }

  /** Something new is there for those who follow. */
  changed(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Resolves at the next change, or when `signal` is aborted. */
  change(signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        done();
      };
      if (signal.aborted) return done();
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
