/** Which passages of a work a question is about, by its words: what retrieval is when no model is asked. */

/** Particles (조사) and endings that a word of a question carries behind its stem, the longest first. */
const ENDINGS = [
  ...[
    '에게서는',
    '으로부터',
    '이라는',
    '에서는',
    '에게서',
    '한테서',
    '이라도',
    '이었을까',
    '이었지',
    '이었나',
    '였을까',
    '이랑은',
    '으로는',
    '에게는',
    '한테는',
    '까지는',
    '부터는',
    '라는',
    '에서',
    '에게',
    '한테',
    '께서',
    '으로',
    '이랑',
    '까지',
    '부터',
    '마다',
    '처럼',
    '보다',
    '이나',
    '라도',
    '조차',
    '마저',
    '밖에',
    '이란',
    '하고',
    '인가',
    '일까',
    '였지',
    '였나',
    '이지',
    '이야',
    '이고',
    '은',
    '는',
    '이',
    '가',
    '을',
    '를',
    '의',
    '에',
    '께',
    '로',
    '와',
    '과',
    '랑',
    '도',
    '만',
    '나',
    '란',
    '야',
    '지',
    '요',
    '까',
    '니',
    '냐',
  ],
].toSorted((a, b) => b.length - a.length);

/** Words that ask and name nothing. */
const ASKING = new Set([
  '언제',
  '어디',
  '어디서',
  '누구',
  '누가',
  '무엇',
  '무슨',
  '뭐',
  '뭘',
  '왜',
  '어떻게',
  '어떤',
  '어느',
  '몇',
  '얼마나',
  '그',
  '저',
  '이',
  '것',
  '거',
  '때',
  '때문',
  '있',
  '있었',
  '했',
  '하',
  '되',
  '됐',
  '인지',
  '는지',
  '대해',
  'the',
  'a',
  'an',
  'is',
  'was',
  'did',
  'does',
  'do',
  'who',
  'what',
  'when',
  'where',
  'why',
  'how',
  'of',
  'in',
  'to',
  'and',
  'his',
  'her',
]);

/**
 * The words of a question by which passages are found: without particles and endings, without words that only ask, each once.
 * `설화의 왼팔 흉터는 언제 생겼지?` → `설화`, `왼팔`, `흉터`, `생겼`.
 */
export function termsOf(question: string): string[] {
  const words =
    question
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const stems = words.map((word) => {
    const ending = /[가-힣]/.test(word) ? ENDINGS.find((each) => word.length - each.length >= (each.length > 1 ? 1 : 2) && word.endsWith(each)) : undefined;
    return ending === undefined ? word : word.slice(0, -ending.length);
  });
  return [...new Set(stems.filter((stem) => stem !== '' && !ASKING.has(stem)))];
}

/** A passage: in which of the texts, and from where to where in it (UTF-16 units). Whole lines. */
export interface RankedPassage {
  readonly text: number;
  readonly from: number;
  readonly to: number;
  readonly score: number;
}

/** About so many characters are judged together; a line is never divided. */
const PASSAGE = 400;
/** What a word weighs that is there only in part, by its pairs of syllables. */
const IN_PART = 0.3;
const AGAIN = 0.15;
/** How much more words weigh that one sentence says together: many names stand in a passage, and one of them beside what is asked. */
const TOGETHER = 1;
const SENTENCE_END = /(?<=[.!?…][”’"'』」)\]]*)\s+|\n/u;

interface Piece {
  text: number;
  from: number;
  to: number;
  words: string;
}

/** Lines of a text in groups, each with its place: what is judged, and told, together. Groups do not overlap. */
export function passageBounds(whole: string): { from: number; to: number }[] {
  const passages: { from: number; to: number }[] = [];
  let from = 0;
  for (let to = whole.indexOf('\n'); ; to = whole.indexOf('\n', to + 1)) {
    const end = to < 0 ? whole.length : to;
    if (to >= 0 && end - from < PASSAGE) continue;
    if (whole.slice(from, end).trim() !== '') passages.push({ from, to: end });
    if (to < 0) break;
    from = end + 1;
  }
  return passages;
}

const piecesOf = (texts: readonly string[]): Piece[] => texts.flatMap((whole, text) => passageBounds(whole).map(({ from, to }) => ({ text, from, to, words: whole.slice(from, to).toLowerCase() })));

const pairsOf = (term: string): string[] => Array.from({ length: Math.max(0, term.length - 1) }, (_, at) => term.slice(at, at + 2));

/** How much of a term a piece holds: 1 and a little for each further time, or its part by pairs of syllables. */
function presence(words: string, term: string, pairs: readonly string[]): number {
  let times = 0;
  for (let at = words.indexOf(term); at >= 0 && times < 4; at = words.indexOf(term, at + term.length)) times++;
  if (times > 0) return 1 + AGAIN * (times - 1);
  if (pairs.length < 2) return 0;
  return (IN_PART * pairs.filter((pair) => words.includes(pair)).length) / pairs.length;
}

/**
 * The `limit` passages that say most of what the question asks about, the best first: words that few passages have weigh
 * more (inverse document frequency), words that one sentence says together more than those that are scattered, and a passage is
 * lifted by its neighbours, since a name often stands a line before what is told. Passages that have nothing of it are not among them.
 */
export function rankPassages(texts: readonly string[], question: string, limit: number): RankedPassage[] {
  const terms = termsOf(question).map((term) => ({ term, pairs: pairsOf(term) }));
  const pieces = piecesOf(texts);
  if (terms.length === 0 || pieces.length === 0) return [];
  const held = pieces.map(({ words }) => terms.map(({ term, pairs }) => presence(words, term, pairs)));
  const weights = terms.map((_, at) => Math.log(1 + pieces.length / (1 + held.filter((row) => row[at]! >= 1).length)));
  const own = held.map((row) => row.reduce((sum, share, at) => sum + share * weights[at]!, 0));
  const neighbour = (at: number, step: number): number =>
    pieces[at + step]?.text === pieces[at]!.text ? held[at + step]!.reduce((sum, share, term) => sum + Math.max(0, Math.min(1, share) - Math.min(1, held[at]![term]!)) * weights[term]!, 0) : 0;
  /** What the sentence weighs that says most of the words which a piece has whole. */
  const together = (at: number): number => {
    const whole = terms.flatMap(({ term }, which) => (held[at]![which]! >= 1 ? [{ term, weight: weights[which]! }] : []));
    if (whole.length < 2) return whole[0]?.weight ?? 0;
    return Math.max(...pieces[at]!.words.split(SENTENCE_END).map((said) => whole.reduce((sum, { term, weight }) => (said.includes(term) ? sum + weight : sum), 0)));
  };
  return pieces
    .map(({ text, from, to }, at) => ({ text, from, to, score: (own[at] ?? 0) > 0 ? own[at]! + TOGETHER * together(at) + 0.25 * Math.max(neighbour(at, -1), neighbour(at, 1)) : 0 }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.text - b.text || a.from - b.from)
    .slice(0, limit);
}

/** The passages with a line more on each side, so that what is told begins and ends with something; those that then meet are one. */
export function withNeighbours(texts: readonly string[], passages: readonly RankedPassage[]): RankedPassage[] {
  const joined: { text: number; from: number; to: number; score: number }[] = [];
  for (const { text, from, to, score } of passages) {
    const whole = texts[text]!;
    const start = from === 0 ? 0 : whole.lastIndexOf('\n', from - 2) + 1;
    const next = to >= whole.length ? -1 : whole.indexOf('\n', to + 1);
    let wider = { text, from: start, to: to >= whole.length || next < 0 ? whole.length : next, score };
    for (let at = joined.length - 1; at >= 0; at--) {
      const other = joined[at]!;
      if (other.text !== text || other.from > wider.to || wider.from > other.to) continue;
      wider = { text, from: Math.min(other.from, wider.from), to: Math.max(other.to, wider.to), score: Math.max(other.score, score) };
      joined.splice(at, 1);
    }
    joined.push(wider);
  }
  return joined.toSorted((a, b) => b.score - a.score || a.text - b.text || a.from - b.from);
}

/** How far down an order something may stand and still count; larger is more even. */
const FUSION = 60;

/** Several orders of passages as one, each as much as it says: the sum of 1/(60 + rank) (reciprocal rank fusion). */
export function fused(orders: readonly (readonly RankedPassage[])[], limit: number): RankedPassage[] {
  const scores = new Map<string, RankedPassage>();
  for (const order of orders)
    for (const [at, { text, from, to }] of order.entries()) {
      const key = `${text} ${from} ${to}`;
      scores.set(key, { text, from, to, score: (scores.get(key)?.score ?? 0) + 1 / (FUSION + at + 1) });
    }
  return [...scores.values()].toSorted((a, b) => b.score - a.score || a.text - b.text || a.from - b.from).slice(0, limit);
}
