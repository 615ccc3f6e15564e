import { FORECAST_READERS, type BriefItem } from '@cowrite/contract';

/** Six who read whatever the genre. */
const EVERYWHERE = [
  '출퇴근길에 하루 한 화씩 읽는 회사원. 앞 내용을 자주 잊는다.',
  '밤에 몰아 읽는 대학생. 한 화라도 늘어지면 다른 작품으로 간다.',
  '꼭 볼 것만 골라 한 화씩 사서 읽는 독자.',
  '앞일을 맞히며 읽고 댓글을 빠짐없이 보는 독자.',
  '문장과 장면의 묘사를 따지는 독자.',
  '앞뒤가 맞지 않는 곳을 잘 찾는 독자.',
];

/** Six more who come for a genre. */
const BY_GENRE: readonly { genre: RegExp; readers: readonly string[] }[] = [
  {
    genre: /로맨스|로판|연애|bl|gl/i,
    readers: [
      '두 사람의 마음이 움직이는 순간을 기다리는 독자.',
      '고구마 전개를 오래 못 참는 독자.',
      '남자 주인공의 매력으로 작품을 고르는 독자.',
      '여자 주인공이 스스로 정하고 움직이기를 바라는 독자.',
      '오래된 로맨스를 많이 읽어 흔한 전개에 물린 독자.',
      '조연과 가족 이야기까지 챙겨 보는 독자.',
    ],
  },
  {
    genre: /판타지|무협|헌터|회귀|게임|sf/i,
    readers: [
      '주인공이 강해지는 것을 보러 오는 독자.',
      '세계와 힘의 규칙을 꼼꼼히 따지는 독자.',
      '시원한 되갚음을 기다리는 독자.',
      '싸움 장면을 가장 좋아하는 독자.',
      '같은 장르를 수백 편 읽어 흔한 전개에 물린 독자.',
      '동료와 적의 사연을 좋아하는 독자.',
    ],
  },
  {
    genre: /미스터리|추리|스릴러|공포|범죄/i,
    readers: [
      '단서를 적어 가며 범인을 맞히는 독자.',
      '긴장이 풀리면 바로 덮는 독자.',
      '속임수가 공정한지 따지는 독자.',
      '인물의 속마음이 궁금해 읽는 독자.',
      '같은 장르를 많이 읽어 반전을 잘 알아채는 독자.',
      '무섭고 잔인한 장면에 약한 독자.',
    ],
  },
  {
    genre: /(?:)/,
    readers: [
      '인물이 달라지는 것을 보러 오는 독자.',
      '사건이 빨리 나아가기를 바라는 독자.',
      '조용한 장면과 분위기를 좋아하는 독자.',
      '웃기지 않으면 쉽게 떠나는 독자.',
      '친구가 권해서 읽기 시작한, 이 장르가 처음인 독자.',
      '소설을 많이 읽어 흔한 전개에 물린 독자.',
    ],
  },
];

/** The readers who are imagined for a work, by its genre as the brief says it: always as many, always in the same order. */
export function readersOf(items: readonly BriefItem[]): readonly string[] {
  const work = items.find(({ layer }) => layer === 'work');
  const genre = /^장르: (.*)$/m.exec(work?.text ?? '')?.[1] ?? '';
  return [...EVERYWHERE, ...BY_GENRE.find((each) => each.genre.test(genre))!.readers].slice(0, FORECAST_READERS);
}

/** Who reads, as a model is told. `only`: those of them who are asked this time. */
export const readersTold = (readers: readonly string[], only: readonly number[] = readers.map((_, at) => at + 1)): string => `독자들\n${only.map((number) => `${number}. ${readers[number - 1]!}`).join('\n')}`;
