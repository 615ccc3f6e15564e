import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom } from '../random.ts';
import { root } from '../stack.ts';
import { PEOPLE } from './facts.ts';
import { sentence } from './particles.ts';

export const EPISODES = 60;
const EPISODE_CHARACTERS = 3_000;

const TIMES = [
  '이른 아침',
  '해 질 무렵',
  '한밤중에',
  '장이 서는 날',
  '비가 그친 뒤',
  '안개가 걷히자',
  '저녁상을 물리고',
  '닭이 울기 전에',
  '바람이 바뀔 즈음',
  '눈이 쌓인 길로',
  '그 이튿날',
  '잠이 오지 않아',
  '모두가 떠난 다음',
  '종이 세 번 울리자',
  '점심 무렵',
];
const PLACES = ['나루터', '저잣거리', '성벽 위', '대장간', '약방 뒤뜰', '기왓골', '느티나무 아래', '물레방앗간', '객줏집 마루', '빈 절터', '서고', '뱃전', '돌다리', '빨래터', '활터', '갈림길', '외양간', '언덕배기'];
const DEEDS = [
  '오래 서 있었다',
  '말없이 신발 끈을 고쳐 맸다',
  '떨어진 단추를 주웠다',
  '먼 산을 바라보았다',
  '남은 떡을 나누어 먹었다',
  '젖은 옷을 말렸다',
  '뜻 모를 노래를 흥얼거렸다',
  '발자국을 세었다',
  '깨진 그릇을 이어 붙였다',
  '하품을 참았다',
  '지나가는 수레를 비켜 주었다',
  '등불을 줄였다',
  '문고리를 가만히 쥐었다',
  '고개를 두 번 저었다',
  '아이들에게 길을 물었다',
  '먼지를 털고 일어섰다',
  '소매로 땀을 닦았다',
  '낙엽을 밟지 않으려 애썼다',
  '휘파람을 짧게 불었다',
  '물에 비친 얼굴을 지웠다',
];
const SAYINGS = [
  '오늘은 여기까지만 가세.',
  '그 이야기는 나중에 하지.',
  '누가 왔다 간 모양이군.',
  '바람이 심상치 않아.',
  '그럴 줄 알았지.',
  '들어오게. 밖이 차네.',
  '자네는 정말 그렇게 믿는가?',
  '길이 하나뿐이라면 고를 것도 없지.',
  '밥은 먹었나?',
  '소문은 발이 빠르다네.',
  '거기 두고 가게.',
  '내일이면 알게 되겠지.',
];
const BETWEEN = [
  '아무도 대답하지 않았다.',
  '개 짖는 소리가 멀리서 들렸다.',
  '물결이 말뚝을 가만히 두드렸다.',
  '처마 끝에서 고드름이 떨어졌다.',
  '누군가 창을 닫았다.',
  '그림자가 길어졌다.',
  '한동안 말이 끊겼다.',
  '마른 잎이 마당을 가로질렀다.',
];

export interface Episode {
  title: string;
  /** A paragraph each. */
  lines: string[];
}

/** What is put into the episodes, at which of them; it becomes part of a paragraph, or one of its own. */
export interface Planted {
  episode: number;
  text: string;
  alone?: boolean;
}

/** Paragraphs of the demonstration serial, which is our own as well. */
function serialLines(): string[] {
  const folder = join(root, 'scripts/demo');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(1))
    .filter((line) => line.trim() !== '' && line.trim() !== '***');
}

/**
 * A serial of `EPISODES` episodes of about `EPISODE_CHARACTERS`, from a seed: people of this work who come and go in sentences of our own, paragraphs of the
 * demonstration serial between them, and what is planted at places that the seed decides.
 */
export function workOf(planted: readonly Planted[], seed: number): Episode[] {
  const next = randomFrom(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  const borrowed = serialLines();
  const deed = (): string => sentence(`${one(TIMES)} {n:은} {p}에서 ${one(DEEDS)}.`, { n: one(PEOPLE), p: one(PLACES) });
  const paragraph = (): string => {
    const kind = next();
    if (kind < 0.3) return one(borrowed);
    if (kind < 0.5) return `“${one(SAYINGS)}” ${sentence('{n:이} 말했다.', { n: one(PEOPLE) })}`;
    return kind < 0.75 ? `${deed()} ${one(BETWEEN)}` : `${deed()} ${deed()}`;
  };
  return Array.from({ length: EPISODES }, (_, at) => {
    const lines: string[] = [];
    for (let written = 0; written < EPISODE_CHARACTERS;) {
      const line = paragraph();
      written += line.length;
      lines.push(line);
    }
    for (const { text, alone = false } of planted.filter(({ episode }) => episode === at)) lines.splice(Math.floor(next() * (lines.length + 1)), 0, alone ? text : `${deed()} ${text} ${one(BETWEEN)}`);
    return { title: `${at + 1}화`, lines };
  });
}

/** As a file that is imported: a heading for each episode. */
export const fileOf = (episodes: readonly Episode[]): string => episodes.map(({ title, lines }) => `${title}\n\n${lines.join('\n')}\n`).join('\n');
