import { randomFrom } from '../random.ts';
import { contradictionOf, PEOPLE, TOLD_FACTS } from './facts.ts';
import { sentence } from './particles.ts';
import { EPISODES, type Planted } from './work.ts';

/** ConStory's families, and three of Korean serials. */
export const FAMILIES = ['factual detail', 'time and plot', 'character', 'world rule', 'narration', 'speech level', 'arithmetic of stats', 'counting of age'] as const;
type Family = (typeof FAMILIES)[number];
/** 200 in all. */
export const PER_FAMILY = 25;

/** Something wrong in the story: what says so, and what it goes against, where that stands elsewhere. */
export interface Fault {
  family: Family;
  episode: number;
  text: string;
  against: string | null;
}

const KINDS_OF: Partial<Record<Family, readonly string[]>> = { 'factual detail': ['scar', 'birthplace', 'hidden', 'blade'], character: ['fear', 'food', 'nickname'] };

/** Rules of the world, each with how somebody breaks it. */
const RULES: readonly (readonly [string, string])[] = [
  ['안개 종은 하루에 꼭 한 번만 울린다.', '{n:이} 듣는 앞에서 안개 종이 그날 네 번째로 울렸다.'],
  ['나루의 배는 해가 지면 한 척도 뜨지 않는다.', '한밤중에 {n:은} 나루에서 배를 타고 강을 건넜다.'],
  ['술법을 쓴 사람은 사흘 동안 말을 하지 못한다.', '술법을 쓰자마자 {n:은} 큰 소리로 노래를 불렀다.'],
  ['성안에서는 아무도 쇠붙이를 지닐 수 없다.', '{n:은} 성안 한복판에서 허리에 찬 쇠칼을 뽑았다.'],
  ['흰재 너머로는 새가 날지 못한다.', '흰재 너머 하늘에서 {n:은} 기러기 떼가 나는 것을 보았다.'],
  ['그림자가 없는 사람은 거울에 비친다고 해도 물에는 비치지 않는다.', '그림자를 잃은 {n}의 얼굴이 물에 또렷이 비쳤다.'],
  ['약속의 매듭은 맨 사람만 풀 수 있다.', '{n:은} 남이 맨 약속의 매듭을 손쉽게 풀어 버렸다.'],
  ['겨울에는 돌다리의 문지기가 아무에게도 길을 내주지 않는다.', '그 겨울 돌다리의 문지기는 {n}에게 선뜻 길을 내주었다.'],
  ['달빛 먹은 먹물은 낮에는 읽을 수 없다.', '한낮에 {n:은} 달빛 먹은 먹물로 쓴 글을 줄줄 읽었다.'],
  ['죽은 사람의 이름은 세 해가 지나야 다시 부를 수 있다.', '장례 이튿날 {n:은} 죽은 사람의 이름을 소리 내어 불렀다.'],
];
const ELDERS = ['이장 영감', '큰스님', '늙은 현감', '약방 어른', '종가의 노마님'];
const LANTERNS = ['붉은', '푸른', '흰', '노란', '검은'];
const FIRSTS = ['활을 쥔', '노를 저은'];
const STATS = ['힘', '민첩', '지력', '체력', '행운'];

/**
 * Two hundred faults in a story that tells `TOLD_FACTS`, and what has to be told before so that they are faults. `told`: in which episode a fact is
 * told; what goes against it comes later.
 */
export function faultsOf(told: ReadonlyMap<string, number>, seed: number): { faults: Fault[]; planted: Planted[] } {
  const next = randomFrom(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  const after = (episode: number): number => episode + 1 + Math.floor(next() * (EPISODES - episode - 1));
  const faults: Fault[] = [];
  const planted: Planted[] = [];
  const add = (family: Family, { text, against = null, from = null }: { text: string; against?: string | null; from?: number | null }): void => {
    const episode = from === null ? Math.floor(next() * EPISODES) : after(from);
    faults.push({ family, episode, text, against });
    planted.push({ episode, text, alone: family === 'speech level' });
  };
  const before = (text: string): number => {
    const episode = Math.floor(next() * (EPISODES / 3));
    planted.push({ episode, text });
    return episode;
  };

  for (const [family, kinds] of Object.entries(KINDS_OF) as [Family, readonly string[]][]) {
    const early = TOLD_FACTS.filter(({ kind, told: text }) => kinds.includes(kind) && told.get(text)! < EPISODES - 1);
    if (early.length < PER_FAMILY) throw new Error(`too few facts for ${family}`);
    for (const fact of early.slice(0, PER_FAMILY)) add(family, { text: contradictionOf(fact), against: fact.told, from: told.get(fact.told)! });
  }
  const broken = RULES.map(([rule]) => ({ rule, from: before(rule) }));
  for (let at = 0; at < PER_FAMILY; at++) {
    const n = PEOPLE[at % PEOPLE.length]!;
    const other = PEOPLE[(at * 7 + 3) % PEOPLE.length]!;
    const [, breaks] = RULES[at % RULES.length]!;
    const { rule, from } = broken[at % RULES.length]!;
    add('world rule', { text: sentence(breaks, { n }), against: rule, from });

    const lantern = LANTERNS[at % LANTERNS.length]!;
    const leaves = sentence('{n:이} 띄운 {l} 등은 칠월 초하루 밤에 강으로 떠났다.', { n, l: lantern });
    add('time and plot', { text: sentence('칠월 초하루보다 열흘 앞서, {n:이} 띄운 {l} 등이 벌써 강어귀에 닿아 있었다.', { n, l: lantern }), against: leaves, from: before(leaves) });

    const elder = `${ELDERS[at % ELDERS.length]!}`;
    const level = sentence('{n:은} {e}에게 한 번도 말을 놓은 적이 없었다.', { n, e: elder });
    add('speech level', { text: sentence('“야, 이리 좀 와 봐. 네가 알잖아.” {n:이} {e}에게 말했다.', { n, e: elder }), against: level, from: before(level) });

    const [has, more] = [10 + at, 3 + (at % 6)];
    add('arithmetic of stats', { text: sentence(`{n}의 {s:은} ${has}점에서 ${more}점 올라 ${has + more + 2}점이 되었다.`, { n: other, s: one(STATS) }) });
    add('narration', { text: sentence('그리하여 {n:은} 문을 열고 밖으로 나갔습니다만, 밖에는 아무도 없었답니다.', { n: other }) });

    const [age, years] = [11 + (at % 10), 2 + (at % 5)];
    const first = FIRSTS[Math.floor(at / PEOPLE.length)]!;
    const born = sentence(`{n:이} 처음 ${first} 것은 ${age}살 때였다.`, { n });
    add('counting of age', { text: sentence(`처음 ${first} 지 꼭 ${years}년이 지나, {n:은} ${age + years + 2 + (at % 3)}살이 되었다.`, { n }), against: born, from: before(born) });
  }
  return { faults, planted };
}
