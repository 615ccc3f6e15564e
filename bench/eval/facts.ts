import { sentence } from './particles.ts';

/** Who the work is about. */
export const PEOPLE = ['설화', '무진', '연희', '도경', '서린', '가람', '해루', '단오', '미르', '초련', '백운', '사월', '한결', '여울', '진묵', '아람'] as const;

/** A kind of thing that is told of people: how the work says it, how it is asked for in the same words and in others, and what may be true. */
interface Kind {
  kind: string;
  tells: string;
  same: string;
  other: string;
  values: readonly string[];
}

const KINDS: readonly Kind[] = [
  {
    kind: 'scar',
    tells: '{n}의 왼팔에 남은 흉터는 {v}에 생긴 것이었다.',
    same: '{n}의 왼팔 흉터는 언제 생겼지?',
    other: '{n:은} 언제 팔을 다쳐서 자국이 남았나?',
    values: [
      '대장간 불이 난 밤',
      '첫 사냥을 나간 날',
      '얼음 강을 건너던 새벽',
      '외삼촌의 잔칫날',
      '성문이 닫히던 저녁',
      '큰물이 지던 여름',
      '방앗간이 무너지던 날',
      '곡마단이 다녀간 봄',
      '뱀굴에 빠진 오후',
      '여덟 번째 생일',
      '소금 배가 뒤집힌 날',
      '말이 놀라 달아난 아침',
      '기와를 이던 가을',
      '등짐을 지던 장마철',
      '칼춤을 배우던 첫 달',
      '쇠스랑에 찍히던 모내기 날',
    ],
  },
  {
    kind: 'birthplace',
    tells: '{n:은} {v}에서 첫울음을 터뜨렸다고 했다.',
    same: '{n:이} 첫울음을 터뜨린 곳은?',
    other: '{n}의 고향은 어디인가?',
    values: ['솔무재', '버들여울', '돌곶이', '갈마루', '모래내', '새터고개', '안골', '범바위 마을', '숯가마골', '두물나루', '흰재', '까치봉 아래', '달여울', '쑥섬', '옥거리', '가래못'],
  },
  {
    kind: 'teacher',
    tells: '{n}에게 글을 처음 가르친 사람은 {v:이었}다.',
    same: '{n}에게 글을 처음 가르친 사람은 누구인가?',
    other: '{n}의 스승은 누구지?',
    values: [
      '눈먼 훈장',
      '절름발이 서기',
      '늙은 비구니',
      '떠돌이 소리꾼',
      '은퇴한 포교',
      '약방 주인',
      '염색집 과부',
      '나루지기 영감',
      '종이 장수',
      '도망친 사관',
      '이웃집 무당',
      '활쏘기 교관',
      '점쟁이 할멈',
      '관아의 찬모',
      '장터 책쾌',
      '벙어리 목수',
    ],
  },
  {
    kind: 'fear',
    tells: '{n:은} {v} 앞에서는 숨을 쉬지 못했다.',
    same: '{n:이} 숨을 쉬지 못하는 것은 무엇 앞에서인가?',
    other: '{n:이} 가장 무서워하는 것은?',
    values: ['고인 우물물', '흰 수탉', '닫힌 장롱', '마른 갈대밭', '붉은 초롱', '빈 가마', '거미줄', '높은 누각', '우는 아기', '돌사자', '가면 쓴 광대', '검은 말', '굴뚝 연기', '대나무 숲', '녹슨 작두', '짖는 개'],
  },
  {
    kind: 'food',
    tells: '{n:은} 장날이면 꼭 {v:을} 한 그릇씩 비웠다.',
    same: '{n:이} 장날이면 꼭 한 그릇씩 비우는 것은?',
    other: '{n:이} 제일 좋아하는 음식은 무엇인가?',
    values: ['메밀국수', '올갱이국', '팥칼국수', '도토리묵밥', '우거짓국', '호박범벅', '동태찌개', '감자옹심이', '콩나물죽', '수수팥떡', '장터국밥', '미역수제비', '쑥버무리', '고사리전골', '다슬기탕', '들깨죽'],
  },
  {
    kind: 'hidden',
    tells: '{n:은} 어머니의 은비녀를 {v}에 묻어 두었다.',
    same: '{n:은} 은비녀를 어디에 묻어 두었나?',
    other: '{n:이} 감춘 어머니의 유품은 어디에 있지?',
    values: [
      '앵두나무 밑',
      '외양간 뒤',
      '서낭당 돌무더기',
      '무너진 가마터',
      '우물 옆 섬돌',
      '장독대 아래',
      '물레방앗간 마루',
      '절집 탑 앞',
      '빈 벌통 자리',
      '대숲 어귀',
      '나루터 말뚝 곁',
      '헛간 문턱',
      '굴참나무 뿌리',
      '꽃상여 곳집',
      '버려진 밭둑',
      '비석 그늘',
    ],
  },
  {
    kind: 'debt',
    tells: '{n:이} 객줏집에 진 빚은 {v:이었}다.',
    same: '{n:이} 객줏집에 진 빚은 얼마인가?',
    other: '{n:은} 여관 주인에게 돈을 얼마나 갚아야 하지?',
    values: [
      '열두 냥',
      '쌀 석 섬',
      '은자 네 닢',
      '베 일곱 필',
      '서른한 냥',
      '소금 두 가마',
      '엽전 백 닢',
      '황소 한 마리 값',
      '금가락지 한 짝',
      '쉰다섯 냥',
      '콩 여섯 말',
      '은자 아홉 닢',
      '비단 세 자',
      '여든 냥',
      '인삼 두 뿌리',
      '말안장 하나 값',
    ],
  },
  {
    kind: 'promise',
    tells: '{n:은} 누이에게 {v} 돌아오겠다고 했다.',
    same: '{n:은} 누이에게 언제 돌아오겠다고 했나?',
    other: '{n:이} 동생을 다시 만나기로 한 것은 언제지?',
    values: [
      '첫눈이 오면',
      '보리가 패면',
      '감꽃이 지면',
      '제비가 들면',
      '단풍이 들면',
      '강이 풀리면',
      '매미가 울면',
      '살구가 익으면',
      '서리가 내리면',
      '동지가 지나면',
      '복사꽃이 피면',
      '기러기가 오면',
      '밤송이가 벌어지면',
      '모란이 지면',
      '무지개가 서면',
      '칠석이 지나면',
    ],
  },
  {
    kind: 'nickname',
    tells: '나루 사람들은 {n:을} {v:이라}고 불렀다.',
    same: '나루 사람들은 {n:을} 뭐라고 불렀나?',
    other: '{n}의 별명은 무엇이지?',
    values: ['반쪽 달', '쇠고집', '물수제비', '장독 귀신', '외톨 기러기', '꽃도둑', '느린 벼락', '잠꾸러기 매', '돌부처', '참새 대장', '소금쟁이', '맨발 도령', '종이 호랑이', '콩알 장군', '그믐 고양이', '민들레 씨'],
  },
  {
    kind: 'blade',
    tells: '{n}의 칼에는 {v:이라}는 이름이 붙어 있었다.',
    same: '{n}의 칼에 붙은 이름은?',
    other: '{n:이} 쓰는 무기를 뭐라고 하지?',
    values: ['서릿발', '물그림자', '달무리', '열사흘', '소쩍새', '여름비', '빈 하늘', '돌이끼', '늦바람', '첫닭', '먼 산', '찬 이슬', '긴 그늘', '겨울 끝', '흰 여울', '갈대 소리'],
  },
  {
    kind: 'letters',
    tells: '{n:이} 밤마다 편지를 쓴 상대는 {v:이었}다.',
    same: '{n:이} 밤마다 편지를 쓴 상대는 누구인가?',
    other: '{n:은} 누구에게 몰래 글을 보내고 있었나?',
    values: [
      '옥에 갇힌 형',
      '적진의 군관',
      '죽은 약혼자',
      '북쪽의 역관',
      '이름 모를 악공',
      '의금부의 서리',
      '외딴섬의 의원',
      '세자빈의 유모',
      '국경의 봉수꾼',
      '산채의 두령',
      '떠난 벗',
      '왕실의 화공',
      '유배 온 대감',
      '남문의 수문장',
      '뱃길의 도사공',
      '절에 간 어머니',
    ],
  },
  {
    kind: 'age',
    tells: '나루에 처음 왔을 때 {n}의 나이는 {v:이었}다.',
    same: '나루에 처음 왔을 때 {n}의 나이는?',
    other: '{n:은} 몇 살에 이곳에 왔지?',
    values: ['열하나', '열둘', '열셋', '열넷', '열다섯', '열여섯', '열일곱', '열여덟', '열아홉', '스물', '스물하나', '스물둘', '스물셋', '스물넷', '스물다섯', '스물여섯'],
  },
];

/** Of each person so many kinds are told; the others are what nothing is said about. */
const TOLD = 8;

export interface Fact {
  kind: string;
  person: string;
  value: string;
  /** How the work says it. */
  told: string;
  same: string;
  other: string;
}

const factOf = ({ kind, tells, same, other, values }: Kind, person: number): Fact => {
  const words = { n: PEOPLE[person]!, v: values[person]! };
  return { kind, person: words.n, value: words.v, told: sentence(tells, words), same: sentence(same, words), other: sentence(other, words) };
};
const isTold = (person: number, kind: number): boolean => (kind + person) % KINDS.length < TOLD;
const facts = (told: boolean): Fact[] => PEOPLE.flatMap((_, person) => KINDS.flatMap((kind, at) => (isTold(person, at) === told ? [factOf(kind, person)] : [])));

/** What the work tells, each once. */
export const TOLD_FACTS = facts(true);
/** What might have been told and is not, though others have theirs: what cannot be answered. */
export const UNTOLD_FACTS = facts(false);
/** What a work says of somebody against what it said before. */
export function contradictionOf({ kind, person }: Fact): string {
  const of = KINDS.find((each) => each.kind === kind)!;
  const other = of.values[(PEOPLE.indexOf(person as (typeof PEOPLE)[number]) + 5) % of.values.length]!;
  return sentence(of.tells, { n: person, v: other });
}

/** Words that the work never says. */
export const STRANGE_QUESTIONS = [
  '우주선의 연료는 무엇인가?',
  '비밀번호 열쇠말은?',
  '컴퓨터의 메모리는?',
  '북극곰의 이글루는?',
  '스마트폰의 액정은?',
  '피아노 협주곡의 작곡가는?',
  '로봇 청소기의 색깔은?',
  '오로라의 파장은?',
  '캠코더의 렌즈는?',
  '캥거루를 기른 농장은?',
];
