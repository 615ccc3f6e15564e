import { Fragment, type Mark, type Node as ProseNode } from '@tiptap/pm/model';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { sceneSchema } from './schema.ts';

/** The shared types a scene is made of. */
type SceneType = Y.XmlFragment | Y.XmlText;

/**
 * Which ProseMirror node shows which element of the scene. The binding asks it first and makes only what is missing;
 * this one makes it itself, because the binding's own maker deletes from the shared scene whatever it cannot read, and
 * forgets everything at each change of a peer. Here nothing is deleted, and what did not change stays the same node,
 * so that counts, drawing and composition are not disturbed by far-away edits.
 */
export class SceneMapping extends Map<SceneType, ProseNode | ProseNode[]> {
  readonly #fragment: Y.XmlFragment;

  constructor(fragment: Y.XmlFragment) {
    super();
    this.#fragment = fragment;
  }

  override get(key: SceneType): ProseNode | ProseNode[] | undefined {
    const known = super.get(key);
    if (known !== undefined) return known;
    if (key instanceof Y.XmlElement) return this.#element(key);
    if (key instanceof Y.XmlText && key.parent === this.#fragment) return this.#placeholder(key, '', textOf(key));
    return undefined;
  }

  /** The binding clears at every change of a peer; what changed has been dropped one by one already. */
  override clear(): void {}

  /** The scene as a document; a scene without blocks shows one empty paragraph, which nobody has written. */
  document(): ProseNode {
    const blocks = this.#fragment.toArray().map((child) => this.get(child as Y.XmlElement) as ProseNode);
    const doc = sceneSchema.topNodeType;
    return blocks.length > 0 ? doc.create(null, Fragment.fromArray(blocks)) : doc.createAndFill()!;
  }

  #placeholder(key: SceneType, name: string, text: string): ProseNode {
    const node = sceneSchema.node('unknown', { name, text });
    this.set(key, node);
    return node;
  }

  #element(element: Y.XmlElement): ProseNode {
    const type = sceneSchema.nodes[element.nodeName];
    if (!type || type.isText || type === sceneSchema.topNodeType || element.nodeName === 'unknown') return this.#placeholder(element, element.nodeName, plainText(element));
    const children: ProseNode[] = [];
    for (const child of element.toArray()) {
      if (child instanceof Y.XmlText) children.push(...this.#texts(child));
      else if (child instanceof Y.XmlElement) children.push(this.get(child) as ProseNode);
    }
    const content = Fragment.fromArray(children);
    try {
      const node = type.create(element.getAttributes(), content);
      node.check();
      this.set(element, node);
      return node;
    } catch (failure) {
      if (!(failure instanceof RangeError)) throw failure;
      return this.#placeholder(element, element.nodeName, plainText(element));
    }
  }

  #texts(text: Y.XmlText): ProseNode[] {
    joinOwnNeighbour(text);
    const nodes = (text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[]).flatMap(({ insert, attributes }) =>
      typeof insert === 'string' && insert !== '' ? [sceneSchema.text(insert, marksOf(attributes ?? {}))] : [],
    );
    this.set(text, nodes);
    return nodes;
  }
}

/**
 * Two people who begin to write in the same empty paragraph make two texts in it. The one who made the second brings
 * them together, else an edit of either would write the other's words again.
 */
function joinOwnNeighbour(text: Y.XmlText): void {
  const doc = text.doc;
  const neighbour = text.nextSibling;
  if (!doc || !(neighbour instanceof Y.XmlText) || neighbour._item?.id.client !== doc.clientID) return;
  doc.transact((transaction) => {
    text.applyDelta([{ retain: text.length }, ...neighbour.toDelta()]);
    neighbour._item?.delete(transaction);
  }, ySyncPluginKey);
}

function marksOf(attributes: Record<string, unknown>): Mark[] {
  return Object.entries(attributes).map(([name, value]) => {
    const type = sceneSchema.marks[name];
    if (!type) return sceneSchema.mark('foreign', { name });
    try {
      const mark = type.create(typeof value === 'object' && value !== null ? value : null);
      if (Object.keys(mark.attrs).length > 0) sceneSchema.text('-', [mark]).check();
      return mark;
    } catch (failure) {
      if (!(failure instanceof RangeError)) throw failure;
      return sceneSchema.mark('foreign', { name });
    }
  });
}

function textOf(text: Y.XmlText): string {
  return (text.toDelta() as { insert: unknown }[]).map(({ insert }) => (typeof insert === 'string' ? insert : '')).join('');
}

function plainText(element: Y.XmlElement): string {
  return element
    .toArray()
    .map((child) => (child instanceof Y.XmlText ? textOf(child) : child instanceof Y.XmlElement ? plainText(child) : ''))
    .join('');
}
