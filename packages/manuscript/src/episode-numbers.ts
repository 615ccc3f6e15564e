import type { NodeKind, Numbering } from '@cowrite/contract';

/**
 * Automatic episode numbers: readers of a serial count 화, and so does everyone who works on it. The number is never
 * stored; it follows from the reading order.
 */

/** What is said of one chapter: its number in its own count, and how that is written. */
export interface EpisodeNumber {
  number: number;
  ko: string;
  en: string;
}

const UNCOUNTED =
  /^(?:프롤로그|에필로그|서막|서장|서문|머리말|여는\s*글|종장|맺음말|닫는\s*글|후기|작가의\s*말|작가\s*후기|공지|휴재(?:\s*공지)?|등장\s*인물|차례|prologue|epilogue|foreword|afterword|author'?s\s+note|notice)(?![가-힣a-z])/iu;
const SIDE_STORY = /^(?:외전|번외(?:편)?|특별편|특별\s*외전|side\s*story|extra)(?![가-힣a-z])/iu;
const LEADING_NUMBER = /^(?:제\s*)?\d{1,5}\s*(?:화|회|장|편)(?:\s*[.:：)\]·—–-])?(?:\s+|$)/u;

const bare = (title: string): string => title.normalize('NFC').replace(/^[\s[({<〈《「『【#.·—–-]+/u, '');

/** How a chapter of this title takes part in the numbers: 프롤로그 and 후기 do not, 외전 is counted apart, others are. */
export function numberingFromTitle(title: string): Numbering {
  const start = bare(title);
  if (SIDE_STORY.test(start)) return 'side-story';
  return UNCOUNTED.test(start) ? 'uncounted' : 'counted';
}

/**
 * The title as it stands beside an automatic number: `12화 닭싸움` → `닭싸움`, `제3장` → `` (the number says it all).
 * A side story keeps its own: `외전 2 그 여름` → `그 여름`. What has no number comes back unchanged.
 */
export function titleBesideNumber(title: string, numbering: Numbering): string {
  const composed = title.normalize('NFC').trim();
  switch (numbering) {
    case 'uncounted':
      return composed;
    case 'side-story':
      return composed.replace(/^(?:외전|번외편?|특별편|side\s*story|extra)\s*\d*\s*(?:화|회|편)?\s*[.:：·—–-]?\s*/iu, '');
    case 'counted':
      return composed.replace(LEADING_NUMBER, '').trim();
  }
}

/** The number that a title itself claims (`12화 닭싸움` → 12), or null. */
export function numberInTitle(title: string): number | null {
  const found = /^(?:제\s*)?(\d{1,5})\s*(?:화|회|장|편)(?![가-힣])/u.exec(bare(title));
  return found ? Number(found[1]) : null;
}

/**
 * The numbers of all chapters, by id. `nodes` in reading order (outline-tree); parts and scenes are passed over, and
 * the count runs on across parts, as serials do.
 */
export function episodeNumbers(nodes: Iterable<{ id: string; kind: NodeKind; numbering: Numbering }>): Map<string, EpisodeNumber> {
  const numbers = new Map<string, EpisodeNumber>();
  let counted = 0;
  let sideStories = 0;
  for (const node of nodes) {
    if (node.kind !== 'chapter') continue;
    switch (node.numbering) {
      case 'counted':
        counted++;
        numbers.set(node.id, { number: counted, ko: `${counted}화`, en: `Ep. ${counted}` });
        break;
      case 'side-story':
        sideStories++;
        numbers.set(node.id, { number: sideStories, ko: `외전 ${sideStories}`, en: `Side story ${sideStories}` });
        break;
      case 'uncounted':
        break;
    }
  }
  return numbers;
}
