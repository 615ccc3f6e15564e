import { LinesReader, textIn } from '../answers/lines.ts';
import { placeOf } from '../answers/verify.ts';
import { fenced, unmarked } from './fence.ts';
import { ROW_RULES } from './house.ts';
import type { Telling } from './telling.ts';

export const researching: Telling<'research'> = {
  rules: `${ROW_RULES}

조사하는 법
- 한 줄이 한 주장이다: {"claim":"주장","source":"출처 번호나 null","quote":"출처에서 그대로 옮긴 말이나 null"}
- 작가가 준 출처에서 나온 주장에는 출처 번호(w1, w2 …)와 인용을 단다. 아는 것으로만 쓰는 주장은 둘 다 null로 둔다.
- 출처의 이름이나 주소를 지어내지 않는다. 확실하지 않으면 쓰지 않는다.`,
  request: ({ question, sources }) => `${sources.map((source, at) => fenced(`w${at + 1}`, '작가가 준 출처', source)).join('')}다음을 조사해 줘.\n물음: ${unmarked(question)}`,
  reader: ({ sources }) =>
    new LinesReader(
      ({ claim, source, quote }) => {
        const said = textIn(claim);
        if (said === null) return null;
        const given = typeof source === 'string' ? sources[Number(source.replace(/^w/, '')) - 1] : undefined;
        const place = given === undefined || typeof quote !== 'string' ? null : placeOf(quote, given);
        return place === null ? { claim: said, source: null, quote: null, verified: false } : { claim: said, source: String(source), quote: given!.slice(place.from, place.to), verified: true };
      },
      (rows) => ({ kind: 'rows', rows: [...rows] }),
    ),
  tokensOut: 2_000,
  tokensIn: 20_000,
};
