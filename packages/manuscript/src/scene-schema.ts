import type { MarkSpec, NodeSpec } from 'prosemirror-model';

/**
 * What a scene is made of: the node and mark specs of ProseMirror, as plain data. In the scene's Y.XmlFragment
 * (`default`) an element carries the node's name and a text attribute carries the mark's name, so whatever these names
 * say is also what other programs write. Parsing accepts only what is listed here; everything else loses its dress and
 * keeps its text, so no foreign attribute, style or address can enter a manuscript.
 */

/** The name of the Y.XmlFragment that holds a scene. */
export const SCENE_FRAGMENT = 'default';

/** Blocks that only the authors see: neither counted, nor searched, nor exported. */
export const AUTHOR_ONLY_NODES: ReadonlySet<string> = new Set(['authorNote']);

const HEADING_LEVELS = [1, 2, 3] as const;

/** A reading of one ruby group: 1–40 characters, one line. */
export function isRubyReading(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 40 && !/[\u0000-\u001f\u007f]/.test(value);
}

/** An id of something outside the manuscript: of a picture, or of the assist that proposed a text. */
const isId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value);

/** What a picture shows, in UTF-16 units. */
export const ALT_UNITS_MAX = 300;
/** A side of a picture, in pixels. */
const isSide = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 100_000;
const side = (value: unknown): void => {
  if (!isSide(value)) throw new RangeError('a picture is 1 to 100,000 pixels wide and high');
};

const box = (tag: string, kind: string): Pick<NodeSpec, 'content' | 'group' | 'defining' | 'parseDOM' | 'toDOM'> => ({
  content: 'paragraph+',
  group: 'block',
  defining: true,
  parseDOM: [{ tag: `${tag}[data-block="${kind}"]` }],
  toDOM: () => [tag, { 'data-block': kind, class: `block-${kind}` }, 0],
});

/** Node specs by name, in the order in which ProseMirror should try them. */
export const sceneNodes: Record<string, NodeSpec> = {
  doc: { content: 'block+' },
  paragraph: { content: 'inline*', group: 'block', parseDOM: [{ tag: 'p' }], toDOM: () => ['p', 0] },
  heading: {
    content: 'inline*',
    group: 'block',
    defining: true,
    attrs: {
      level: {
        default: 2,
        validate: (value: unknown) => {
          if (!HEADING_LEVELS.includes(value as 1)) throw new RangeError('a heading has level 1, 2 or 3');
        },
      },
    },
    parseDOM: [...HEADING_LEVELS.map((level) => ({ tag: `h${level}`, attrs: { level } })), ...[4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level: 3 } }))],
    toDOM: (node) => [`h${HEADING_LEVELS.includes(node.attrs['level']) ? node.attrs['level'] : 3}`, 0],
  },
  blockquote: { content: 'paragraph+', group: 'block', defining: true, parseDOM: [{ tag: 'blockquote' }], toDOM: () => ['blockquote', 0] },
  sceneBreak: { group: 'block', atom: true, parseDOM: [{ tag: 'hr' }], toDOM: () => ['hr', { class: 'block-scene-break' }] },
  // A picture of the work. What it is is the media service's; here is only which, its shape, and what it shows for those who do not see it.
  image: {
    group: 'block',
    atom: true,
    draggable: true,
    attrs: {
      blobId: {
        validate: (value: unknown) => {
          if (!isId(value)) throw new RangeError('a picture is named by its id');
        },
      },
      alt: {
        default: '',
        validate: (value: unknown) => {
          if (typeof value !== 'string' || value.length > ALT_UNITS_MAX) throw new RangeError('what a picture shows is said in 300 characters');
        },
      },
      width: { default: 4, validate: side },
      height: { default: 3, validate: side },
    },
    parseDOM: [
      {
        tag: 'figure[data-blob]',
        getAttrs: (element) => {
          const blobId = element.getAttribute('data-blob');
          const [width, height] = [Number(element.getAttribute('data-width')), Number(element.getAttribute('data-height'))];
          return isId(blobId) && isSide(width) && isSide(height) ? { blobId, width, height, alt: (element.getAttribute('data-alt') ?? '').slice(0, ALT_UNITS_MAX) } : false;
        },
      },
    ],
    toDOM: ({ attrs }) => ['figure', { class: 'block-image', 'data-blob': String(attrs['blobId']), 'data-width': String(attrs['width']), 'data-height': String(attrs['height']), 'data-alt': String(attrs['alt']) }],
  },
  authorNote: box('aside', 'author-note'),
  statusWindow: box('section', 'status-window'),
  hardBreak: { inline: true, group: 'inline', selectable: false, linebreakReplacement: true, parseDOM: [{ tag: 'br' }], toDOM: () => ['br'] },
  text: { group: 'inline' },
};

/** Mark specs by name. */
export const sceneMarks: Record<string, MarkSpec> = {
  ruby: {
    attrs: {
      rt: {
        validate: (value: unknown) => {
          if (!isRubyReading(value)) throw new RangeError('a ruby reading is one line of 1 to 40 characters');
        },
      },
    },
    inclusive: false,
    parseDOM: [
      {
        tag: 'span[data-ruby]',
        getAttrs: (element) => {
          const rt = element.getAttribute('data-ruby');
          return isRubyReading(rt) ? { rt } : false;
        },
      },
    ],
    // The reading is drawn from the attribute by the style sheet: a <rt> inside the editable text could be typed into.
    toDOM: (mark) => ['span', { class: 'mark-ruby', 'data-ruby': String(mark.attrs['rt']) }, 0],
  },
  // Text that a model proposed and a writer took: whoever looks for it can find it, and what is typed in it is the writer's own.
  assisted: {
    attrs: {
      by: {
        validate: (value: unknown) => {
          if (!isId(value)) throw new RangeError('an assist is named by its id');
        },
      },
    },
    inclusive: false,
    parseDOM: [
      {
        tag: 'span[data-assisted]',
        getAttrs: (element) => {
          const by = element.getAttribute('data-assisted');
          return isId(by) ? { by } : false;
        },
      },
    ],
    toDOM: (mark) => ['span', { class: 'mark-assisted', 'data-assisted': String(mark.attrs['by']) }, 0],
  },
  bold: {
    parseDOM: [
      { tag: 'strong' },
      // Documents of word processors and Google Docs wrap everything in <b style="font-weight:normal">.
      { tag: 'b', getAttrs: (element) => (element.style.fontWeight === 'normal' ? false : null) },
      { style: 'font-weight', getAttrs: (value) => (/^(bold|bolder|[6-9]\d\d)$/.test(value) ? null : false) },
    ],
    toDOM: () => ['strong', 0],
  },
  italic: { parseDOM: [{ tag: 'em' }, { tag: 'i' }, { style: 'font-style=italic' }], toDOM: () => ['em', 0] },
  underline: { parseDOM: [{ tag: 'u' }], toDOM: () => ['u', 0] },
  strike: { parseDOM: [{ tag: 's' }, { tag: 'del' }, { tag: 'strike' }], toDOM: () => ['s', 0] },
};
