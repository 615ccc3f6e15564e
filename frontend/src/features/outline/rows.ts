import type { Node } from '@cowrite/contract';
import type { Locale } from '../../shared/i18n/locale.ts';
import { calledOf, type OutlineView } from '../../shared/project/display.ts';

/** One line of the outline as it is drawn and walked. */
export interface Row {
  node: Node;
  /** The scene one writes in when the line is opened: of a scene and of a chapter with one scene. */
  scene: Node | null;
  depth: number;
  expanded: boolean | null;
  position: number;
  siblings: number;
  number: string;
  title: string;
}

/** The lines of the outline in reading order; what is under a collapsed node is left out. */
export function rowsOf(view: OutlineView, collapsed: ReadonlySet<string>, locale: Locale): Row[] {
  const rows: Row[] = [];
  const visit = (parentId: string | null, depth: number): void => {
    const siblings = view.tree.children(parentId);
    siblings.forEach((node, index) => {
      const under = view.tree.children(node.id);
      const only = node.kind === 'chapter' && under.length === 1 && under[0]!.kind === 'scene' ? under[0]! : null;
      const opens = under.length > 0 && !only;
      const expanded = opens ? !collapsed.has(node.id) : null;
      const called = calledOf(node, view, locale);
      rows.push({ node, scene: node.kind === 'scene' ? node : only, depth, expanded, position: index + 1, siblings: siblings.length, ...called });
      if (expanded) visit(node.id, depth + 1);
    });
  };
  visit(null, 0);
  return rows;
}

/** Ids from one line to another, both included, whatever their order. */
export function rangeOf(rows: readonly Row[], from: string, to: string): string[] {
  const a = rows.findIndex((row) => row.node.id === from);
  const b = rows.findIndex((row) => row.node.id === to);
  if (a < 0 || b < 0) return b < 0 ? [] : [to];
  return rows.slice(Math.min(a, b), Math.max(a, b) + 1).map((row) => row.node.id);
}
