import type { Lengths } from '@cowrite/contract';
import { keydownHandler } from '@tiptap/pm/keymap';
import { dropCursor } from '@tiptap/pm/dropcursor';
import { gapCursor } from '@tiptap/pm/gapcursor';
import type { Mark, Node as ProseNode } from '@tiptap/pm/model';
import { type Command, EditorState, Plugin, TextSelection, type Transaction } from '@tiptap/pm/state';
import { EditorView } from '@tiptap/pm/view';
import { absolutePositionToRelativePosition, defaultDeleteFilter, defaultProtectedNodes, relativePositionToAbsolutePosition, ySyncPlugin, ySyncPluginKey, yUndoPlugin } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import type { LiveDocument } from '../../shared/live/live.ts';
import { sceneKeymap } from './commands.ts';
import { lengthsOfScene } from './counting.ts';
import { ghosts, type SceneGhost, showGhost } from './ghost.ts';
import { type ImageHost, ImageView } from './image-view.ts';
import { cleanHtml, cleanText, sliceText, textSlice } from './paste.ts';
import { SceneMapping } from './scene-mapping.ts';
import { sceneSchema } from './schema.ts';
import { aidFor, type TypingAids } from './typing-aids.ts';
import { unfold, unfolding } from './unfolding.ts';

export interface SceneViewHost {
  live: LiveDocument;
  place: HTMLElement;
  label: string;
  placeholder: string;
  canWrite: () => boolean;
  /** The scene is laid out some blocks at a time, by `unfoldMore`. */
  unfolds: boolean;
  aids: () => TypingAids;
  /** After every change of text or selection, in the same frame. */
  changed: (change: { text: boolean; own: boolean }) => void;
  /** A block in which this person was typing was deleted by somebody else. */
  blockTaken: (block: TakenBlock) => void;
  /** A paste that is longer than a scene can take; nothing of it was taken. */
  pasteTooLong: () => void;
  /** Where pictures are, and what is said of them. */
  images: ImageHost;
  /** Picture files that came by paste or drop, for a place that is held. */
  bringPictures: (files: readonly File[], place: HeldStretch) => void;
  /** Keys of the page that must work from inside the text; true when one was taken. */
  pageKey: (event: KeyboardEvent) => boolean;
}

/** Where a stretch that is held on to is now; null when it is gone. */
export type HeldStretch = () => { from: number; to: number } | null;

/** A paragraph that went away under its writer, as it last stood. */
export interface TakenBlock {
  text: string;
  node: ProseNode;
  position: number;
}

/** Undo goes back by words and by pauses of this length. */
const UNDO_PAUSE_MS = 600;
const CARET_EVERY_MS = 100;
/** ProseMirror reads the last syllable from the page shortly after the composition ends; peers wait until it has. */
const AFTER_COMPOSITION_MS = 40;
/** A block is offered back when its writer typed in it no longer ago than this. */
const RECENT_TYPING_MS = 60_000;
const TYPED_BLOCKS_KEPT = 8;
/** UTF-16 units of one paste: some ten books. What is longer is a matter for the import, which makes scenes of it. */
export const PASTE_UNITS_MAX = 1_000_000;
/** The same key code on every layout, for shortcuts that reach us from inside a composition. */
const SHORTCUT_CODES: ReadonlySet<string> = new Set(['KeyB', 'KeyI', 'KeyU', 'KeyZ', 'KeyY', 'KeyX', 'KeyK', 'KeyF', 'KeyS']);

/**
 * The writing surface of one scene: a ProseMirror view bound to the scene's Y.XmlFragment. Opening writes nothing;
 * undo takes back only what was done through this surface; a composition is never disturbed by our own work.
 */
export class SceneView {
  readonly view: EditorView;
  readonly #host: SceneViewHost;
  readonly #mapping: SceneMapping;
  readonly #undo: Y.UndoManager;
  #composingTimer: ReturnType<typeof setTimeout> | undefined;
  #caretTimer: ReturnType<typeof setTimeout> | undefined;
  /** The blocks one typed in lately, the latest last: Enter moves on, and the block just left may still be taken away. */
  readonly #typed = new Map<Y.XmlElement, { node: ProseNode; position: number; at: number }>();
  readonly #watchDeletions = (transaction: Y.Transaction) => this.#afterTransaction(transaction);

  constructor(host: SceneViewHost) {
    this.#host = host;
    const { fragment, doc } = host.live;
    this.#mapping = new SceneMapping(fragment);
    this.#undo = new Y.UndoManager(fragment, {
      trackedOrigins: new Set([ySyncPluginKey]),
      captureTimeout: UNDO_PAUSE_MS,
      deleteFilter: (item) => defaultDeleteFilter(item, defaultProtectedNodes),
      captureTransaction: (transaction) => transaction.meta.get('addToHistory') !== false,
    });
    const keys = keydownHandler({
      ...sceneKeymap,
      'Mod-z': () => this.undo(),
      'Mod-y': () => this.redo(),
      'Mod-Shift-z': () => this.redo(),
    });
    const state = EditorState.create({
      doc: this.#mapping.document(),
      plugins: [
        // The binding's type asks for its own map; this one is a map as well.
        ySyncPlugin(fragment, { mapping: this.#mapping as never }),
        yUndoPlugin({ undoManager: this.#undo }),
        gapCursor(),
        dropCursor({ color: 'var(--accent)', width: 2 }),
        ...(host.unfolds ? [unfolding()] : []),
        ghosts(),
        new Plugin({ props: { handleKeyDown: (view, event) => host.pageKey(event) || keys(view, event) } }),
      ],
    });
    this.view = new EditorView(
      { mount: host.place },
      {
        state,
        editable: () => host.canWrite(),
        attributes: (current) => ({
          class: 'manuscript',
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': host.label,
          'aria-readonly': String(!host.canWrite()),
          'data-empty': String(isEmpty(current.doc)),
          'data-placeholder': host.placeholder,
          lang: 'ko',
          spellcheck: 'false',
          autocorrect: 'off',
          autocapitalize: 'off',
          translate: 'no',
          'data-gramm': 'false',
        }),
        dispatchTransaction: (transaction) => this.#dispatch(transaction),
        handleTextInput: (view, from, to, text) => this.#aid(view, from, to, text),
        handleDOMEvents: {
          compositionstart: () => this.#composition(true),
          compositionend: () => this.#composition(false),
          focus: () => {
            unfold(this.view, { all: true });
            this.#announceCaret();
          },
          blur: () => this.#announceCaret(),
          paste: (_view, event) => this.#refusePaste(event) || this.#bring(event, event.clipboardData),
          drop: (view, event) => this.#bring(event, event.dataTransfer, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos),
          keydown: (_view, event) => this.#shortcutWhileComposing(event),
        },
        nodeViews: { image: (node, view, getPos) => new ImageView(host.images, node, view, getPos) },
        transformPastedHTML: cleanHtml,
        transformPastedText: cleanText,
        clipboardTextParser: (text) => textSlice(text),
        clipboardTextSerializer: sliceText,
      },
    );
    doc.on('afterTransaction', this.#watchDeletions);
  }

  destroy(): void {
    clearTimeout(this.#composingTimer);
    clearTimeout(this.#caretTimer);
    this.#host.live.doc.off('afterTransaction', this.#watchDeletions);
    this.#host.live.setComposing(false);
    this.#host.live.setCaret(null);
    this.#host.live.setProposal(null);
    this.view.destroy();
  }

  /** Lays out some more of the scene. @returns whether there is more. */
  unfoldMore(): boolean {
    return unfold(this.view);
  }

  get lengths(): Lengths {
    return lengthsOfScene(this.view.state.doc);
  }

  /** Ends a running composition as if the person had clicked elsewhere, so that nothing of it is lost. */
  commitComposition(): void {
    if (!this.view.composing) return;
    const focused = this.view.hasFocus();
    this.view.dom.blur();
    if (focused) this.view.focus();
  }

  /** Runs a command of the toolbar or a menu on the text, and goes back to it. */
  run(command: Command): boolean {
    this.commitComposition();
    const done = this.#host.canWrite() && command(this.view.state, this.view.dispatch, this.view);
    this.view.focus();
    return done;
  }

  undo(): boolean {
    if (!this.#host.canWrite()) return false;
    this.#undo.undo();
    return true;
  }

  redo(): boolean {
    if (!this.#host.canWrite()) return false;
    this.#undo.redo();
    return true;
  }

  canUndo(): boolean {
    return this.#undo.undoStack.length > 0;
  }

  canRedo(): boolean {
    return this.#undo.redoStack.length > 0;
  }

  /** Puts the caret at the end of the scene and shows it. */
  focusEnd(): void {
    this.view.dispatch(this.view.state.tr.setSelection(TextSelection.atEnd(this.view.state.doc)).scrollIntoView());
    this.view.focus();
  }

  /** Selects a stretch of the text and brings it to the upper third of the page. */
  showStretch({ from, to }: { from: number; to: number }): void {
    this.view.dispatch(this.view.state.tr.setSelection(TextSelection.create(this.view.state.doc, from, to)));
    this.view.focus();
    const scroller = this.view.dom.closest<HTMLElement>('[data-scroller]');
    if (!scroller) return;
    unfold(this.view, { all: true });
    const box = scroller.getBoundingClientRect();
    scroller.scrollTop += this.view.coordsAtPos(from).top - box.top - box.height / 3;
  }

  /** Holds on to a stretch of the text while it changes around it. @returns where it is now; null when it is gone. */
  hold({ from, to }: { from: number; to: number }): HeldStretch {
    const [start, end] = [this.#relative(from), this.#relative(to)];
    return () => {
      // A scene without blocks has nothing to hold on to, and only one place.
      const [first, last] = [start === null ? 1 : this.positionOf(start), end === null ? 1 : this.positionOf(end)];
      return first === null || last === null || first > last ? null : { from: first, to: last };
    };
  }

  /** Puts text, a paragraph a line, in the place of a stretch, as one edit of this person that one step of undo takes back. */
  replaceStretch({ from, to }: { from: number; to: number }, text: string, marks: readonly Mark[]): void {
    this.commitComposition();
    this.#undo.stopCapturing();
    const tr = this.view.state.tr.replace(from, to, textSlice(text, marks));
    const end = tr.mapping.map(to);
    this.view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(end), -1)).scrollIntoView());
    this.#undo.stopCapturing();
    this.view.focus();
  }

  /** Draws a ghost in the text, and tells the others that there is one. Not in the middle of a syllable. */
  showGhost(ghost: SceneGhost | null): void {
    if (this.view.isDestroyed || (ghost !== null && this.view.composing)) return;
    const { live } = this.#host;
    showGhost(this.view, ghost && { ...ghost, letGo: () => (live.setProposal(null), ghost.letGo()) });
    const at = ghost && this.#relative(ghost.position);
    live.setProposal(ghost && at && { at, text: ghost.text.trim() });
  }

  /** Picture files that someone chose, for where the caret is. */
  bringPictures(files: readonly File[]): void {
    const { to } = this.view.state.selection;
    if (files.length > 0 && this.#host.canWrite()) this.#host.bringPictures(files, this.hold({ from: to, to }));
  }

  /** Puts a picture after the block that a place is in, or in the place of an empty one, and the caret behind it. */
  insertPicture(place: HeldStretch, picture: { blobId: string; width: number; height: number }): boolean {
    const at = place();
    if (at === null || !this.#host.canWrite()) return false;
    this.commitComposition();
    const { tr, doc } = this.view.state;
    const $at = doc.resolve(Math.min(at.to, doc.content.size));
    const isEmptyBlock = $at.depth > 0 && $at.node(1).isTextblock && $at.node(1).content.size === 0;
    const after = $at.depth > 0 ? $at.after(1) : $at.pos;
    const image = sceneSchema.node('image', { ...picture, alt: '' });
    const isLast = after >= doc.content.size;
    this.#undo.stopCapturing();
    tr.replaceWith(isEmptyBlock ? $at.before(1) : after, after, isLast ? [image, sceneSchema.node('paragraph')] : [image]);
    this.view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(after)), isLast ? -1 : 1)).scrollIntoView());
    this.#undo.stopCapturing();
    this.view.focus();
    return true;
  }

  /** Where a peer's relative position is in this view, or null when it is nowhere (any more). */
  positionOf(relative: Y.RelativePosition): number | null {
    const { fragment, doc } = this.#host.live;
    const found = relativePositionToAbsolutePosition(doc, fragment, relative, this.#mapping as never);
    return found === null ? null : Math.min(found, this.view.state.doc.content.size);
  }

  /** Puts a block that was taken away back where it stood, as a new edit of this person. */
  restoreBlock(block: TakenBlock): void {
    const { doc } = this.view.state;
    const $near = doc.resolve(Math.min(block.position, doc.content.size));
    const position = $near.depth === 0 ? $near.pos : $near.after(1);
    this.#undo.stopCapturing();
    const tr = this.view.state.tr.insert(position, block.node);
    this.view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(position + block.node.nodeSize - 1), -1)).scrollIntoView());
    this.view.focus();
  }

  #dispatch(transaction: Transaction): void {
    const before = this.view.state;
    const after = before.apply(transaction);
    this.view.updateState(after);
    const own = transaction.docChanged && !(transaction.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin;
    if (own) this.#remember(before, after);
    if (transaction.docChanged || transaction.selectionSet) this.#announceCaret();
    this.#host.changed({ text: transaction.docChanged, own });
  }

  /** Remembers the paragraph one types in, and closes an undo step at the end of a word. */
  #remember(before: EditorState, after: EditorState): void {
    const { $head } = after.selection;
    const typed = $head.parentOffset > 0 ? $head.parent.textBetween($head.parentOffset - 1, $head.parentOffset, '\n', '\n') : '';
    const grew = after.doc.content.size > before.doc.content.size;
    if (grew && /\s/.test(typed)) this.#undo.stopCapturing();
    if ($head.depth === 0 || !$head.parent.isTextblock) return;
    const element = this.#elementAt($head.pos);
    if (!element) return;
    this.#typed.delete(element);
    this.#typed.set(element, { node: $head.parent, position: $head.before(1), at: performance.now() });
    if (this.#typed.size > TYPED_BLOCKS_KEPT) this.#typed.delete(this.#typed.keys().next().value!);
  }

  #elementAt(position: number): Y.XmlElement | null {
    const relative = this.#relative(position);
    const absolute = relative && Y.createAbsolutePositionFromRelativePosition(relative, this.#host.live.doc);
    const type = absolute?.type;
    if (type instanceof Y.XmlText) return type.parent instanceof Y.XmlElement ? type.parent : null;
    return type instanceof Y.XmlElement ? type : null;
  }

  #relative(position: number): Y.RelativePosition | null {
    const { fragment } = this.#host.live;
    if (fragment.length === 0) return null;
    return absolutePositionToRelativePosition(position, fragment, this.#mapping as never) as Y.RelativePosition;
  }

  #afterTransaction(transaction: Y.Transaction): void {
    for (const [element, { node, position, at }] of this.#typed) {
      if (!element._item?.deleted) continue;
      this.#typed.delete(element);
      if (transaction.local || transaction.origin === this.#undo || performance.now() - at > RECENT_TYPING_MS) continue;
      const text = node.textContent.trim();
      // Joining two paragraphs deletes one and keeps its words: then nothing is missing.
      if (text === '' || this.#host.live.fragment.toArray().some((block) => plain(block).includes(text))) continue;
      this.#host.blockTaken({ text, node, position });
    }
  }

  /** Pictures that come as files; text beside them (a word processor's copy) is the better copy, and is pasted. */
  #bring(event: Event, given: DataTransfer | null, position?: number): boolean {
    const files = [...(given?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
    if (files.length === 0 || (given?.types.includes('text/html') && event.type === 'paste') || !this.#host.canWrite()) return false;
    event.preventDefault();
    if (position === undefined) this.bringPictures(files);
    else this.#host.bringPictures(files, this.hold({ from: position, to: position }));
    return true;
  }

  /** Before anything is made of it: a text of a hundred megabytes would hold the page up for minutes. */
  #refusePaste(event: ClipboardEvent): boolean {
    if ((event.clipboardData?.getData('text/plain').length ?? 0) <= PASTE_UNITS_MAX) return false;
    event.preventDefault();
    this.#host.pasteTooLong();
    return true;
  }

  #composition(composing: boolean): false {
    clearTimeout(this.#composingTimer);
    if (composing) this.#host.live.setComposing(true);
    else {
      this.#composingTimer = setTimeout(() => {
        if (!this.view.isDestroyed && !this.view.composing) this.#host.live.setComposing(false);
      }, AFTER_COMPOSITION_MS);
    }
    return false;
  }

  /** A shortcut pressed in the middle of a syllable: the syllable is finished first, then the shortcut runs. */
  #shortcutWhileComposing(event: KeyboardEvent): boolean {
    if (!this.view.composing || !(event.ctrlKey || event.metaKey) || !SHORTCUT_CODES.has(event.code)) return false;
    event.preventDefault();
    this.commitComposition();
    const { code, ctrlKey, metaKey, shiftKey, altKey } = event;
    const again = new KeyboardEvent('keydown', { key: code.slice(3).toLowerCase(), code, ctrlKey, metaKey, shiftKey, altKey, bubbles: true, cancelable: true });
    setTimeout(() => {
      if (!this.view.isDestroyed) this.view.dom.dispatchEvent(again);
    }, AFTER_COMPOSITION_MS);
    return true;
  }

  #aid(view: EditorView, from: number, to: number, text: string): boolean {
    if (view.composing || text.length !== 1) return false;
    const $from = view.state.doc.resolve(from);
    const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 4), $from.parentOffset, '\n', '\ufffc');
    const aid = aidFor(before, text, this.#host.aids());
    if (!aid) return false;
    // Typed first and replaced after, in two steps of undo: going back once gives what the fingers did.
    view.dispatch(view.state.tr.insertText(text, from, to));
    this.#undo.stopCapturing();
    view.dispatch(view.state.tr.insertText(aid.insert, from - aid.remove, from + 1).scrollIntoView());
    this.#undo.stopCapturing();
    return true;
  }

  #announceCaret(): void {
    if (this.#caretTimer !== undefined) return;
    this.#caretTimer = setTimeout(() => {
      this.#caretTimer = undefined;
      if (this.view.isDestroyed) return;
      const { anchor, head } = this.view.state.selection;
      const from = this.view.hasFocus() ? this.#relative(anchor) : null;
      const to = this.view.hasFocus() ? this.#relative(head) : null;
      this.#host.live.setCaret(from && to ? { anchor: from, head: to } : null);
    }, CARET_EVERY_MS);
  }
}

const isEmpty = (doc: ProseNode): boolean => doc.childCount === 1 && doc.firstChild!.isTextblock && doc.firstChild!.content.size === 0;

function plain(block: unknown): string {
  if (block instanceof Y.XmlText) return (block.toDelta() as { insert: unknown }[]).map(({ insert }) => (typeof insert === 'string' ? insert : '')).join('');
  if (block instanceof Y.XmlElement) return block.toArray().map(plain).join('');
  return '';
}
