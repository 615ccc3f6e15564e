import { LinesReader, textIn } from '../answers/lines.ts';
import { inOrder } from '../answers/verify.ts';
import { ROW_RULES } from './house.ts';
import { passageOf, type Telling, wish } from './telling.ts';

export const storyboarding: Telling<'storyboard'> = {
  rules: `${ROW_RULES}

콘티를 짜는 법
- 한 줄이 한 컷이다: {"size":"전경|중경|근경|클로즈업","picture":"그림에 보이는 것","sound":"소리나 null","item":자료 번호,"quote":"그 컷이 나온 대목을 그대로 옮긴 말"}
- 본문의 차례를 따른다. 본문에 없는 사건을 넣지 않는다.`,
  request: ({ span, instruction }, items) => `자료 ${passageOf(span, items)?.place ?? ''}의 글을 컷으로 나누어 줘.${wish(instruction)}`,
  reader(_task, items) {
    const find = inOrder(items);
    return new LinesReader(
      ({ size, picture, sound, item, quote }) => {
        const [shown, place] = [textIn(picture), find(item, quote)];
        return shown === null || place === null ? null : { size: textIn(size, 20), picture: shown, sound: textIn(sound, 200), place };
      },
      (rows) => ({ kind: 'rows', rows: rows.map((row, at) => ({ shot: at + 1, ...row })) }),
    );
  },
  tokensOut: 4_000,
  tokensIn: 20_000,
};
