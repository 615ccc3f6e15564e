import type { Node, NodeId } from '@cowrite/contract';
import { type EpisodeNumber, episodeNumbers, OutlineTree, titleBesideNumber } from '@cowrite/manuscript';
import type { Locale } from '../i18n/locale.ts';

/** How a node is called where there is one line for it: `3화 닭싸움`, `외전 1 그 여름`, `프롤로그`. */
export interface Called {
  /** The automatic number as written, or the empty string. */
  number: string;
  /** What stands beside it; may be empty when the number says it all. */
  title: string;
}

/** A scene without a name is called by its place among its siblings: a page or a hit without any name could not be told apart. */
const SCENE_AT: Record<Locale, (place: number) => string> = { ko: (place) => `장면 ${place}`, en: (place) => `Scene ${place}` };

export function calledOf(node: Pick<Node, 'id' | 'kind' | 'title' | 'numbering' | 'parentId'>, { tree, numbers }: Pick<OutlineView, 'tree' | 'numbers'>, locale: Locale): Called {
  const number = numbers.get(node.id);
  if (node.kind === 'scene' && node.title === '') {
    const scenes = tree.children(node.parentId).filter(({ kind }) => kind === 'scene');
    return { number: '', title: SCENE_AT[locale](scenes.findIndex(({ id }) => id === node.id) + 1) };
  }
  if (node.kind !== 'chapter' || !number) return { number: '', title: node.title };
  return { number: number[locale], title: titleBesideNumber(node.title, node.numbering) };
}

/** Where a node stands, for a line that shows it away from the outline: `1부 봄 › 3화 닭싸움 › 우물가`. */
export const pathTextOf = (node: Node, view: OutlineView, locale: Locale): string => [...view.tree.ancestors(node.id), node].map((one) => calledText(calledOf(one, view, locale))).join(' › ');

export const calledText = ({ number, title }: Called): string => [number, title].filter(Boolean).join(' ');

/** The outline as the studio asks of it: the tree and the automatic numbers, made once per change of the rows. */
export interface OutlineView {
  tree: OutlineTree<Node>;
  numbers: ReadonlyMap<string, EpisodeNumber>;
  /** Scenes in reading order. */
  scenes: readonly Node[];
}

export function outlineViewOf(nodes: readonly Node[]): OutlineView {
  const tree = new OutlineTree(nodes);
  const order = tree.readingOrder();
  return { tree, numbers: episodeNumbers(order), scenes: order.filter((node) => node.kind === 'scene') };
}

/** The scene one writes in when `node` is chosen: itself, or the first scene under it; undefined for an empty part. */
export function sceneOf(view: OutlineView, nodeId: NodeId | string): Node | undefined {
  const node = view.tree.get(nodeId);
  if (!node) return undefined;
  return node.kind === 'scene' ? node : view.tree.descendants(node.id).find((under) => under.kind === 'scene');
}

/** The row that stands for `scene` in the outline: its chapter when that has no other scene, else itself. */
export function rowOf(view: OutlineView, scene: Node): Node {
  const parent = scene.parentId === null ? undefined : view.tree.get(scene.parentId);
  return parent?.kind === 'chapter' && view.tree.children(parent.id).length === 1 ? parent : scene;
}

/** The chapter of a scene, or the scene itself when it stands outside one. */
export function chapterOf(view: OutlineView, scene: Node): Node {
  return (
    view.tree
      .ancestors(scene.id)
      .toReversed()
      .find((node) => node.kind === 'chapter') ?? scene
  );
}
