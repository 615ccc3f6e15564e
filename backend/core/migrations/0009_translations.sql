-- Sentences of a scene in another language, kept. Not part of the manuscript: a brief, a search or a count reads none of it. It goes
-- with its scene and with its work. A segment is known again by the words of its sentence, by those that stood beside it
-- (`before_hash`, `after_hash`) and by its place among its siblings (`position`), not by offsets.
CREATE TABLE core.translation_segment (
  id          uuid PRIMARY KEY,
  project_id  uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  document_id uuid NOT NULL REFERENCES core.document ON DELETE CASCADE,
  language    text NOT NULL CHECK (language ~ '^[a-z]{2}(-[A-Z]{2})?$'),
  position    integer NOT NULL,
  source      text NOT NULL,
  before_hash text,
  after_hash  text,
  target      text NOT NULL,
  made_by     uuid NOT NULL,
  made_at     timestamptz NOT NULL,
  -- Whose model said it, by the word of whoever kept it. None: written by hand.
  provider    text CHECK (provider IN ('openai', 'anthropic', 'endpoint')),
  model       text,
  assist_id   uuid,
  changed_by  uuid,
  changed_at  timestamptz,
  rev         integer NOT NULL,
  CHECK ((provider IS NULL) = (model IS NULL) AND (provider IS NULL) = (assist_id IS NULL)),
  CHECK ((changed_by IS NULL) = (changed_at IS NULL))
);
CREATE INDEX translation_segment_scene ON core.translation_segment (document_id, language, position);
CREATE INDEX translation_segment_project ON core.translation_segment (project_id);

-- How a word of the work is said in another language. Of several for the same word any will do.
CREATE TABLE core.term (
  id         uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  language   text NOT NULL CHECK (language ~ '^[a-z]{2}(-[A-Z]{2})?$'),
  source     text NOT NULL,
  target     text NOT NULL,
  note       text NOT NULL,
  changed_by uuid NOT NULL,
  changed_at timestamptz NOT NULL,
  rev        integer NOT NULL,
  UNIQUE (project_id, language, source, target)
);
