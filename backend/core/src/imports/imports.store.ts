import type { DocumentId, ImportFile, ImportId, ProjectId, UserId } from '@cowrite/contract';
import { compareNaturally } from '@cowrite/manuscript';
import type { Insertable, Selectable } from 'kysely';
import type { Reader, Tables, Tx } from '../platform/database.ts';

export type ImportRow = Selectable<Tables['core.import']>;

export async function open(db: Reader, row: Insertable<Tables['core.import']>): Promise<void> {
  await db.insertInto('core.import').values(row).execute();
}

export const read = (db: Reader, projectId: ProjectId, id: ImportId): Promise<ImportRow | undefined> => db.selectFrom('core.import').selectAll().where('project_id', '=', projectId).where('id', '=', id).executeTakeFirst();

/** The import, held until the transaction ends. */
export const hold = (tx: Tx, projectId: ProjectId, id: ImportId): Promise<ImportRow | undefined> => tx.selectFrom('core.import').selectAll().where('project_id', '=', projectId).where('id', '=', id).forUpdate().executeTakeFirst();

export async function setState(tx: Tx, id: ImportId, state: ImportRow['state']): Promise<void> {
  await tx.updateTable('core.import').set({ state }).where('id', '=', id).execute();
}

export async function addFile(tx: Tx, row: Insertable<Tables['core.import_file']>): Promise<void> {
  await tx.insertInto('core.import_file').values(row).execute();
}

export const countFiles = async (db: Reader, id: ImportId): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('core.import_file')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('import_id', '=', id)
        .executeTakeFirstOrThrow()
    ).count,
  );

type FileRow = Omit<Selectable<Tables['core.import_file']>, 'content'>;

export const asFile = (row: FileRow): ImportFile => ({ id: row.id, name: row.name, encoding: row.encoding, composed: row.composed, lines: row.lines, lengths: row.lengths, rule: row.rule, sections: row.sections });

/** The files in natural order of their names, without their text. */
export async function files(db: Reader, id: ImportId): Promise<ImportFile[]> {
  const rows = await db.selectFrom('core.import_file').select(['id', 'import_id', 'name', 'encoding', 'composed', 'rule', 'lines', 'lengths', 'sections']).where('import_id', '=', id).execute();
  return rows.map(asFile).toSorted((a, b) => compareNaturally(a.name, b.name) || (a.id < b.id ? -1 : 1));
}

export const content = async (db: Reader, file: ImportFile): Promise<string> => (await db.selectFrom('core.import_file').select('content').where('id', '=', file.id).executeTakeFirstOrThrow()).content;

/** Drops the text of files that are no longer needed. */
export async function forgetContent(tx: Tx, id: ImportId): Promise<void> {
  await tx.updateTable('core.import_file').set({ content: '' }).where('import_id', '=', id).execute();
}

const ROWS = 500;
const BYTES = 4_194_304;

/** Puts updates into the queue that sync takes from, in order, in statements of a bearable size. */
export async function addEdits(tx: Tx, edits: readonly { id: string; documentId: DocumentId; bytes: Uint8Array }[], about: { projectId: ProjectId; actor: UserId; at: Date }): Promise<void> {
  for (let from = 0; from < edits.length;) {
    let to = from;
    for (let bytes = 0; to < edits.length && to - from < ROWS && bytes < BYTES; to++) bytes += edits[to]!.bytes.length;
    await tx
      .insertInto('core.document_edit')
      // The driver writes a plain Uint8Array as JSON; a Buffer over the same bytes as bytes.
      .values(
        edits
          .slice(from, to)
          .map((edit) => ({ id: edit.id, document_id: edit.documentId, project_id: about.projectId, bytes: Buffer.from(edit.bytes.buffer, edit.bytes.byteOffset, edit.bytes.length), actor: about.actor, created_at: about.at })),
      )
      .execute();
    from = to;
  }
}
