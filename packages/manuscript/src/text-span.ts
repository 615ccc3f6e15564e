/** A stretch of text, with the words that stood there: found again after the text around it, or before it, has changed. */
export interface Span {
  /** In UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly quote: string;
}

/**
 * Where the span is in `text` now: where it says, if its words still stand there; else the nearest place with the same words;
 * null when there is none. A span without words is a caret, and stands as near as the text allows.
 */
export function findSpan(text: string, { from, to, quote }: Span): { from: number; to: number } | null {
  if (quote === '') {
    const at = Math.min(from, text.length);
    return { from: at, to: at };
  }
  if (to - from === quote.length && text.startsWith(quote, from)) return { from, to };
  const before = text.lastIndexOf(quote, from);
  const after = text.indexOf(quote, from);
  if (before < 0 && after < 0) return null;
  const at = before < 0 ? after : after < 0 || from - before <= after - from ? before : after;
  return { from: at, to: at + quote.length };
}
