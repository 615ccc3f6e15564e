import { VARIANT_LINE, VariantsReader } from '../answers/variants.ts';
import { PROSE_RULES } from './house.ts';
import { passageOf, type Telling, wish } from './telling.ts';

const WAYS = 3;

export const continuing: Telling<'continue'> = {
  rules: `${PROSE_RULES}

이어 쓰는 법
- 서로 다르게 나아가는 짧은 글을 ${WAYS}가지 쓴다. 하나는 장면을 나아가게 하고, 하나는 인물의 속이나 관계를 드러내고, 하나는 뜻밖의 쪽으로 튼다.
- 각각 두 문장에서 다섯 문장이다. 앞글의 마지막 글자 바로 뒤에 붙는다. 앞글을 되풀이하지 않는다.
- 하나가 끝나면 ${VARIANT_LINE} 만 있는 줄을 두고 다음을 쓴다. 번호나 제목을 붙이지 않는다.`,
  request({ span, instruction }, items) {
    const place = passageOf(span, items)?.place;
    return `${place === undefined ? '본문' : `자료 ${place}`}의 마지막 글자 뒤를 ${WAYS}가지로 이어 써 줘.${wish(instruction)}`;
  },
  reader: () => new VariantsReader(WAYS),
  tokensOut: 1_000,
  tokensIn: 11_000,
};
