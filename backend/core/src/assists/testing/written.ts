import type { DocumentId, UserId } from '@cowrite/contract';
import { writeBatch } from '@cowrite/sync-core';
import * as Y from 'yjs';
import type { Story } from '../../platform/testing/scenario.ts';

/** Puts what each person typed into a scene, a paragraph a line, as sync's log would hold it. `kind` may be another block. */
export async function write(story: Pick<Story, 'database' | 'projectId'>, documentId: DocumentId, ...blocks: { by: { user: { id: UserId } } | null; text: string; kind?: string }[]): Promise<void> {
  const { pool } = story.database;
  const { projectId } = story;
  const { rows } = await pool.query<{ updates: Buffer; seq: number }>('SELECT updates, seq FROM sync.update_log WHERE document_id = $1 ORDER BY seq', [documentId]);
  const updates = rows.length;
  await pool.query('INSERT INTO sync.document (document_id) VALUES ($1) ON CONFLICT DO NOTHING', [documentId]);
  const whole = new Y.Doc();
  for (const [at, { by, text, kind = 'paragraph' }] of blocks.entries()) {
    const theirs = new Y.Doc();
    Y.applyUpdate(theirs, Y.encodeStateAsUpdate(whole));
    const before = Y.encodeStateVector(theirs);
    const element = new Y.XmlElement(kind);
    element.insert(
      0,
      kind === 'paragraph'
        ? [new Y.XmlText(text)]
        : [
            (() => {
              const inner = new Y.XmlElement('paragraph');
              inner.insert(0, [new Y.XmlText(text)]);
              return inner;
            })(),
          ],
    );
    theirs.getXmlFragment('default').push([element]);
    const update = Y.encodeStateAsUpdate(theirs, before);
    Y.applyUpdate(whole, update);
    const credits = by === null ? [] : [{ client: theirs.clientID, from: 0, to: Y.getState(theirs.store, theirs.clientID), by: by.user.id }];
    await pool.query('INSERT INTO sync.update_log (document_id, epoch, node, seq, updates, credits) VALUES ($1, 1, $2, $3, $4, $5)', [
      documentId,
      projectId,
      updates + at + 1,
      Buffer.from(writeBatch([update])),
      JSON.stringify({ credits, owners: by === null ? [] : credits.map(({ client }) => ({ client, by: by.user.id })) }),
    ]);
  }
  const text = blocks
    .filter(({ kind }) => kind !== 'authorNote')
    .map(({ text: line }) => line)
    .join('\n');
  await pool.query('INSERT INTO sync.projection (document_id, text, initials, with_spaces, without_spaces, without_punctuation, sheets, settled_at) VALUES ($1, $2, $2, 1, 1, 1, 1, now())', [documentId, text]);
}
