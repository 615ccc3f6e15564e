import type { AssistState, Feature, Provider } from '@cowrite/contract';
import type { SoundFeature } from './assists.store.ts';
import { Counter, Histogram, type Registry, watch } from '@cowrite/service-kit';

/** What this service counts. Nothing in it says whose or what. */
export class AiFigures {
  readonly #ended: Counter<'feature' | 'state'>;
  readonly #tokens: Counter<'provider' | 'direction'>;
  readonly #firstToken: Histogram<'provider'>;
  readonly #failures: Counter<'provider' | 'code'>;
  readonly #dropped: Counter<'feature'>;

  constructor(registry: Registry, running: () => number) {
    const registers = [registry];
    this.#ended = new Counter({ name: 'cowrite_ai_assists_total', help: 'Assists by what was asked for and how they ended.', labelNames: ['feature', 'state'], registers });
    this.#tokens = new Counter({ name: 'cowrite_ai_tokens_total', help: 'Tokens sent to a provider and received, by its word or estimated.', labelNames: ['provider', 'direction'], registers });
    this.#firstToken = new Histogram({ name: 'cowrite_ai_first_token_seconds', help: 'From asking a provider to its first word.', labelNames: ['provider'], buckets: [0.1, 0.3, 1, 3, 10, 30, 60], registers });
    this.#failures = new Counter({ name: 'cowrite_ai_failures_total', help: 'Failures of a provider, after what was tried again.', labelNames: ['provider', 'code'], registers });
    this.#dropped = new Counter({ name: 'cowrite_ai_dropped_total', help: 'Sentences and rows of answers that did not stand and were left out.', labelNames: ['feature'], registers });
    watch(registry, 'cowrite_ai_running', 'Assists that are under way in this process.', running);
  }

  ended(feature: Feature | SoundFeature, state: AssistState): void {
    this.#ended.inc({ feature, state });
  }

  used(provider: Provider, { tokensIn, tokensOut }: { tokensIn: number; tokensOut: number }): void {
    this.#tokens.inc({ provider, direction: 'in' }, tokensIn);
    this.#tokens.inc({ provider, direction: 'out' }, tokensOut);
  }

  firstToken(provider: Provider, ms: number): void {
    this.#firstToken.observe({ provider }, ms / 1_000);
  }

  failed(provider: Provider, code: string): void {
    this.#failures.inc({ provider, code });
  }

  dropped(feature: Feature, count: number): void {
    this.#dropped.inc({ feature }, count);
  }
}
