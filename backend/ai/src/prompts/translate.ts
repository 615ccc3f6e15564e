import type { AssistResult, BriefItem, GlossaryTerm } from '@cowrite/contract';
import { sentencesIn } from '@cowrite/manuscript';
import { HELD, LinesReader, textIn } from '../answers/lines.ts';
import { fenced, unmarked } from './fence.ts';
import { missedIn, termsIn } from './glossary.ts';
import { passageOf, type Telling, wish } from './telling.ts';

interface Segment {
  id: string;
  source: string;
}
interface Row extends Segment {
  text: string;
  /** Terms of the glossary that it does not keep; without any there is no such field. */
  missed?: GlossaryTerm[];
}

export const translating: Telling<'translate'> = {
  rules: `옮기는 법
- 한 줄에 JSON 객체 하나씩만 쓴다: {"id":"s1","text":"옮긴 글"}
- 받은 조각마다 한 줄, 같은 id로, 같은 차례로 쓴다. 합치거나 나누거나 빼지 않는다.
- 용어집과 자료에 적힌 이름과 용어의 옮김이 있으면 그대로 쓴다. 없으면 이름은 소리대로 적고 끝까지 같게 적는다.
- 높임말과 반말의 차이는 그 언어에서 자연스러운 말투로 살린다. 뜻을 더하거나 풀이를 붙이지 않는다.`,
  request({ span, language, instruction, glossary = [] }, items) {
    const segments = segmentsOf(passageOf(span, items)?.item);
    return `다음 조각들을 ${language} 언어로 옮겨 줘.${wish(instruction)}${told(termsOf(segments, glossary))}\n\n${pieces(segments)}`.trimEnd();
  },
  reader({ span, language, glossary = [] }, items) {
    const segments = segmentsOf(passageOf(span, items)?.item);
    const open = new Map(segments.map((segment) => [segment.id, segment]));
    /** Those that miss a term: asked for once more, and until then not shown. */
    const held = new Map<string, Row>();
    let isAgain = false;
    return new LinesReader<Row>(
      ({ id, text }) => {
        const segment = typeof id === 'string' ? open.get(id) : undefined;
        const translation = textIn(text, 8_000);
        // One that was not asked for, or comes again.
        if (segment === undefined || translation === null) return null;
        open.delete(segment.id);
        const row = rowOf(segment, translation, glossary);
        if (!isAgain) {
          if (row.missed === undefined) return row;
          held.set(segment.id, row);
          return HELD;
        }
        const first = held.get(segment.id)!;
        held.delete(segment.id);
        return (row.missed?.length ?? 0) <= (first.missed?.length ?? 0) ? row : first;
      },
      (rows): AssistResult => ({ kind: 'rows', rows: segments.map((segment) => ({ ...(rows.find(({ id }) => id === segment.id) ?? held.get(segment.id) ?? { ...segment, text: null }) })) }),
      () => {
        isAgain = true;
        open.clear();
        for (const segment of segments) if (held.has(segment.id)) open.set(segment.id, segment);
        return held.size === 0 ? null : requestAgain(language, [...held.values()]);
      },
    );
  },
  mayAskAgain: ({ span, glossary = [] }, items) => termsOf(segmentsOf(passageOf(span, items)?.item), glossary).length > 0,
  tokensOut: 12_000,
  tokensIn: 20_000,
};

/** A sentence is a segment, so that one that is changed later is translated again alone; what came back for one that is not there is dropped, and one that did not come back is told as missing. */
const segmentsOf = (item: BriefItem | undefined): Segment[] => sentencesIn(item?.text ?? '').map(({ text }, at) => ({ id: `s${at + 1}`, source: text }));

const pieces = (segments: readonly Segment[]): string => segments.map(({ id, source }) => fenced(id, '조각', source)).join('');

/** The terms that the segments say: no others are told. */
const termsOf = (segments: readonly Segment[], glossary: readonly GlossaryTerm[]): GlossaryTerm[] => termsIn(segments.map(({ source }) => source).join('\n'), glossary);

const told = (terms: readonly GlossaryTerm[]): string => (terms.length === 0 ? '' : `\n용어집. 왼쪽 말은 반드시 오른쪽 말로 옮긴다.\n${terms.map(lineOf).join('\n')}`);
const lineOf = ({ source, target }: GlossaryTerm): string => `${unmarked(source)} → ${unmarked(target)}`;

function rowOf(segment: Segment, text: string, glossary: readonly GlossaryTerm[]): Row {
  const missed = missedIn(segment.source, text, glossary);
  return { ...segment, text, ...(missed.length === 0 ? {} : { missed }) };
}

/** What is asked once more: the segments that miss something, each with how it was said and what was missed. */
const requestAgain = (language: string, rows: readonly Row[]): string =>
  `조금 전에 ${language} 언어로 옮긴 조각 가운데 용어집을 지키지 않은 것이 있다. 아래 조각만, 빠뜨린 말을 넣어 다시 옮겨 줘.\n\n${rows
    .map(({ id, source, text, missed = [] }) => `${fenced(id, '조각', source)}${fenced(id, '앞서 옮긴 글', text)}${id}에서 빠뜨린 말: ${missed.map(lineOf).join(', ')}\n\n`)
    .join('')}`.trimEnd();
