-- What somebody asked for with a key of their own, so that the same request is answered by the same assist for a day.
-- `request`: SHA-256 of it. `assist_id` is null while it is on its way.
CREATE TABLE ai.asked_once (
  user_id    uuid NOT NULL,
  key        text NOT NULL,
  request    bytea NOT NULL,
  assist_id  uuid,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, key)
);
CREATE INDEX asked_once_created ON ai.asked_once (created_at);
