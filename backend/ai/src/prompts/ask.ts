import type { AssistResult, BriefItem, Citation } from '@cowrite/contract';
import { HELD, LinesReader, textIn } from '../answers/lines.ts';
import { citationOf } from '../answers/verify.ts';
import { unmarked } from './fence.ts';
import { ROW_RULES } from './house.ts';
import type { Telling } from './telling.ts';

const SENTENCES_MAX = 12;
const NEAREST = 3;

interface Sentence {
  text: string;
  citations: Citation[];
}

export const asking: Telling<'ask'> = {
  rules: `${ROW_RULES}

묻는 말에 답하는 법
- 자료에 적힌 것만으로 답한다. 짐작, 다른 작품의 지식, 요약에서 얻은 느낌은 근거가 아니다.
- 한 줄이 한 문장이다: {"text":"답의 한 문장","cites":[{"item":자료 번호,"quote":"그 자료에서 그대로 옮긴 말"}]}
- 문장마다 근거를 하나 이상 단다. 근거를 댈 수 없는 문장은 쓰지 않는다.
- 자료가 서로 어긋나면 어긋난다고 쓰고 둘 다 인용한다.
- 답이 자료에 없으면 {"found":false} 한 줄만 쓴다.`,
  request: ({ question }) => `다음을 자료에서 찾아 ${SENTENCES_MAX}문장 안으로 답해 줘.\n물음: ${unmarked(question)}`,
  reader: (_task, items) =>
    new LinesReader(
      // Saying that it is not there is no sentence, and nothing that fell.
      (value) => (value['found'] === false && value['text'] === undefined ? HELD : sentenceIn(value, items)),
      (sentences) => answerOf(sentences, items),
    ),
  tokensOut: 1_500,
  tokensIn: 10_000,
};

/** A sentence with those of its citations that stand, or null without any. */
function sentenceIn({ text, cites }: Record<string, unknown>, items: readonly BriefItem[]): Sentence | null {
  const said = textIn(text);
  const citations = (Array.isArray(cites) ? cites : []).slice(0, 5).flatMap((each: unknown) => {
    const { item, quote } = (each ?? {}) as { item?: unknown; quote?: unknown };
    return citationOf(item, quote, items) ?? [];
  });
  return said === null || citations.length === 0 ? null : { text: said, citations };
}

function answerOf(sentences: readonly Sentence[], items: readonly BriefItem[]): AssistResult {
  const found = sentences.length > 0;
  return { kind: 'answer', found, sentences: sentences.slice(0, SENTENCES_MAX), nearest: found ? [] : nearestOf(items) };
}

/** What came closest, as the search said by its order. */
const nearestOf = (items: readonly BriefItem[]): Citation[] => items.flatMap(({ id, layer, source }) => (layer === 'passages' && source !== null ? [{ itemId: id, span: source }] : [])).slice(0, NEAREST);
