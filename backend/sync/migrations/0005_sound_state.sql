-- The exact state at the last commit, for core. A snapshot that does not match its checksum is given to nobody: in its place
-- come the rows it was made of, all of which are kept, so that its text is whole even before the compactor made it anew.
-- Without those rows it is an error, never an empty text.
CREATE OR REPLACE FUNCTION sync.document_state(p_document uuid) RETURNS TABLE (epoch int, snapshot bytea, tail bytea[])
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  is_sound boolean;
  made_of bytea[] := '{}';
BEGIN
  SELECT d.snapshot IS NULL OR d.checksum IS NULL OR sha256(d.snapshot) = d.checksum INTO is_sound FROM sync.document d WHERE d.document_id = p_document;
  IF NOT is_sound THEN
    made_of := ARRAY(SELECT h.updates FROM sync.update_history h JOIN sync.document d USING (document_id, epoch) WHERE h.document_id = p_document ORDER BY h.at, h.node, h.seq);
    IF made_of = '{}' THEN
      RAISE EXCEPTION 'the snapshot does not match its checksum' USING ERRCODE = 'data_corrupted';
    END IF;
  END IF;
  RETURN QUERY
    SELECT d.epoch, CASE WHEN is_sound THEN d.snapshot END,
           made_of || ARRAY(SELECT l.updates FROM sync.update_log l WHERE l.document_id = d.document_id AND l.epoch = d.epoch ORDER BY l.at, l.node, l.seq)
      FROM sync.document d WHERE d.document_id = p_document;
END
$$;
