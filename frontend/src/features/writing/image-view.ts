import { ALT_UNITS_MAX } from '@cowrite/manuscript';
import type { Node as ProseNode } from '@tiptap/pm/model';
import type { EditorView, NodeView } from '@tiptap/pm/view';
import { isComposingKey } from '../../shared/ui/text-field.tsx';

/** Where the sizes of a picture are for this person, for some minutes. */
export interface PictureSource {
  src: string;
  srcset: string;
}

export interface ImageHost {
  /** Asks where a picture is. Rejects when it is not there for this person, or there is no connection. */
  picture: (blobId: string) => Promise<PictureSource>;
  canWrite: () => boolean;
  words: { alt: string; away: string };
}

/** The width a picture has in the manuscript at most. */
const SIZES = '(max-width: 48em) 100vw, 640px';

/** A picture in the text: its room is there before it is, and below it, while it is selected, what it shows in words. */
export class ImageView implements NodeView {
  readonly dom = document.createElement('figure');
  readonly #image = document.createElement('img');
  readonly #alt = document.createElement('input');
  readonly #host: ImageHost;
  #node: ProseNode;
  #asked = 0;

  constructor(host: ImageHost, node: ProseNode, view: EditorView, getPos: () => number | undefined) {
    this.#host = host;
    this.#node = node;
    this.dom.className = 'block-image';
    this.dom.contentEditable = 'false';
    this.#image.sizes = SIZES;
    this.#image.loading = 'lazy';
    this.#image.decoding = 'async';
    this.#image.draggable = false;
    this.#image.addEventListener('error', () => this.#ask());
    this.#image.addEventListener('load', () => this.dom.classList.remove('is-away'));
    this.#alt.className = 'block-image-alt';
    this.#alt.maxLength = ALT_UNITS_MAX;
    this.#alt.placeholder = host.words.alt;
    this.#alt.setAttribute('aria-label', host.words.alt);
    this.#alt.addEventListener('keydown', (event) => {
      if (isComposingKey({ nativeEvent: event, keyCode: event.keyCode }) || (event.key !== 'Enter' && event.key !== 'Escape')) return;
      event.preventDefault();
      view.focus();
    });
    this.#alt.addEventListener('blur', () => {
      const at = getPos();
      const alt = this.#alt.value.normalize('NFC').trim();
      if (at === undefined || alt === this.#node.attrs['alt'] || !host.canWrite()) return;
      view.dispatch(view.state.tr.setNodeMarkup(at, null, { ...this.#node.attrs, alt }));
    });
    this.dom.append(this.#image, this.#alt);
    this.#show();
    this.#ask();
  }

  update(node: ProseNode): boolean {
    if (node.type !== this.#node.type || node.attrs['blobId'] !== this.#node.attrs['blobId']) return false;
    this.#node = node;
    this.#show();
    return true;
  }

  selectNode(): void {
    this.dom.classList.add('ProseMirror-selectednode');
    this.#alt.readOnly = !this.#host.canWrite();
  }

  deselectNode(): void {
    this.dom.classList.remove('ProseMirror-selectednode');
  }

  stopEvent(event: Event): boolean {
    return event.target === this.#alt;
  }

  ignoreMutation(): boolean {
    return true;
  }

  #show(): void {
    const { alt, width, height } = this.#node.attrs as { alt: string; width: number; height: number };
    this.#image.alt = alt;
    this.#image.width = width;
    this.#image.height = height;
    this.#image.style.aspectRatio = `${width} / ${height}`;
    if (document.activeElement !== this.#alt) this.#alt.value = alt;
  }

  /** Asks for the addresses, and once more when they do not lead to a picture: they live for minutes, a page for days. */
  #ask(): void {
    if (this.#asked >= 2) return this.#away();
    this.#asked++;
    this.#host.picture(String(this.#node.attrs['blobId'])).then(
      ({ src, srcset }) => {
        this.#image.srcset = srcset;
        this.#image.src = src;
      },
      () => this.#away(),
    );
  }

  #away(): void {
    this.dom.classList.add('is-away');
    this.dom.dataset['away'] = this.#host.words.away;
  }
}
