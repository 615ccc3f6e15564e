-- Whose model answered a step: what one says is no answer of another's. Steps from before are told again to their own assist alone.
ALTER TABLE ai.assist_step ADD COLUMN provider text, ADD COLUMN model text;
