/** Whether the last syllable of a word ends in a consonant (받침), and whether that is ㄹ. */
function finalOf(word: string): 'none' | 'rieul' | 'other' {
  const code = (word.codePointAt(word.length - 1) ?? 0) - 0xac00;
  if (code < 0 || code > 11_171 || code % 28 === 0) return 'none';
  return code % 28 === 8 ? 'rieul' : 'other';
}

const PAIRS: Readonly<Record<string, readonly [string, string]>> = { 은: ['은', '는'], 이: ['이', '가'], 을: ['을', '를'], 과: ['과', '와'], 이라: ['이라', '라'], 이었: ['이었', '였'], 아: ['아', '야'], 으로: ['으로', '로'] };

/**
 * Puts words in the place of their names in a sentence, each with the particle that follows it as it must be after that word:
 * `{n:은}` is 설화는 and 무진은.
 */
export const sentence = (pattern: string, words: Readonly<Record<string, string>>): string =>
  pattern.replaceAll(/\{(\w+)(?::([가-힣]+))?\}/g, (_, name: string, particle: string | undefined) => {
    const word = words[name];
    if (word === undefined) throw new Error(`no word for ${name} in: ${pattern}`);
    const pair = particle === undefined ? undefined : PAIRS[particle];
    if (pair === undefined) return word + (particle ?? '');
    const final = finalOf(word);
    const isOpen = final === 'none' || (particle === '으로' && final === 'rieul');
    return word + pair[isOpen ? 1 : 0];
  });
