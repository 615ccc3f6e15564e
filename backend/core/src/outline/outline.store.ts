import type { DocumentId, ImportId, Lengths, Node, NodeId, NodeKind, ProjectId } from '@cowrite/contract';
import type { Standing } from '@cowrite/manuscript';
import { type Insertable, sql, type Updateable } from 'kysely';
import type { Reader, Tables, Tx } from '../platform/database.ts';

/** A node's row with its document and what is known of its length, as `nodes` selects them. */
interface NodeRow {
  id: NodeId;
  project_id: ProjectId;
  parent_id: NodeId | null;
  kind: NodeKind;
  title: string;
  order_key: string;
  numbering: Node['numbering'];
  status: Node['status'];
  label: string;
  note: string;
  ai_hidden: boolean;
  rev: number;
  created_at: Date;
  updated_at: Date;
  trashed_at: Date | null;
  document_id: DocumentId | null;
  with_spaces: number | null;
  without_spaces: number | null;
  without_punctuation: number | null;
  sheets: number | null;
}

const asNode = (row: NodeRow): Node => ({
  id: row.id,
  projectId: row.project_id,
  parentId: row.parent_id,
  kind: row.kind,
  title: row.title,
  orderKey: row.order_key,
  numbering: row.numbering,
  status: row.status,
  label: row.label,
  note: row.note,
  aiHidden: row.ai_hidden,
  documentId: row.document_id,
  lengths: row.with_spaces === null ? null : { withSpaces: row.with_spaces, withoutSpaces: row.without_spaces!, withoutPunctuation: row.without_punctuation!, sheets: tenths(row.sheets!) },
  rev: row.rev,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  trashedAt: row.trashed_at?.toISOString() ?? null,
});

/** A real of the database, without the digits that single precision makes up. */
const tenths = (value: number): number => Math.round(value * 10) / 10;

const nodes = (db: Reader, projectId: ProjectId) =>
  db
    .selectFrom('core.node as n')
    .leftJoin('core.document as d', 'd.node_id', 'n.id')
    .leftJoin('sync.document_projection as v', 'v.document_id', 'd.id')
    .select(['n.id', 'n.project_id', 'n.parent_id', 'n.kind', 'n.title', 'n.order_key', 'n.numbering', 'n.status', 'n.label', 'n.note', 'n.ai_hidden', 'n.rev', 'n.created_at', 'n.updated_at', 'n.trashed_at'])
    .select(['d.id as document_id', 'v.with_spaces', 'v.without_spaces', 'v.without_punctuation', 'v.sheets'])
    .where('n.project_id', '=', projectId);

/** The live nodes, in no particular order. */
export const live = async (db: Reader, projectId: ProjectId): Promise<Node[]> => (await nodes(db, projectId).where('n.trashed_at', 'is', null).execute()).map(asNode);

/** The live nodes and the number of the project's last event, true at the same moment. */
export async function liveWithSeq(db: Reader, projectId: ProjectId): Promise<{ seq: number; nodes: Node[] }> {
  const rows = await nodes(db, projectId)
    .where('n.trashed_at', 'is', null)
    .select((select) => select.selectFrom('core.project as p').select('p.seq').where('p.id', '=', projectId).as('seq'))
    .execute();
  if (rows.length > 0) return { seq: rows[0]!.seq!, nodes: rows.map(asNode) };
  const { seq } = await db.selectFrom('core.project').select('seq').where('id', '=', projectId).executeTakeFirstOrThrow();
  return { seq, nodes: [] };
}

/** Those of `ids` that are in the project, live or not. */
export const some = async (db: Reader, projectId: ProjectId, ids: readonly NodeId[]): Promise<Node[]> =>
  ids.length === 0
    ? []
    : (
        await nodes(db, projectId)
          .where(sql<boolean>`n.id = ANY(${ids}::uuid[])`)
          .execute()
      ).map(asNode);

/** What one removal took along is shown by its topmost node. */
export const trashRoots = async (db: Reader, projectId: ProjectId): Promise<Node[]> => (await nodes(db, projectId).whereRef('n.trash_root', '=', 'n.id').orderBy('n.trashed_at', 'desc').orderBy('n.id').execute()).map(asNode);

/** The trash: what stands under what, and what went with what. */
export const trash = (db: Reader, projectId: ProjectId) => db.selectFrom('core.node').select(['id', 'parent_id', 'kind', 'order_key', 'trash_root']).where('project_id', '=', projectId).where('trashed_at', 'is not', null).execute();

export const countAll = async (db: Reader, projectId: ProjectId): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('core.node')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('project_id', '=', projectId)
        .executeTakeFirstOrThrow()
    ).count,
  );

type NewNode = Insertable<Tables['core.node']>;

/** Adds nodes and the documents of those that are scenes, in statements of a thousand rows. */
export async function add(tx: Tx, rows: readonly NewNode[], documents: readonly Insertable<Tables['core.document']>[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 1_000)
    await tx
      .insertInto('core.node')
      .values(rows.slice(from, from + 1_000))
      .execute();
  for (let from = 0; from < documents.length; from += 1_000)
    await tx
      .insertInto('core.document')
      .values(documents.slice(from, from + 1_000))
      .execute();
}

/** Whether any of these ids names a node or a document anywhere: a client made it up twice, or somebody else has it. */
export async function anyTaken(tx: Tx, nodeIds: readonly NodeId[], documentIds: readonly DocumentId[]): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM core.node WHERE id = ANY(${nodeIds}::uuid[])
    UNION ALL SELECT 1 FROM core.document WHERE id = ANY(${documentIds}::uuid[]) LIMIT 1`.execute(tx);
  return rows.length > 0;
}

export async function change(tx: Tx, projectId: ProjectId, id: NodeId, values: Updateable<Tables['core.node']>): Promise<void> {
  await tx
    .updateTable('core.node')
    .set(values)
    .set((row) => ({ rev: row('rev', '+', 1) }))
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .execute();
}

/** Writes where nodes now stand, in one statement. */
export async function place(tx: Tx, projectId: ProjectId, standings: readonly Standing[], at: Date, { restored = false } = {}): Promise<void> {
  if (standings.length === 0) return;
  await sql`
    UPDATE core.node n
    SET parent_id = p.parent_id, order_key = p.order_key, rev = n.rev + 1, updated_at = ${at}
        ${restored ? sql`, trashed_at = NULL, trash_root = NULL` : sql``}
    FROM unnest(${standings.map((each) => each.id)}::uuid[], ${standings.map((each) => each.parentId)}::uuid[], ${standings.map((each) => each.orderKey)}::text[]) AS p (id, parent_id, order_key)
    WHERE n.id = p.id AND n.project_id = ${projectId}`.execute(tx);
}

/** Puts nodes in the trash, each with the topmost node of its removal. */
export async function moveToTrash(tx: Tx, projectId: ProjectId, gone: readonly { id: string; root: string }[], at: Date): Promise<void> {
  if (gone.length === 0) return;
  await sql`
    UPDATE core.node n SET trashed_at = ${at}, trash_root = g.root, rev = n.rev + 1, updated_at = ${at}
    FROM unnest(${gone.map((each) => each.id)}::uuid[], ${gone.map((each) => each.root)}::uuid[]) AS g (id, root)
    WHERE n.id = g.id AND n.project_id = ${projectId}`.execute(tx);
}

/** The live nodes that an import made. */
export const madeBy = async (db: Reader, projectId: ProjectId, importId: ImportId): Promise<NodeId[]> =>
  (await db.selectFrom('core.node').select('id').where('project_id', '=', projectId).where('import_id', '=', importId).where('trashed_at', 'is', null).execute()).map((row) => row.id);

/** Lengths of the live scenes whose projection has settled, and when the oldest of them did. */
export async function lengths(db: Reader, projectId: ProjectId): Promise<{ documentId: DocumentId; lengths: Lengths; settledAt: Date }[]> {
  const rows = await db
    .selectFrom('core.document as d')
    .innerJoin('core.node as n', 'n.id', 'd.node_id')
    .innerJoin('sync.document_projection as v', 'v.document_id', 'd.id')
    .select(['d.id', 'v.with_spaces', 'v.without_spaces', 'v.without_punctuation', 'v.sheets', 'v.settled_at'])
    .where('d.project_id', '=', projectId)
    .where('n.trashed_at', 'is', null)
    .execute();
  return rows.map((row) => ({
    documentId: row.id,
    lengths: { withSpaces: row.with_spaces, withoutSpaces: row.without_spaces, withoutPunctuation: row.without_punctuation, sheets: tenths(row.sheets) },
    settledAt: row.settled_at,
  }));
}
