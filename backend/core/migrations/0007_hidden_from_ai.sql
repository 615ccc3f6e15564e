-- A node of which, with all that is under it, nothing is told to a model.
ALTER TABLE core.node ADD COLUMN ai_hidden boolean NOT NULL DEFAULT false;
