-- Published to core: whose the characters of a document are. A client's owner wrote what it says; of a client without one
-- who delivered its clocks counts (settled: a range is its owner's, or carried by whoever brought it). What the log holds and
-- no fold has covered yet is among it. `clock_to` is exclusive; null means all of the client's.
CREATE FUNCTION sync.document_authors(p_document uuid) RETURNS TABLE (client bigint, clock_from bigint, clock_to bigint, user_id uuid)
LANGUAGE sql STABLE AS $$
  WITH recent AS (
    SELECT l.credits FROM sync.update_log l JOIN sync.document d ON d.document_id = l.document_id AND d.epoch = l.epoch WHERE l.document_id = p_document
  )
  SELECT o.client, 0::bigint, NULL::bigint, o.user_id FROM sync.client_owner o WHERE o.document_id = p_document
  UNION ALL
  SELECT (owner ->> 'client')::bigint, 0, NULL, (owner ->> 'by')::uuid FROM recent, jsonb_array_elements(recent.credits -> 'owners') owner
  UNION ALL
  SELECT a.client, a.clock_from, a.clock_to, a.user_id FROM sync.authorship a WHERE a.document_id = p_document
  UNION ALL
  SELECT (credit ->> 'client')::bigint, (credit ->> 'from')::bigint, (credit ->> 'to')::bigint, (credit ->> 'by')::uuid FROM recent, jsonb_array_elements(recent.credits -> 'credits') credit
$$;
