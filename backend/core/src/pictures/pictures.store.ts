import type { BlobId, MediaKind, ProjectId, UserId, VariantName } from '@cowrite/contract';
import { sql } from 'kysely';
import type { Reader } from '../platform/database.ts';

/** A picture as the media service publishes it. */
export interface StoredBlob {
  blob_id: BlobId;
  project_id: ProjectId;
  kind: MediaKind;
  width: number;
  height: number;
  variants: { name: VariantName; width: number; height: number }[];
}

/** Those of these pictures that are stored. */
export const stored = async (db: Reader, blobIds: readonly BlobId[]): Promise<StoredBlob[]> => (await sql<StoredBlob>`SELECT * FROM media.stored_blobs(${[...blobIds]}::uuid[])`.execute(db)).rows;

export async function attach(db: Reader, projectId: ProjectId, blobId: BlobId, by: UserId, at: Date): Promise<void> {
  await db
    .insertInto('core.attachment')
    .values({ blob_id: blobId, project_id: projectId, attached_by: by, attached_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
