import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** By OpenAI's own tokenizer of its present models. A special token's name in a manuscript is text like any other. */
export const tokensOfOpenAi = (text: string): number => countTokens(text, { disallowedSpecial: new Set() });

/**
 * An estimate that lies above what a model counts whose tokenizer we do not have. A syllable of Hangul is between half a token, where
 * a tokenizer has learnt Korean, and three, where it has not and takes bytes; those that people write Korean with stay below two.
 * A letter of a decomposed syllable is three. Letters and spaces of ASCII go several to a token; figures and signs may be one each.
 */
export function tokensAtMost(text: string): number {
  let halves = 0;
  for (const { length, 0: first } of text) halves += length === 2 ? 8 : /[A-Za-z ]/.test(first!) ? 1 : first! < '\u0080' ? 2 : /[\u1100-\u11ff]/.test(first!) ? 6 : 4;
  return Math.ceil(halves / 2);
}
