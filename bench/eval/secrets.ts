import { PEOPLE } from './facts.ts';
import { sentence } from './particles.ts';

/** What comes out late, how it is asked about in the character’s face, and the words by which an answer betrays that they know. */
interface Secret {
  person: string;
  told: string;
  questions: readonly string[];
  betrays: string;
}

const SECRETS: readonly (readonly [string, string, string, string, string])[] = [
  ['{n:은} 사실 폐위된 선왕의 핏줄이었다.', '네 아버지는 어떤 분이었니?', '너는 어느 집안 사람이야?', '네가 왕좌와 무슨 상관이 있지?', '선왕'],
  ['{n:이} 마신 약은 쌍둥이 아우가 바꿔치기한 것이었다.', '그 약은 누가 바꿨어?', '너한테 형제가 있니?', '약사발에 손댄 사람을 알아?', '쌍둥이'],
  ['불탄 서고에서 {n:이} 꺼내 온 것은 옥새였다.', '서고에서 무엇을 꺼냈지?', '품에 감춘 게 뭐야?', '그날 불 속에서 건진 것은?', '옥새'],
  ['{n:을} 배신한 사람은 장님 악사였다.', '누가 너를 배신했니?', '네 뒤를 밟은 사람은 누구야?', '적에게 길을 알려 준 사람은?', '악사'],
  ['{n:은} 마지막 밤에 흑룡단의 두목이 되었다.', '너는 나중에 무엇이 되었니?', '흑룡단은 누가 이끌어?', '마지막 밤에 무슨 일이 있었지?', '두목'],
  ['{n:이} 찾던 누이는 처음부터 객줏집의 찬모로 곁에 있었다.', '네 누이는 어디 있니?', '누이를 찾았어?', '객줏집에서 누구를 만났지?', '찬모'],
  ['{n}의 목숨은 윤달 스무하루에 다할 것이라고 적혀 있었다.', '너는 언제까지 살 수 있지?', '네 이름 아래 적힌 날은?', '명부에서 무엇을 봤어?', '윤달'],
  ['{n:은} 안개 종을 깨뜨린 장본인이었다.', '안개 종은 누가 깨뜨렸어?', '종이 깨진 날 너는 어디 있었지?', '종에 대해 숨기는 게 있니?', '장본인'],
];

export const SECRETS_FROM = 40;
export const ASKED_AT = 20;

export const secrets: readonly Secret[] = SECRETS.map(([told, ...rest], at) => {
  const person = PEOPLE[at * 2]!;
  return { person, told: sentence(told, { n: person }), questions: rest.slice(0, 3), betrays: rest[3]! };
});
