import { Fragment, type Mark, type Node as ProseNode, Slice } from '@tiptap/pm/model';
import { sceneSchema } from './schema.ts';

/** Zero-width characters that other programs leave in text; the joiners of emoji and Indic scripts are not among them. */
const STOWAWAYS = /[\u200b\u2060\ufeff\u00ad]/g;

/** Text from outside as it may stand in a manuscript: composed, without stowaways, with ordinary spaces and line ends. */
export function cleanText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(STOWAWAYS, '')
    .replace(/[\u00a0\u202f]/g, ' ')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

/**
 * HTML from Word, 한글, Google Docs or a web page before it is read by the schema (which keeps only its own nodes and
 * marks): office remarks are dropped, readings of <ruby> become the ruby mark, the rest is text as `cleanText`.
 */
export function cleanHtml(html: string): string {
  const page = new DOMParser().parseFromString(html.replace(/<!--\[if[\s\S]*?<!\[endif\]-->/g, ''), 'text/html');
  for (const element of page.querySelectorAll('script, style, title, meta, link, xml, o\\:p:empty, rp, template, iframe, object, svg, math')) element.remove();
  for (const ruby of page.querySelectorAll('ruby')) {
    const rt = cleanText([...ruby.querySelectorAll('rt')].map((reading) => reading.textContent ?? '').join('')).trim();
    for (const reading of ruby.querySelectorAll('rt, rtc')) reading.remove();
    const span = page.createElement('span');
    if (rt) span.setAttribute('data-ruby', rt);
    span.textContent = ruby.textContent;
    ruby.replaceWith(span);
  }
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) node.nodeValue = cleanText(node.nodeValue ?? '');
  return page.body.innerHTML;
}

/** Plain text as blocks: one paragraph a line, so that an empty line stays an empty paragraph. */
export function textSlice(text: string, marks: readonly Mark[] = []): Slice {
  const lines = cleanText(text).split('\n');
  const paragraphs: ProseNode[] = lines.map((line) => sceneSchema.node('paragraph', null, line ? [sceneSchema.text(line, marks)] : []));
  return new Slice(Fragment.fromArray(paragraphs), 1, 1);
}

/** What the clipboard gets as plain text: one line a block, hard breaks as line ends. */
export function sliceText(slice: Slice): string {
  return slice.content.textBetween(0, slice.content.size, '\n', (leaf) => (leaf.type.name === 'hardBreak' ? '\n' : leaf.type.name === 'sceneBreak' ? '***' : ''));
}
