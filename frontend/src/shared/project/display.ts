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

export function calledOf(node: Pick<Node, 'id' | 'kind' | 'title' | 'numbering'>, numbers: ReadonlyMap<string, EpisodeNumber>, locale: Locale): Called {
  const number = numbers.get(node.id);
  if (node.kind !== 'chapter' || !number) return { number: '', title: node.title };
  return { number: number[locale], title: titleBesideNumber(node.title, node.numbering) };
}

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
