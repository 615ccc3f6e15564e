import type { AssistTask } from '@cowrite/contract';
import { VariantsReader } from '../answers/variants.ts';
import { PROSE_RULES } from './house.ts';
import { passageOf, type Telling, wish } from './telling.ts';

type OfPassage = 'rewrite' | 'style' | 'expand' | 'shorten';

/** One text in the place of another. */
function inItsPlace<F extends OfPassage>(how: string, asked: string, { tokensOut }: { tokensOut: number }): Telling<F> {
  return {
    rules: `${PROSE_RULES}\n\n고쳐 쓰는 법\n- 고친 글 하나만 쓴다. 고친 까닭이나 다른 안을 적지 않는다.\n- 문단의 차례와 사건, 누가 말하는지를 바꾸지 않는다.\n${how}`,
    request({ span, instruction }: Extract<AssistTask, { feature: OfPassage }>, items) {
      const place = passageOf(span, items)?.place;
      return `${place === undefined ? '본문' : `자료 ${place}의 글`}을 ${asked}${wish(instruction)}`;
    },
    reader: () => new VariantsReader(1),
    tokensOut,
    tokensIn: 16_000,
  };
}

export const rewriting = inItsPlace<'rewrite'>('- 뜻은 그대로 두고, 걸리는 문장을 고르고 군말을 덜고 소리 내어 읽을 때의 흐름을 다듬는다.\n- 고칠 것이 없는 문장은 그대로 둔다.', '고쳐 써 줘. 뜻은 그대로 둔다.', { tokensOut: 8_000 });
export const styling = inItsPlace<'style'>('- 작품의 문체나 작가가 말한 문체로 옮긴다. 이름, 숫자, 사실은 하나도 빠지거나 늘지 않는다.', '문체를 바꾸어 다시 써 줘.', { tokensOut: 8_000 });
export const expanding = inItsPlace<'expand'>('- 있는 사건 사이를 감각과 동작, 말의 사이로 채운다. 새 사건이나 새 인물을 들이지 않는다.\n- 길이는 한 배 반에서 두 배 사이다.', '늘려 써 줘.', { tokensOut: 12_000 });
export const shortening = inItsPlace<'shorten'>('- 사건과 대사의 뜻을 지키면서 절반쯤으로 줄인다. 되풀이와 설명부터 덜어 낸다.', '줄여 써 줘.', { tokensOut: 6_000 });
