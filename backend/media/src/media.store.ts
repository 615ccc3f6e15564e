import type { MediaKind, VariantName } from '@cowrite/contract';
import { inTransaction, type Pool } from '@cowrite/service-kit';
import type { Grant } from '@cowrite/service-kit/grants';
import { createHash } from 'node:crypto';
import type { MadePicture } from './picture.ts';

/** A file on its way in. */
export interface Upload {
  id: string;
  projectId: string;
  userId: string;
  credential: Grant['credential'];
  kind: MediaKind;
  bytes: number;
  state: 'open' | 'stored' | 'refused';
  /** The code of the problem that it was refused with. */
  problem: string | null;
}

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** @returns false when the person has as many uploads on their way as one may have. */
export async function beginUpload(
  pool: Pool,
  upload: Pick<Upload, 'id' | 'projectId' | 'userId' | 'credential' | 'kind' | 'bytes'>,
  { ticket, at, idleBefore, perPersonMax }: { ticket: string; at: Date; idleBefore: Date; perPersonMax: number },
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    // Two that begin at the same moment count each other.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('media.upload'), hashtext($1))", [upload.userId]);
    const { rowCount } = await client.query(
      `INSERT INTO media.upload (id, project_id, uploader, credential_kind, credential, kind, ticket_hash, bytes, state, created_at, touched_at)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $9
        WHERE (SELECT count(*) FROM media.upload WHERE uploader = $3 AND state = 'open' AND touched_at > $10) < $11`,
      [upload.id, upload.projectId, upload.userId, upload.credential.kind, upload.credential.id, upload.kind, sha256(ticket), upload.bytes, at, idleBefore, perPersonMax],
    );
    return rowCount === 1;
  });
}

/** The upload that `ticket` began, or null for any other. */
export async function touchUpload(pool: Pool, id: string, ticket: string, at: Date): Promise<Upload | null> {
  const { rows } = await pool.query<{ project_id: string; uploader: string; credential_kind: 'sign-in' | 'token'; credential: string; kind: MediaKind; bytes: number; state: Upload['state']; problem: string | null }>(
    'UPDATE media.upload SET touched_at = $3 WHERE id = $1 AND ticket_hash = $2 RETURNING project_id, uploader, credential_kind, credential, kind, bytes, state, problem',
    [id, sha256(ticket), at],
  );
  const row = rows[0];
  return row === undefined ? null : { id, projectId: row.project_id, userId: row.uploader, credential: { kind: row.credential_kind, id: row.credential }, kind: row.kind, bytes: row.bytes, state: row.state, problem: row.problem };
}

export const refuseUpload = (pool: Pool, id: string, problem: string) => pool.query("UPDATE media.upload SET state = 'refused', problem = $2 WHERE id = $1 AND state = 'open'", [id, problem]);

export const forgetUpload = (pool: Pool, id: string) => pool.query('DELETE FROM media.upload WHERE id = $1', [id]);

export const uploadsBefore = async (pool: Pool, before: Date): Promise<string[]> => (await pool.query<{ id: string }>('SELECT id FROM media.upload WHERE created_at < $1 ORDER BY created_at LIMIT 1000', [before])).rows.map(({ id }) => id);

/** Writes down a picture and its sizes before their files are kept. Again for the same upload: in the place of what was there. */
export async function beginBlob(pool: Pool, upload: Upload, file: Uint8Array, picture: MadePicture, at: Date): Promise<void> {
  await pool.query(
    `WITH blob AS (
       INSERT INTO media.blob (id, project_id, uploader, kind, state, sha256, width, height, bytes, created_at)
       VALUES ($1, $2, $3, $4, 'making', $5, $6, $7, $8, $9)
       ON CONFLICT (id) DO UPDATE SET created_at = excluded.created_at
       RETURNING id
     )
     INSERT INTO media.variant (blob_id, name, type, width, height, bytes, sha256)
     SELECT blob.id, v.* FROM blob, unnest($10::text[], $11::text[], $12::int[], $13::int[], $14::bigint[], $15::bytea[]) AS v
     ON CONFLICT (blob_id, name, type) DO UPDATE SET bytes = excluded.bytes, sha256 = excluded.sha256`,
    [
      upload.id,
      upload.projectId,
      upload.userId,
      upload.kind,
      sha256(file),
      picture.width,
      picture.height,
      file.length,
      at,
      ...(['name', 'type', 'width', 'height'] as const).map((column) => picture.variants.map((variant) => variant[column])),
      picture.variants.map(({ bytes }) => bytes.length),
      picture.variants.map(({ bytes }) => sha256(bytes)),
    ],
  );
}

/** The files are kept: from now on the picture is there. */
export async function settleBlob(pool: Pool, id: string): Promise<void> {
  await pool.query("WITH settled AS (UPDATE media.blob SET state = 'stored' WHERE id = $1 AND state = 'making') UPDATE media.upload SET state = 'stored' WHERE id = $1", [id]);
}

export interface StoredVariant {
  type: string;
  bytes: number;
  sha256: Uint8Array;
}

/** The formats that one size of a stored picture of this work is kept in. */
export const variantsOf = async (pool: Pool, projectId: string, blobId: string, name: VariantName): Promise<StoredVariant[]> =>
  (await pool.query<StoredVariant>("SELECT v.type, v.bytes, v.sha256 FROM media.blob b JOIN media.variant v ON v.blob_id = b.id WHERE b.id = $2 AND b.project_id = $1 AND b.state = 'stored' AND v.name = $3", [projectId, blobId, name])).rows;

/** Notes of the stored pictures after `after`, a batch of them in the order of their ids, whether something refers to them. @returns the last of the batch, or null. */
export async function noteReferences(pool: Pool, after: string | null, at: Date): Promise<string | null> {
  const { rows } = await pool.query<{ last: string | null }>(
    `WITH batch AS (SELECT id FROM media.blob WHERE state = 'stored' AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT 500),
          noted AS (
            UPDATE media.blob b SET unreferenced_since = CASE WHEN r.blob_id IS NULL THEN coalesce(b.unreferenced_since, $2) END
              FROM batch LEFT JOIN core.referenced_blobs(ARRAY(SELECT id FROM batch)) r ON r.blob_id = batch.id
             WHERE b.id = batch.id AND (r.blob_id IS NULL) = (b.unreferenced_since IS NULL)
          )
     SELECT (SELECT id FROM batch ORDER BY id DESC LIMIT 1) AS last`,
    [after, at],
  );
  return rows[0]?.last ?? null;
}

/** Pictures to be removed: nothing refers to them since `unreferencedBefore`, or their making ended before its end. They are hidden from now on. */
export async function takeOrphans(pool: Pool, { unreferencedBefore, makingBefore }: { unreferencedBefore: Date; makingBefore: Date }): Promise<{ id: string; files: { name: string; type: string }[] }[]> {
  const { rows } = await pool.query<{ id: string; files: { name: string; type: string }[] }>(
    `WITH candidate AS (
       SELECT id FROM media.blob WHERE unreferenced_since <= $1 OR (state = 'making' AND created_at <= $2) ORDER BY id LIMIT 500
     ), leaving AS (
       UPDATE media.blob b SET state = 'making' FROM candidate
        WHERE b.id = candidate.id AND b.id NOT IN (SELECT r.blob_id FROM core.referenced_blobs(ARRAY(SELECT id FROM candidate)) r)
       RETURNING b.id
     )
     SELECT leaving.id, (SELECT coalesce(jsonb_agg(jsonb_build_object('name', v.name, 'type', v.type)), '[]') FROM media.variant v WHERE v.blob_id = leaving.id) AS files FROM leaving`,
    [unreferencedBefore, makingBefore],
  );
  return rows;
}

export const forgetBlob = (pool: Pool, id: string) => pool.query("DELETE FROM media.blob WHERE id = $1 AND state = 'making'", [id]);
