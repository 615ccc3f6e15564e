import { type Feature, Problem, Provider } from '@cowrite/contract';
import type { ModelProvider } from './models/model-provider.ts';
import type { Notice } from './notices.ts';

/** A maker that the house has set up. */
export interface Maker {
  model: ModelProvider;
  /** Where text goes, for people to read. */
  host: string;
  notice: Notice;
  /** In millionths of the currency for a token; null when the operator gave none. */
  price: { in: number; out: number } | null;
}

/** The makers of this house, and who answers what. */
export class Makers {
  readonly #makers: ReadonlyMap<Provider, Maker>;
  readonly #routes: Readonly<Partial<Record<Feature, readonly Provider[]>>>;

  constructor(makers: readonly Maker[], routes: Readonly<Partial<Record<Feature, readonly Provider[]>>>) {
    this.#makers = new Map(makers.map((maker) => [maker.model.provider, maker]));
    this.#routes = routes;
  }

  all(): Maker[] {
    return [...this.#makers.values()];
  }

  has(provider: Provider): boolean {
    return this.#makers.has(provider);
  }

  /** Who may answer a feature, the first first. */
  route(feature: Feature): Provider[] {
    return (this.#routes[feature] ?? Provider.options).filter((provider) => this.#makers.has(provider));
  }

  /** The makers to ask core about, with the version of what each says of itself. @throws Problem `ai-unconfigured` */
  asked(feature: Feature, wanted: Provider | undefined): { provider: Provider; notice: string }[] {
    const asked = this.route(feature).filter((provider) => wanted === undefined || provider === wanted);
    if (asked.length === 0) throw new Problem('ai-unconfigured');
    return asked.map((provider) => ({ provider, notice: this.#maker(provider).notice.version }));
  }

  /** The version of what a maker says of itself. */
  notice(provider: Provider): string {
    return this.#maker(provider).notice.version;
  }

  model(provider: Provider): ModelProvider {
    return this.#maker(provider).model;
  }

  /** What tokens cost there, in millionths, rounded up. */
  cost(provider: Provider, { tokensIn, tokensOut }: { tokensIn: number; tokensOut: number }): number | null {
    const { price } = this.#maker(provider);
    return price === null ? null : Math.ceil(tokensIn * price.in + tokensOut * price.out);
  }

  /** @throws Problem `ai-unconfigured` for one that is no longer set up. */
  #maker(provider: Provider): Maker {
    const maker = this.#makers.get(provider);
    if (maker === undefined) throw new Problem('ai-unconfigured');
    return maker;
  }
}
