-- The media service's own tables. It reads nothing of core's but its published functions.
CREATE SCHEMA media;

-- A ticket is good once. Rows are of no use once the ticket has expired.
CREATE TABLE media.spent_ticket (
  id         uuid PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- One file on its way in, until a day after it began. The ticket that began it is what continues it; its hash is kept.
CREATE TABLE media.upload (
  id              uuid PRIMARY KEY,
  project_id      uuid NOT NULL,
  uploader        uuid NOT NULL,
  credential_kind text NOT NULL CHECK (credential_kind IN ('sign-in', 'token')),
  credential      uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('cover', 'portrait', 'image')),
  ticket_hash     bytea NOT NULL CHECK (length(ticket_hash) = 32),
  bytes           bigint NOT NULL CHECK (bytes > 0),
  state           text NOT NULL CHECK (state IN ('open', 'stored', 'refused')),
  problem         text,
  created_at      timestamptz NOT NULL,
  touched_at      timestamptz NOT NULL,
  CHECK ((state = 'refused') = (problem IS NOT NULL))
);
CREATE INDEX upload_uploader ON media.upload (uploader) WHERE state = 'open';
CREATE INDEX upload_created ON media.upload (created_at);

-- A picture that was read and made anew; it has its upload's id. `bytes` and `sha256` are of the file that came.
-- A row is made before its files and becomes 'stored' after them, so that no file is ever without a row.
CREATE TABLE media.blob (
  id                 uuid PRIMARY KEY,
  project_id         uuid NOT NULL,
  uploader           uuid NOT NULL,
  kind               text NOT NULL CHECK (kind IN ('cover', 'portrait', 'image')),
  state              text NOT NULL CHECK (state IN ('making', 'stored')),
  sha256             bytea NOT NULL CHECK (length(sha256) = 32),
  width              int NOT NULL CHECK (width > 0),
  height             int NOT NULL CHECK (height > 0),
  bytes              bigint NOT NULL,
  created_at         timestamptz NOT NULL,
  unreferenced_since timestamptz
);
CREATE INDEX blob_unreferenced ON media.blob (unreferenced_since) WHERE unreferenced_since IS NOT NULL;

CREATE TABLE media.variant (
  blob_id uuid NOT NULL REFERENCES media.blob ON DELETE CASCADE,
  name    text NOT NULL CHECK (name IN ('160', '480', '1080', '2160')),
  type    text NOT NULL CHECK (type IN ('image/avif', 'image/webp', 'image/jpeg', 'image/png')),
  width   int NOT NULL CHECK (width > 0),
  height  int NOT NULL CHECK (height > 0),
  bytes   bigint NOT NULL,
  sha256  bytea NOT NULL CHECK (length(sha256) = 32),
  PRIMARY KEY (blob_id, name, type)
);

-- Published to core: what is stored of these pictures, and in which sizes, the smallest first.
CREATE FUNCTION media.stored_blobs(p_blobs uuid[])
RETURNS TABLE (blob_id uuid, project_id uuid, kind text, width int, height int, variants jsonb)
LANGUAGE sql STABLE AS $$
  SELECT b.id, b.project_id, b.kind, b.width, b.height,
         (SELECT jsonb_agg(jsonb_build_object('name', v.name, 'width', v.width, 'height', v.height) ORDER BY v.width)
            FROM (SELECT DISTINCT name, width, height FROM media.variant WHERE media.variant.blob_id = b.id) v)
  FROM media.blob b
  WHERE b.id = ANY (p_blobs) AND b.state = 'stored'
$$;
