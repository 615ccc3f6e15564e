import type { NodeKind, Place } from '@cowrite/contract';
import { between, many } from './order-key.ts';

/**
 * The shape of an outline (차례): what may stand where, and what a move does. Core makes the real moves with it and the
 * studio the optimistic ones, so that both come to the same place.
 */

/** What the tree functions need of a node row. */
export interface OutlineRow<Id extends string = string> {
  readonly id: Id;
  readonly parentId: Id | null;
  readonly kind: NodeKind;
  readonly orderKey: string;
}

const RANK: Record<NodeKind, number> = { series: 0, part: 1, chapter: 2, scene: 3 };

/** Whether a node of kind `child` may stand in one of kind `parent`; null is the root, where everything may stand. */
export const mayContain = (parent: NodeKind | null, child: NodeKind): boolean => parent === null || RANK[parent] < RANK[child];

/** Siblings in their order: by key as bytes, then by id. */
export function compareSiblings(a: OutlineRow, b: OutlineRow): number {
  if (a.orderKey !== b.orderKey) return a.orderKey < b.orderKey ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** An outline to ask questions of; made once from rows, in time proportional to them. */
export class OutlineTree<Row extends OutlineRow> {
  readonly #rows = new Map<string, Row>();
  readonly #children = new Map<string | null, Row[]>();

  /** Rows whose parent is not among the rows stand at the root: they must be seen, not vanish. */
  constructor(rows: Iterable<Row>) {
    for (const row of rows) this.#rows.set(row.id, row);
    for (const row of this.#rows.values()) {
      const parentId = row.parentId !== null && this.#rows.has(row.parentId) ? row.parentId : null;
      const siblings = this.#children.get(parentId);
      if (siblings) siblings.push(row);
      else this.#children.set(parentId, [row]);
    }
    for (const siblings of this.#children.values()) siblings.sort(compareSiblings);
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** Direct children in order; null asks for the root. */
  children(id: string | null): readonly Row[] {
    return this.#children.get(id) ?? [];
  }

  /** Every node in reading order: a parent, then what it holds. */
  readingOrder(): Row[] {
    return this.descendants(null);
  }

  /** What is under a node, in reading order, without the node itself; null asks for everything. */
  descendants(id: string | null): Row[] {
    const found: Row[] = [];
    const waiting = this.children(id).toReversed();
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      found.push(row);
      const under = this.children(row.id);
      for (let at = under.length - 1; at >= 0; at--) waiting.push(under[at]!);
    }
    return found;
  }

  /** From the root down to the node's parent. */
  ancestors(id: string): Row[] {
    const found: Row[] = [];
    const seen = new Set<string>([id]);
    let row = this.#rows.get(id);
    while (row !== undefined && row.parentId !== null && !seen.has(row.parentId)) {
      seen.add(row.parentId);
      row = this.#rows.get(row.parentId);
      if (row !== undefined) found.unshift(row);
    }
    return found;
  }

  /** The chosen nodes without those that stand under another chosen one, in reading order. Unknown ids are left out. */
  topmost(ids: Iterable<string>): Row[] {
    const chosen = new Set(ids);
    const top: Row[] = [];
    const visit = (rows: readonly Row[]): void => {
      for (const row of rows) {
        if (chosen.has(row.id)) top.push(row);
        else visit(this.children(row.id));
      }
    };
    visit(this.children(null));
    return top;
  }
}

/** Where a node comes to stand. */
export interface Standing<Id extends string = string> {
  id: Id;
  parentId: Id | null;
  orderKey: string;
}

/** Why something cannot be put somewhere: a node that is not there, or a place it may not have. */
export type Refusal = 'unknown-node' | 'impossible-place';

interface Gap {
  parentId: string | null;
  low: string | null;
  high: string | null;
  /** All siblings that stay, in order, and where among them the gap is: for the rare case that two share a key. */
  siblings: readonly OutlineRow[];
  index: number;
}

function gapAt<Row extends OutlineRow>(tree: OutlineTree<Row>, place: Place, moving: ReadonlySet<string>): Gap | Refusal {
  if (place.nodeId !== null && tree.get(place.nodeId) === undefined) return 'unknown-node';
  const parentId = place.place === 'into' ? place.nodeId : tree.get(place.nodeId)!.parentId;
  const parent = parentId === null ? null : (tree.get(parentId)?.id ?? null);
  const all = tree.children(parent);
  const siblings = all.filter((row) => !moving.has(row.id));
  let index = siblings.length;
  if (place.place !== 'into') {
    // Counted among those that stay: "before itself" is then where it already is.
    const at = all.findIndex((row) => row.id === place.nodeId);
    index = all.slice(0, at).filter((row) => !moving.has(row.id)).length;
    if (place.place === 'after' && !moving.has(place.nodeId)) index++;
  }
  return { parentId: parent, low: siblings[index - 1]?.orderKey ?? null, high: siblings[index]?.orderKey ?? null, siblings, index };
}

/** Keys for `ids` in the gap; when the neighbours share a key, the siblings behind the gap are keyed anew as well. */
function fill(gap: Gap, ids: readonly string[]): Standing[] {
  if (gap.low === null || gap.high === null || gap.low < gap.high) {
    const keys = many(gap.low, gap.high, ids.length);
    return ids.map((id, at) => ({ id, parentId: gap.parentId, orderKey: keys[at]! }));
  }
  let last: string | null = gap.low;
  return [...ids, ...gap.siblings.slice(gap.index).map((row) => row.id)].map((id) => ({ id, parentId: gap.parentId, orderKey: (last = between(last, null)) }));
}

/** Whether a plan succeeded: a refusal is a word, a plan a list. */
export const isRefusal = <T extends object>(plan: T | Refusal): plan is Refusal => typeof plan === 'string';

/**
 * What putting new nodes `ids` of kind `kind` at `place` gives: the new nodes' standings (and those of siblings in the
 * rare case that they must be keyed anew), or why it cannot be.
 */
export function planInsert<Row extends OutlineRow>(tree: OutlineTree<Row>, ids: readonly string[], kind: NodeKind, place: Place): Standing[] | Refusal {
  const gap = gapAt(tree, place, new Set());
  if (isRefusal(gap)) return gap;
  if (!mayContain(gap.parentId === null ? null : tree.get(gap.parentId)!.kind, kind)) return 'impossible-place';
  return fill(gap, ids);
}

/**
 * What moving `ids` to `place` gives. What stands under a chosen node goes with it; the chosen ones keep their reading
 * order among themselves. Refused when a node is unknown, when it would come to stand under itself, or when the new
 * parent may not hold it. All or nothing.
 */
export function planMove<Row extends OutlineRow>(tree: OutlineTree<Row>, ids: readonly string[], place: Place): Standing[] | Refusal {
  if (ids.some((id) => tree.get(id) === undefined)) return 'unknown-node';
  const moved = tree.topmost(ids);
  const moving = new Set<string>(moved.map((row) => row.id));
  const gap = gapAt(tree, place, moving);
  if (isRefusal(gap)) return gap;
  if (gap.parentId !== null) {
    const parent = tree.get(gap.parentId)!;
    const line = [parent, ...tree.ancestors(parent.id)];
    if (line.some((row) => moving.has(row.id))) return 'impossible-place';
    if (moved.some((row) => !mayContain(parent.kind, row.kind))) return 'impossible-place';
  }
  return fill(gap, [...moving]);
}

/** The rows with a plan carried out; what an optimistic copy shows. */
export function withStandings<Row extends OutlineRow>(rows: readonly Row[], standings: readonly Standing[]): Row[] {
  const places = new Map(standings.map((standing) => [standing.id, standing]));
  return rows.map((row) => {
    const standing = places.get(row.id);
    return standing ? { ...row, parentId: standing.parentId, orderKey: standing.orderKey } : row;
  });
}
