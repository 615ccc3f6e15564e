import { Problem, type ProblemCode, type Provider } from '@cowrite/contract';

/**
 * What a model is sent: the rules, and what it reads. `stable` is the beginning of that which stays the same from one call to the
 * next in the same work, so that a maker's prompt cache serves; to the model both are one text.
 */
export interface ModelCall {
  system: string;
  user: { stable: string; rest: string };
  /** The longest answer, in tokens. */
  tokensMax: number;
}

/** What comes of a call: text as it comes, then, last, how it ended and what the maker counted. `usage` is null where it said nothing. */
export type ModelPart = { type: 'text'; text: string } | { type: 'finish'; reason: 'stop' | 'length'; usage: { tokensIn: number; tokensOut: number } | null };

/** One model of one maker. Expected failures are `ModelFailure`; an aborted `signal` ends the stream with its reason, and the maker's with it. */
export interface ModelProvider {
  readonly provider: Provider;
  /** As people know it. */
  readonly name: string;
  readonly model: string;
  stream(call: ModelCall, signal: AbortSignal): AsyncIterable<ModelPart>;
  /** `exact`: by the model's own tokenizer; otherwise not fewer than it will count. */
  countTokens(text: string): { tokens: number; exact: boolean };
}

type ModelProblem = Extract<ProblemCode, `model-${string}`>;

/**
 * A maker did not do what was asked. Its own words are not kept: they may hold what was sent. `mayPass`: asked again it may
 * go well, not before `retryAfterMs`. `left`: whether text was sent, by this call or one before it.
 */
export class ModelFailure extends Problem {
  readonly mayPass: boolean;
  readonly retryAfterMs: number;
  left: boolean;

  constructor(code: ModelProblem, { name, status, mayPass = false, retryAfterMs = 0, left = true }: { name: string; status?: number | undefined; mayPass?: boolean; retryAfterMs?: number; left?: boolean }) {
    super(code, { provider: name, ...(status === undefined ? {} : { status }) });
    this.mayPass = mayPass;
    this.retryAfterMs = retryAfterMs;
    this.left = left;
  }
}
