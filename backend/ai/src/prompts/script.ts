import { LinesReader, textIn } from '../answers/lines.ts';
import { inOrder } from '../answers/verify.ts';
import { ROW_RULES } from './house.ts';
import { passageOf, type Telling, wish } from './telling.ts';

const PAUSE_MS_MAX = 5_000;

export const scripting: Telling<'script'> = {
  rules: `${ROW_RULES}

낭독 대본을 만드는 법
- 한 줄이 한 번에 읽을 말이다: {"speaker":"말하는 사람이나 해설","emotion":"읽는 느낌","pauseMs":뒤에 쉬는 시간(밀리초),"item":자료 번호,"quote":"읽을 말을 그대로 옮긴 것"}
- 읽을 말은 본문에 있는 그대로다. 없는 말을 보태지 않고, 본문의 차례를 따라 빠짐없이 나눈다.`,
  request: ({ span, instruction }, items) => `자료 ${passageOf(span, items)?.place ?? ''}의 글을 낭독 대본으로 나누어 줘.${wish(instruction)}`,
  reader(_task, items) {
    const find = inOrder(items);
    return new LinesReader(
      ({ speaker, emotion, pauseMs, item, quote }) => {
        const [who, place] = [textIn(speaker, 80), find(item, quote)];
        // What is spoken is what stands in the manuscript, not what the model made of it.
        return who === null || place === null ? null : { speaker: who, emotion: textIn(emotion, 80), pauseMs: typeof pauseMs === 'number' ? Math.min(Math.max(0, Math.round(pauseMs)), PAUSE_MS_MAX) : 0, line: place.span.quote, place };
      },
      (rows) => ({ kind: 'rows', rows: [...rows] }),
    );
  },
  tokensOut: 6_000,
  tokensIn: 20_000,
};
