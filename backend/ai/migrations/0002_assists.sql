-- What was shown to somebody as that which would be sent. What is sent is this, and not one made again.
CREATE TABLE ai.packet (
  id         uuid PRIMARY KEY,
  project_id uuid NOT NULL,
  asker      uuid NOT NULL,
  made       jsonb NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX packet_expires ON ai.packet (expires_at);
CREATE INDEX packet_asker ON ai.packet (asker, id DESC);

-- The ledger: who sent which items of whose to whom, and what it cost. Never what they said.
-- `node`: the process that works on it, which holds an advisory lock of that number for as long as it lives.
-- `day` and `month`: against which limits it was reserved.
CREATE TABLE ai.assist (
  id              uuid PRIMARY KEY,
  project_id      uuid NOT NULL,
  asker           uuid NOT NULL,
  credential_kind text NOT NULL CHECK (credential_kind IN ('sign-in', 'token')),
  credential      uuid NOT NULL,
  feature         text NOT NULL,
  state           text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'cancelled', 'failed')),
  provider        text NOT NULL CHECK (provider IN ('openai', 'anthropic', 'endpoint')),
  model           text NOT NULL,
  packet_hash     text NOT NULL,
  items           jsonb NOT NULL,
  people          uuid[] NOT NULL,
  node            int NOT NULL,
  cancelling      boolean NOT NULL DEFAULT false,
  events          int NOT NULL DEFAULT 0,
  day             date NOT NULL,
  month           date NOT NULL,
  tokens_reserved int NOT NULL CHECK (tokens_reserved >= 0),
  cost_reserved   bigint NOT NULL CHECK (cost_reserved >= 0),
  tokens_in       int NOT NULL DEFAULT 0,
  tokens_out      int NOT NULL DEFAULT 0,
  estimated       boolean NOT NULL DEFAULT false,
  cost            bigint,
  currency        text NOT NULL,
  has_left        boolean NOT NULL DEFAULT false,
  cached          boolean NOT NULL DEFAULT false,
  problem         jsonb,
  decision        text CHECK (decision IN ('accepted', 'dismissed')),
  created_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  CHECK ((state IN ('waiting', 'running')) = (ended_at IS NULL)),
  CHECK ((state = 'failed') = (problem IS NOT NULL))
);
CREATE INDEX assist_ledger ON ai.assist (project_id, id DESC);
CREATE INDEX assist_people ON ai.assist USING gin (people);
CREATE INDEX assist_open ON ai.assist (asker, node) WHERE ended_at IS NULL;
CREATE INDEX assist_same ON ai.assist (project_id, packet_hash, model) WHERE state = 'done';

-- What was sent and what came of it, for as long as somebody may want to read it: until it is decided, a day otherwise, and for good
-- in works that keep it (`forget_at` is null). `mandate`: what long work asks core with, for as long as its asker has the right.
CREATE TABLE ai.assist_text (
  assist_id     uuid PRIMARY KEY REFERENCES ai.assist ON DELETE CASCADE,
  made          jsonb NOT NULL,
  result        jsonb,
  mandate       text,
  cache_answers boolean NOT NULL,
  keep_texts    boolean NOT NULL,
  forget_at     timestamptz
);
CREATE INDEX assist_text_forget ON ai.assist_text (forget_at) WHERE forget_at IS NOT NULL;

-- The stream of an assist, numbered from 1, several events a row as they were written.
CREATE TABLE ai.assist_events (
  assist_id uuid NOT NULL REFERENCES ai.assist_text ON DELETE CASCADE,
  first     int NOT NULL,
  events    jsonb NOT NULL,
  PRIMARY KEY (assist_id, first)
);

-- What long work has done so far, by the hash of what was asked, so that nothing is asked twice after a restart.
CREATE TABLE ai.assist_step (
  assist_id  uuid NOT NULL REFERENCES ai.assist_text ON DELETE CASCADE,
  hash       text NOT NULL,
  answer     text NOT NULL,
  tokens_in  int NOT NULL,
  tokens_out int NOT NULL,
  estimated  boolean NOT NULL,
  PRIMARY KEY (assist_id, hash)
);
CREATE INDEX assist_step_hash ON ai.assist_step (hash);

-- How much of each limit is used, and how much is held for what runs. In tokens; in millionths of the currency for 'project-month'.
CREATE TABLE ai.usage (
  kind     text NOT NULL CHECK (kind IN ('person-day', 'project-day', 'project-month')),
  whose    uuid NOT NULL,
  begins   date NOT NULL,
  used     bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
  reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  PRIMARY KEY (kind, whose, begins)
);
