-- Core's own tables. Ids are UUIDv7 made by the application; times come from the application's clock.
CREATE SCHEMA core;

CREATE TABLE core.account (
  id            uuid PRIMARY KEY,
  email         text NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  password_hash text NOT NULL,
  locale        text NOT NULL CHECK (locale IN ('ko', 'en')),
  created_at    timestamptz NOT NULL,
  suspended_at  timestamptz
);

-- One browser's sign-in. It is the family of its refresh tokens: ended, none of them is worth anything.
CREATE TABLE core.sign_in (
  id           uuid PRIMARY KEY,
  user_id      uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  user_agent   text NOT NULL,
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  ended_at     timestamptz
);
CREATE INDEX sign_in_user ON core.sign_in (user_id);

CREATE TABLE core.refresh_token (
  hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
  sign_in_id uuid NOT NULL REFERENCES core.sign_in ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  rotated_at timestamptz
);
CREATE INDEX refresh_token_sign_in ON core.refresh_token (sign_in_id);

CREATE TABLE core.personal_token (
  id           uuid PRIMARY KEY,
  user_id      uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  name         text NOT NULL,
  hash         bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0),
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
CREATE INDEX personal_token_user ON core.personal_token (user_id);

-- `seq` counts the project's events. Whoever changes the outline or the people holds this row, so that changes of one
-- project happen one after the other.
CREATE TABLE core.project (
  id          uuid PRIMARY KEY,
  title       text NOT NULL,
  description text NOT NULL,
  genre       text NOT NULL,
  settings    jsonb NOT NULL,
  state       text NOT NULL CHECK (state IN ('active', 'archived', 'trashed')),
  rev         int NOT NULL CHECK (rev > 0),
  seq         bigint NOT NULL CHECK (seq >= 0),
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  trashed_at  timestamptz,
  CHECK ((state = 'trashed') = (trashed_at IS NOT NULL))
);

CREATE TABLE core.member (
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  user_id    uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  role       text NOT NULL CHECK (role IN ('reader', 'reviewer', 'editor', 'writer', 'owner')),
  colour     int NOT NULL CHECK (colour BETWEEN 0 AND 11),
  joined_at  timestamptz NOT NULL,
  PRIMARY KEY (project_id, user_id)
);
CREATE INDEX member_user ON core.member (user_id);

CREATE TABLE core.invitation (
  id         uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  role       text NOT NULL CHECK (role IN ('reader', 'reviewer', 'editor', 'writer')),
  code_hash  bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
  created_by uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  uses       int NOT NULL DEFAULT 0,
  revoked_at timestamptz
);
CREATE INDEX invitation_project ON core.invitation (project_id);

-- The outline. `trash_root` is the node whose removal took this one along; it comes back with that one.
CREATE TABLE core.node (
  id         uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  parent_id  uuid,
  kind       text NOT NULL CHECK (kind IN ('series', 'part', 'chapter', 'scene')),
  title      text NOT NULL,
  order_key  text COLLATE "C" NOT NULL CHECK (order_key ~ '^[A-Za-z][0-9A-Za-z]+$'),
  numbering  text NOT NULL CHECK (numbering IN ('counted', 'uncounted', 'side-story')),
  status     text NOT NULL CHECK (status IN ('draft', 'writing', 'done')),
  label      text NOT NULL,
  note       text NOT NULL,
  rev        int NOT NULL CHECK (rev > 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  trashed_at timestamptz,
  trash_root uuid,
  import_id  uuid,
  UNIQUE (id, project_id),
  CHECK (parent_id <> id),
  CHECK ((trashed_at IS NULL) = (trash_root IS NULL)),
  -- A parent is in the same project, whatever the application believes.
  FOREIGN KEY (parent_id, project_id) REFERENCES core.node (id, project_id)
);
CREATE INDEX node_project ON core.node (project_id);
CREATE INDEX node_parent ON core.node (parent_id);
CREATE INDEX node_import ON core.node (import_id) WHERE import_id IS NOT NULL;

CREATE TABLE core.document (
  id         uuid PRIMARY KEY,
  project_id uuid NOT NULL,
  node_id    uuid NOT NULL UNIQUE,
  FOREIGN KEY (node_id, project_id) REFERENCES core.node (id, project_id) ON DELETE CASCADE
);
CREATE INDEX document_project ON core.document (project_id);

-- Text that core itself brings (imports). Sync moves each row into its log, exactly once, in one transaction.
CREATE TABLE core.document_edit (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id          uuid NOT NULL UNIQUE,
  document_id uuid NOT NULL REFERENCES core.document ON DELETE CASCADE,
  project_id  uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  bytes       bytea NOT NULL,
  actor       uuid NOT NULL,
  created_at  timestamptz NOT NULL
);
CREATE INDEX document_edit_document ON core.document_edit (document_id);

CREATE TABLE core.import (
  id         uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  state      text NOT NULL CHECK (state IN ('open', 'applied', 'undone')),
  created_by uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  created_at timestamptz NOT NULL
);
CREATE INDEX import_project ON core.import (project_id);

CREATE TABLE core.import_file (
  id         uuid PRIMARY KEY,
  import_id  uuid NOT NULL REFERENCES core.import ON DELETE CASCADE,
  name       text NOT NULL,
  encoding   text NOT NULL CHECK (encoding IN ('utf-8', 'utf-16le', 'utf-16be', 'euc-kr')),
  composed   boolean NOT NULL,
  rule       text NOT NULL CHECK (rule IN ('numbered', 'heading', 'blank-lines', 'whole')),
  lines      int NOT NULL,
  lengths    jsonb NOT NULL,
  sections   jsonb NOT NULL,
  content    text NOT NULL
);
CREATE INDEX import_file_import ON core.import_file (import_id);

-- What happened in a project, gapless from 1; sync reads it on behalf of everyone connected.
CREATE TABLE core.project_event (
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  seq        bigint NOT NULL CHECK (seq > 0),
  by_user    uuid,
  change     jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (project_id, seq)
);

CREATE TABLE core.last_place (
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  user_id    uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  node_id    uuid NOT NULL REFERENCES core.node ON DELETE CASCADE,
  at         timestamptz NOT NULL,
  PRIMARY KEY (project_id, user_id)
);

-- Answers of repeated requests. A row without an answer is a request on its way.
CREATE TABLE core.idempotency (
  user_id    uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  key        text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  request    bytea NOT NULL,
  answer     jsonb,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_age ON core.idempotency (created_at);
