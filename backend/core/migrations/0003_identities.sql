-- Accounts at other houses that one signs in with. One is known by who issued it and what they call it, never by a mail
-- address: that can be given up there and taken by somebody else.
CREATE TABLE core.identity (
  id           uuid PRIMARY KEY,
  user_id      uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  provider     text NOT NULL CHECK (provider IN ('google', 'kakao')),
  issuer       text NOT NULL,
  subject      text NOT NULL,
  -- As that house last told it; for the person to recognise it by, and for nothing else.
  email        text,
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  UNIQUE (issuer, subject)
);
CREATE INDEX identity_user ON core.identity (user_id);

-- Who came by another house may have no password, and told no mail.
ALTER TABLE core.account ALTER COLUMN password_hash DROP NOT NULL;
ALTER TABLE core.account ALTER COLUMN email DROP NOT NULL;
-- When somebody showed that the mail is theirs; null for those who only typed it.
ALTER TABLE core.account ADD COLUMN email_verified_at timestamptz;

-- A browser that was sent to another house and is expected back, once. Secrets are kept as SHA-256.
CREATE TABLE core.social_attempt (
  state      bytea PRIMARY KEY CHECK (length(state) = 32),
  browser    bytea NOT NULL CHECK (length(browser) = 32),
  provider   text NOT NULL CHECK (provider IN ('google', 'kakao')),
  nonce      text NOT NULL,
  verifier   text NOT NULL,
  -- Who links it to their account; null for a sign-in.
  user_id    uuid REFERENCES core.account ON DELETE CASCADE,
  next       text,
  expires_at timestamptz NOT NULL
);

-- Someone came by another house, whose mail has an account here: they are asked to show that it is theirs.
CREATE TABLE core.social_link (
  secret     bytea PRIMARY KEY CHECK (length(secret) = 32),
  browser    bytea NOT NULL CHECK (length(browser) = 32),
  user_id    uuid NOT NULL REFERENCES core.account ON DELETE CASCADE,
  provider   text NOT NULL CHECK (provider IN ('google', 'kakao')),
  issuer     text NOT NULL,
  subject    text NOT NULL,
  email      text NOT NULL,
  can_claim  boolean NOT NULL,
  expires_at timestamptz NOT NULL
);
