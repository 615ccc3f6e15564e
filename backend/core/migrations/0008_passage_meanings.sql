-- Whether passages of the work are also found by what they mean. Off until the owner turns it on.
ALTER TABLE core.ai_setting ADD COLUMN by_meaning boolean NOT NULL DEFAULT false;

-- What a passage means, as numbers of a model: manuscript data. It goes with its scene and with its work, and when somebody whose
-- words are in it no longer agrees. `hash`: SHA-256 of the passage's words, so that those that have not changed are not sent again.
-- `vector`: float32, little-endian, of length one.
CREATE TABLE core.passage_meaning (
  document_id uuid NOT NULL REFERENCES core.document ON DELETE CASCADE,
  project_id  uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  provider    text NOT NULL CHECK (provider IN ('openai', 'anthropic', 'endpoint')),
  model       text NOT NULL,
  hash        text NOT NULL,
  authors     uuid[] NOT NULL,
  vector      bytea NOT NULL,
  PRIMARY KEY (document_id, provider, model, hash)
);
CREATE INDEX passage_meaning_project ON core.passage_meaning (project_id, provider, model);

-- Scenes of which nothing is left to be sent, as they were settled then.
CREATE TABLE core.passages_read (
  document_id uuid NOT NULL REFERENCES core.document ON DELETE CASCADE,
  project_id  uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  provider    text NOT NULL,
  model       text NOT NULL,
  settled_at  text NOT NULL,
  PRIMARY KEY (document_id, provider, model)
);
CREATE INDEX passages_read_project ON core.passages_read (project_id);
