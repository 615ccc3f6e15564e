-- What core publishes to sync. Sync calls these functions and reads no table of core.

-- How each of the asked sockets stands: whether its credential still lives and until when, and the role it has now.
-- In a project that is in the trash everyone reads.
CREATE FUNCTION core.standings(p_users uuid[], p_kinds text[], p_credentials uuid[], p_projects uuid[])
RETURNS TABLE (ord int, alive boolean, expires_at timestamptz, role text)
LANGUAGE sql STABLE AS $$
  SELECT asked.ord::int,
         a.id IS NOT NULL AND coalesce(
           CASE asked.kind
             WHEN 'sign-in' THEN s.ended_at IS NULL AND s.expires_at > now()
             WHEN 'token' THEN t.revoked_at IS NULL AND t.expires_at > now()
           END, false),
         coalesce(s.expires_at, t.expires_at),
         CASE WHEN p.state = 'trashed' AND m.role IS NOT NULL THEN 'reader' ELSE m.role END
  FROM unnest(p_users, p_kinds, p_credentials, p_projects) WITH ORDINALITY AS asked (user_id, kind, credential, project_id, ord)
  LEFT JOIN core.account a ON a.id = asked.user_id AND a.suspended_at IS NULL
  LEFT JOIN core.sign_in s ON asked.kind = 'sign-in' AND s.id = asked.credential AND s.user_id = asked.user_id
  LEFT JOIN core.personal_token t ON asked.kind = 'token' AND t.id = asked.credential AND t.user_id = asked.user_id
  LEFT JOIN core.project p ON p.id = asked.project_id
  LEFT JOIN core.member m ON m.project_id = asked.project_id AND m.user_id = asked.user_id
  ORDER BY asked.ord
$$;

-- The project a document belongs to, and whether it is in the trash (its node, or one above it).
CREATE FUNCTION core.document_place(p_document uuid)
RETURNS TABLE (project_id uuid, trashed boolean)
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE line AS (
    SELECT n.id, n.parent_id, n.trashed_at FROM core.document d JOIN core.node n ON n.id = d.node_id WHERE d.id = p_document
    UNION
    SELECT n.id, n.parent_id, n.trashed_at FROM line JOIN core.node n ON n.id = line.parent_id
  )
  SELECT d.project_id, (SELECT bool_or(line.trashed_at IS NOT NULL) FROM line)
  FROM core.document d WHERE d.id = p_document
$$;

-- Who someone is in a project; no row when there is no such account, role null when not a member.
CREATE FUNCTION core.person(p_user uuid, p_project uuid)
RETURNS TABLE (name text, colour int, role text)
LANGUAGE sql STABLE AS $$
  SELECT a.name, coalesce(m.colour, 0), CASE WHEN p.state = 'trashed' AND m.role IS NOT NULL THEN 'reader' ELSE m.role END
  FROM core.account a
  LEFT JOIN core.member m ON m.user_id = a.id AND m.project_id = p_project
  LEFT JOIN core.project p ON p.id = p_project
  WHERE a.id = p_user AND a.suspended_at IS NULL
$$;

-- The live personal token with this SHA-256.
CREATE FUNCTION core.personal_token(p_hash bytea)
RETURNS TABLE (token_id uuid, user_id uuid, expires_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT t.id, t.user_id, t.expires_at
  FROM core.personal_token t JOIN core.account a ON a.id = t.user_id
  WHERE t.hash = p_hash AND t.revoked_at IS NULL AND t.expires_at > now() AND a.suspended_at IS NULL
$$;

-- The events of a project after `p_seq`, in order, each as the contract's ProjectEvent.
CREATE FUNCTION core.project_events_since(p_project uuid, p_seq bigint, p_limit int)
RETURNS TABLE (seq bigint, event jsonb)
LANGUAGE sql STABLE AS $$
  SELECT e.seq, jsonb_build_object('projectId', e.project_id, 'seq', e.seq, 'by', e.by_user, 'change', e.change)
  FROM core.project_event e
  WHERE e.project_id = p_project AND e.seq > p_seq
  ORDER BY e.seq LIMIT p_limit
$$;

-- Takes waiting edits away, oldest first: the caller puts them in its log in the same transaction.
CREATE FUNCTION core.take_document_edits(p_limit int)
RETURNS TABLE (id uuid, document_id uuid, project_id uuid, bytes bytea, actor uuid)
LANGUAGE sql VOLATILE AS $$
  WITH waiting AS (
    SELECT e.seq FROM core.document_edit e ORDER BY e.seq LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), taken AS (
    DELETE FROM core.document_edit e USING waiting WHERE e.seq = waiting.seq
    RETURNING e.seq, e.id, e.document_id, e.project_id, e.bytes, e.actor
  )
  SELECT taken.id, taken.document_id, taken.project_id, taken.bytes, taken.actor FROM taken ORDER BY taken.seq
$$;
