import { randomFrom } from './random.ts';

export const EPISODES = 500;
export const EPISODE_CHARACTERS = 5_500;
const SENTENCES = [
  '그해 겨울에는 눈이 유난히 늦게까지 내렸다.',
  '설화는 우물가에 서서 오래 말이 없었다.',
  '“돌아갈 곳이 있다는 건 좋은 일이지.” 노인이 웃었다.',
  '등불 하나가 골목 끝에서 흔들렸다.',
  '아무도 먼저 묻지 않았으므로 아무도 대답하지 않았다.',
];

/** Lines of prose of about `characters`, from a seed. */
export function prose(characters: number, seed = 7): string {
  const next = randomFrom(seed);
  const sentence = () => SENTENCES[Math.floor(next() * SENTENCES.length)]!;
  const lines: string[] = [];
  for (let written = 0; written < characters;) {
    const line = `${sentence()} ${sentence()}`;
    written += line.length;
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

/** Episodes in a part (부). */
const PART = 50;

/** One long file in parts, with a heading for each episode; the word 은방울꽃 stands in the last one alone. */
export function serial(): string {
  const episodes = Array.from({ length: EPISODES }, (_, at) => `${at % PART === 0 ? `${at / PART + 1}부\n\n` : ''}${at + 1}화\n\n${prose(EPISODE_CHARACTERS, at + 1)}`);
  return `${episodes.join('')}은방울꽃이 피었다.\n`;
}
