/** What a call used; by our own count where the provider said nothing. */
export interface Used {
  tokensIn: number;
  tokensOut: number;
  estimated: boolean;
}

/** What two calls used together. */
export const together = (one: Used, other: Used): Used => ({ tokensIn: one.tokensIn + other.tokensIn, tokensOut: one.tokensOut + other.tokensOut, estimated: one.estimated || other.estimated });
