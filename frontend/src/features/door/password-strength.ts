export type Strength = 'too-short' | 'weak' | 'fair' | 'strong';

const SEQUENCES = ['abcdefghijklmnopqrstuvwxyz', '0123456789', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** How much of a password is not a run (1234, qwer), not a repetition, and not part of the person's own name or mail. */
export function passwordStrength(password: string, own: readonly string[] = []): Strength {
  const characters = [...password];
  if (characters.length < 8) return 'too-short';
  let worth = 0;
  let previous = '';
  const lower = password.toLowerCase();
  for (const character of characters) {
    const low = character.toLowerCase();
    const runs = SEQUENCES.some((sequence) => previous !== '' && Math.abs(sequence.indexOf(low) - sequence.indexOf(previous)) === 1 && sequence.includes(low) && sequence.includes(previous));
    worth += low === previous || runs ? 0.25 : 1;
    previous = low;
  }
  worth = Math.min(worth, new Set(characters).size * 1.6);
  for (const word of own) {
    const part = word.toLowerCase().split('@')[0] ?? '';
    if (part.length >= 3 && lower.includes(part)) worth -= part.length * 0.8;
  }
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length;
  worth += (kinds - 1) * 1.2;
  if (worth < 8) return 'weak';
  return worth < 13 ? 'fair' : 'strong';
}
