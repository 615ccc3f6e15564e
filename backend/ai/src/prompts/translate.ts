import type { AssistResult, BriefItem } from '@cowrite/contract';
import { LinesReader, textIn } from '../answers/lines.ts';
import { fenced } from './fence.ts';
import { passageOf, type Telling, wish } from './telling.ts';

interface Segment {
  id: string;
  source: string;
}

export const translating: Telling<'translate'> = {
  rules: `옮기는 법
- 한 줄에 JSON 객체 하나씩만 쓴다: {"id":"s1","text":"옮긴 글"}
- 받은 조각마다 한 줄, 같은 id로, 같은 차례로 쓴다. 합치거나 나누거나 빼지 않는다.
- 자료에 적힌 이름과 용어의 옮김이 있으면 그대로 쓴다. 없으면 이름은 소리대로 적고 끝까지 같게 적는다.
- 높임말과 반말의 차이는 그 언어에서 자연스러운 말투로 살린다. 뜻을 더하거나 풀이를 붙이지 않는다.`,
  request({ span, language, instruction }, items) {
    const segments = segmentsOf(passageOf(span, items)?.item);
    return `다음 조각들을 ${language} 언어로 옮겨 줘.${wish(instruction)}\n\n${segments.map(({ id, source }) => fenced(id, '조각', source)).join('')}`.trimEnd();
  },
  reader({ span }, items) {
    const segments = segmentsOf(passageOf(span, items)?.item);
    const open = new Map(segments.map((segment) => [segment.id, segment]));
    return new LinesReader(
      ({ id, text }) => {
        const segment = typeof id === 'string' ? open.get(id) : undefined;
        const said = textIn(text, 8_000);
        // One that was not asked for, or comes again.
        if (segment === undefined || said === null) return null;
        open.delete(segment.id);
        return { ...segment, text: said };
      },
      (rows): AssistResult => ({ kind: 'rows', rows: segments.map((segment) => rows.find(({ id }) => id === segment.id) ?? { ...segment, text: null }) }),
    );
  },
  tokensOut: 12_000,
  tokensIn: 20_000,
};

/** A paragraph is a segment; what came back for one that is not there is dropped, and one that did not come back is told as missing. */
const segmentsOf = (item: BriefItem | undefined): Segment[] =>
  (item?.text ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((source, at) => ({ id: `s${at + 1}`, source }));
