import type { DocumentId } from '@cowrite/contract';
import type { OutlineTree } from '@cowrite/manuscript';
import type * as nodes from '../outline/outline.store.ts';

export type Node = Awaited<ReturnType<typeof nodes.live>>[number];
/** A scene of which something may be told to a model. */
export type Told = Node & { documentId: DocumentId };

/** Whether nothing of a node may be told: it, or what it stands under, is hidden from AI. */
export const isHiddenIn = (tree: OutlineTree<Node>, node: Node): boolean => [node, ...tree.ancestors(node.id)].some(({ aiHidden }) => aiHidden);
export const isToldIn = (tree: OutlineTree<Node>, node: Node): node is Told => node.documentId !== null && !isHiddenIn(tree, node);
