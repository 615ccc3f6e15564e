import { LinesReader, textIn } from '../answers/lines.ts';
import { citationOf } from '../answers/verify.ts';
import { ROW_RULES } from './house.ts';
import { type Telling, wish } from './telling.ts';

export const reacting: Telling<'react'> = {
  rules: `${ROW_RULES}

독자가 되어 보는 법
- 서로 다른 독자 다섯 사람의 반응을 흉내 낸다. 칭찬만 하지 않는다.
- 한 줄이 한 반응이다: {"reader":"어떤 독자인지","feeling":"재미|긴장|감동|지루함|혼란|거슬림","text":"반응","item":자료 번호,"quote":"그 반응이 나온 대목을 그대로 옮긴 말"}`,
  request: ({ readers }) => `본문 자료를 읽은 독자들의 반응을 써 줘.${wish(readers === undefined ? undefined : `이런 독자들로: ${readers}`)}`,
  reader: (_task, items) =>
    new LinesReader(
      ({ reader, feeling, text, item, quote }) => {
        const [who, said, place] = [textIn(reader, 100), textIn(text), citationOf(item, quote, items)];
        // A machine's guess at readers, and said to be so in each of its rows.
        return who === null || said === null || place === null ? null : { reader: who, feeling: textIn(feeling, 20), text: said, place, simulation: true };
      },
      (rows) => ({ kind: 'rows', rows: [...rows] }),
    ),
  tokensOut: 1_500,
  tokensIn: 20_000,
};
