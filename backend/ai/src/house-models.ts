import { type Feature, Problem, Provider } from '@cowrite/contract';
import type { ModelProvider } from './models/model-provider.ts';
import type { Notice } from './notices.ts';

/** A maker that the house has set up. */
export interface House {
  model: ModelProvider;
  /** Where text goes, for people to read. */
  host: string;
  notice: Notice;
  /** In millionths of the currency for a token; null when the operator gave none. */
  price: { in: number; out: number } | null;
}

/** The makers of this house, and who answers what. */
export class Houses {
  readonly #houses: ReadonlyMap<Provider, House>;
  readonly #routes: Readonly<Partial<Record<Feature, readonly Provider[]>>>;

  constructor(houses: readonly House[], routes: Readonly<Partial<Record<Feature, readonly Provider[]>>>) {
    this.#houses = new Map(houses.map((house) => [house.model.provider, house]));
    this.#routes = routes;
  }

  all(): House[] {
    return [...this.#houses.values()];
  }

  has(provider: Provider): boolean {
    return this.#houses.has(provider);
  }

  /** Who may answer a feature, the first first. */
  route(feature: Feature): Provider[] {
    return (this.#routes[feature] ?? Provider.options).filter((provider) => this.#houses.has(provider));
  }

  /** The makers to ask core about, with the version of what each says of itself. @throws Problem `ai-unconfigured` */
  asked(feature: Feature, wanted: Provider | undefined): { provider: Provider; notice: string }[] {
    const asked = this.route(feature).filter((provider) => wanted === undefined || provider === wanted);
    if (asked.length === 0) throw new Problem('ai-unconfigured');
    return asked.map((provider) => ({ provider, notice: this.#house(provider).notice.version }));
  }

  model(provider: Provider): ModelProvider {
    return this.#house(provider).model;
  }

  /** What tokens cost there, in millionths, rounded up. */
  cost(provider: Provider, { tokensIn, tokensOut }: { tokensIn: number; tokensOut: number }): number | null {
    const { price } = this.#house(provider);
    return price === null ? null : Math.ceil(tokensIn * price.in + tokensOut * price.out);
  }

  /** @throws Problem `ai-unconfigured` for one that is no longer set up. */
  #house(provider: Provider): House {
    const house = this.#houses.get(provider);
    if (house === undefined) throw new Problem('ai-unconfigured');
    return house;
  }
}
