-- Whether a work is helped by AI, and who agreed to what. No row: off.
CREATE TABLE core.ai_setting (
  project_id    uuid PRIMARY KEY REFERENCES core.project ON DELETE CASCADE,
  mode          text NOT NULL CHECK (mode IN ('off', 'on', 'never')),
  cache_answers boolean NOT NULL,
  keep_texts    boolean NOT NULL,
  decided_by    uuid NOT NULL,
  decided_at    timestamptz NOT NULL
);

-- The providers that the owner allowed for the work, each under the version of its notice that was shown.
CREATE TABLE core.ai_allowed (
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  provider   text NOT NULL CHECK (provider IN ('openai', 'anthropic', 'endpoint')),
  notice     text NOT NULL,
  agreed_at  timestamptz NOT NULL,
  PRIMARY KEY (project_id, provider)
);

-- Where the text of one author may go. It outlives their membership: their text stays in the work, and so does their word.
CREATE TABLE core.ai_consent (
  project_id uuid NOT NULL REFERENCES core.project ON DELETE CASCADE,
  user_id    uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  provider   text NOT NULL CHECK (provider IN ('openai', 'anthropic', 'endpoint')),
  notice     text NOT NULL,
  agreed_at  timestamptz NOT NULL,
  PRIMARY KEY (project_id, user_id, provider)
);
