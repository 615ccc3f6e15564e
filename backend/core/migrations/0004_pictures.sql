-- The cover of a work, and the pictures that its manuscript shows. The pictures themselves are the media service's.
ALTER TABLE core.project ADD COLUMN cover_id uuid;

-- A picture that was ever put into the manuscript is kept as long as the work: what was deleted there can be undone, and
-- old versions show it too.
CREATE TABLE core.attachment (
  blob_id     uuid PRIMARY KEY,
  project_id  uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  attached_by uuid NOT NULL,
  attached_at timestamptz NOT NULL
);
CREATE INDEX attachment_project ON core.attachment (project_id);
CREATE INDEX project_cover ON core.project (cover_id) WHERE cover_id IS NOT NULL;

-- Published to the media service: which of these pictures something refers to.
CREATE FUNCTION core.referenced_blobs(p_blobs uuid[])
RETURNS TABLE (blob_id uuid)
LANGUAGE sql STABLE AS $$
  SELECT p.cover_id FROM core.project p WHERE p.cover_id = ANY (p_blobs)
  UNION
  SELECT a.blob_id FROM core.attachment a WHERE a.blob_id = ANY (p_blobs)
$$;
