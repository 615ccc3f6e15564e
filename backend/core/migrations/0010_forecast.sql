-- Whether episodes may be forecast by imagined readers. Off until the owner turns it on: it was compared with no real numbers.
ALTER TABLE core.ai_setting ADD COLUMN forecast boolean NOT NULL DEFAULT false;
