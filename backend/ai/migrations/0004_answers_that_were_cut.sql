-- An answer that its maker cut at its longest is over and not done: it is told as far as it came, and can be gone on with.
ALTER TABLE ai.assist DROP CONSTRAINT assist_state_check, ADD CONSTRAINT assist_state_check CHECK (state IN ('waiting', 'running', 'done', 'cut', 'cancelled', 'failed'));
-- What was said of it, as it was said.
ALTER TABLE ai.assist_text ADD COLUMN said text;
-- A step that was cut is told again to its own assist alone.
ALTER TABLE ai.assist_step ADD COLUMN cut boolean NOT NULL DEFAULT false;
