export type HighlightName = 'lit' | 'found' | 'found-current';

/** Style rules for the page's own highlights; the build's CSS parser does not know the pseudo-element yet. */
const RULES = '::highlight(lit){color:var(--ink)}::highlight(found){background:var(--find)}::highlight(found-current){background:var(--find-current);color:#1d1b18}';

let installed = false;

/** Paints `ranges` under `name` over the text without touching it; nothing where the browser cannot. */
export function highlight(name: HighlightName, ranges: readonly Range[]): void {
  if (!('highlights' in CSS)) return;
  if (!installed) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES);
    document.adoptedStyleSheets.push(sheet);
    installed = true;
  }
  if (ranges.length === 0) CSS.highlights.delete(name);
  else CSS.highlights.set(name, new Highlight(...ranges));
}
