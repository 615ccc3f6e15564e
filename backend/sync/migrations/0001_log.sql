-- The sync service's own tables (ADR 0005). Only this service writes them; core reads through the functions at the end.
CREATE SCHEMA sync;

-- A document as far as this service knows it. A document without a row is empty and of epoch 1.
CREATE TABLE sync.document (
  document_id uuid PRIMARY KEY,
  -- The incarnation: rises only when history itself is replaced, and fences whatever was written for an older one.
  epoch       int NOT NULL DEFAULT 1,
  -- Rises with every compaction.
  version     int NOT NULL DEFAULT 0,
  -- A Yjs update (v1) that holds every row of the log in `cover`, and its SHA-256.
  snapshot    bytea,
  checksum    bytea,
  -- {node: highest seq folded in}
  cover       jsonb NOT NULL DEFAULT '{}'
);

-- Append-only until a verified snapshot covers a row. `updates` holds one or more updates, each with its length in front;
-- `credits` says who delivered which clocks, and which client ids became whose.
CREATE TABLE sync.update_log (
  document_id uuid NOT NULL,
  epoch       int NOT NULL,
  node        uuid NOT NULL,
  seq         bigint NOT NULL,
  updates     bytea NOT NULL,
  credits     jsonb NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (document_id, epoch, node, seq)
);

-- Rows that a snapshot covers: what versions, authorship and the time machine are made from.
CREATE TABLE sync.update_history (LIKE sync.update_log INCLUDING DEFAULTS);
CREATE INDEX ON sync.update_history (document_id, at);

-- Whose a client id is, and who delivered which clocks, folded from the credits of covered rows.
CREATE TABLE sync.client_owner (
  document_id uuid NOT NULL,
  client      bigint NOT NULL,
  user_id     uuid NOT NULL,
  PRIMARY KEY (document_id, client)
);
CREATE TABLE sync.authorship (
  document_id uuid NOT NULL,
  client      bigint NOT NULL,
  user_id     uuid NOT NULL,
  clock_from  bigint NOT NULL,
  clock_to    bigint NOT NULL CHECK (clock_to > clock_from),
  PRIMARY KEY (document_id, client, user_id, clock_from)
);

-- One use of a ticket is one row; a second INSERT fails.
CREATE TABLE sync.spent_ticket (
  id         uuid PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- Writes of core that are no update: kept whole, so that what they were meant to say can still be had.
CREATE TABLE sync.quarantined_edit (
  id          uuid PRIMARY KEY,
  document_id uuid NOT NULL,
  bytes       bytea NOT NULL,
  actor       uuid NOT NULL,
  at          timestamptz NOT NULL DEFAULT now()
);

-- What the compactor says about a document's text, for search and counts; `settled_at` says how fresh it is.
CREATE TABLE sync.projection (
  document_id         uuid PRIMARY KEY,
  text                text NOT NULL,
  initials            text NOT NULL,
  with_spaces         int NOT NULL,
  without_spaces      int NOT NULL,
  without_punctuation int NOT NULL,
  sheets              real NOT NULL,
  settled_at          timestamptz NOT NULL
);
-- A text is read whole by every search; unpacking it would cost more than the space it saves.
ALTER TABLE sync.projection ALTER COLUMN text SET STORAGE EXTERNAL, ALTER COLUMN initials SET STORAGE EXTERNAL;

-- ── Published to core ────────────────────────────────────────────────────────────────────────────────────────────────

-- The exact state at the last commit: snapshot and tail together. No row: the document is empty.
CREATE FUNCTION sync.document_state(p_document uuid) RETURNS TABLE (epoch int, snapshot bytea, tail bytea[])
LANGUAGE sql STABLE AS $$
  SELECT d.epoch, d.snapshot,
         ARRAY(SELECT l.updates FROM sync.update_log l WHERE l.document_id = d.document_id AND l.epoch = d.epoch ORDER BY l.at, l.node, l.seq)
    FROM sync.document d WHERE d.document_id = p_document
$$;

CREATE VIEW sync.document_projection AS
  SELECT document_id, text, with_spaces, without_spaces, without_punctuation, sheets, settled_at FROM sync.projection;

-- Texts among `p_documents` that contain the query; initials (초성) are matched in a column of their own.
CREATE FUNCTION sync.find_documents(p_documents uuid[], p_query text, p_initials boolean) RETURNS TABLE (document_id uuid, text text)
LANGUAGE sql STABLE AS $$
  SELECT p.document_id, p.text FROM sync.projection p
   WHERE p.document_id = ANY (p_documents)
     AND CASE WHEN p_initials THEN strpos(p.initials, p_query) ELSE strpos(p.text, p_query) END > 0
$$;
