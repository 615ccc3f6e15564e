-- The exact state at the last commit, for core. A snapshot that does not match its checksum is given to nobody: in its place
-- come the rows it was made of, all of which are kept, so that its text is whole even before the compactor made it anew.
CREATE OR REPLACE FUNCTION sync.document_state(p_document uuid) RETURNS TABLE (epoch int, snapshot bytea, tail bytea[])
LANGUAGE sql STABLE AS $$
  SELECT d.epoch, CASE WHEN s.is_sound THEN d.snapshot END,
         CASE WHEN s.is_sound THEN '{}'
              ELSE ARRAY(SELECT h.updates FROM sync.update_history h WHERE h.document_id = d.document_id AND h.epoch = d.epoch ORDER BY h.at, h.node, h.seq)
         END || ARRAY(SELECT l.updates FROM sync.update_log l WHERE l.document_id = d.document_id AND l.epoch = d.epoch ORDER BY l.at, l.node, l.seq)
    FROM sync.document d CROSS JOIN LATERAL (SELECT d.snapshot IS NULL OR sha256(d.snapshot) = d.checksum AS is_sound) s
   WHERE d.document_id = p_document
$$;
