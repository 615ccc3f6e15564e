/** No word of prose is as long. */
const RUN_MAX = 128;

/**
 * By OpenAI's own tokenizer of its present models, loaded when the first is made: its table takes 80 MB. A special token's name in a
 * manuscript is text like any other. What the tokenizer does with one word takes the square of the word's length, a minute for
 * 64,000 times ㅋ; longer runs are counted in pieces, which comes to the same or a token more for each.
 */
export async function openAiTokens(): Promise<(text: string) => number> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  return (text) => piecesOf(text).reduce((sum, piece) => sum + countTokens(piece, { disallowedSpecial: new Set() }), 0);
}

/** A text, cut only within runs of letters, of spaces or of signs that are longer than any in prose. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let [from, run, kind, at] = [0, 0, '', 0];
  for (const letter of text) {
    const next = /\s/.test(letter) ? 'space' : /[\p{L}\p{M}]/u.test(letter) ? 'letter' : 'sign';
    run = next === kind ? run + 1 : 1;
    kind = next;
    at += letter.length;
    if (run < RUN_MAX) continue;
    pieces.push(text.slice(from, at));
    [from, run] = [at, 0];
  }
  return [...pieces, text.slice(from)];
}

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
