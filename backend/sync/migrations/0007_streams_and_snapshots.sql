-- Streams carry the studio's wire over HTTP where WebSockets are blocked. A request of one may reach a node that does not
-- hold it: it is laid down here and fetched by the node that does. Nothing in it was acknowledged, so a crash may empty both
-- tables: the client then opens a new stream and sends again.
CREATE UNLOGGED TABLE sync.stream (
  stream_id uuid PRIMARY KEY,
  node      uuid NOT NULL
);
CREATE UNLOGGED TABLE sync.stream_inbox (
  stream_id uuid NOT NULL REFERENCES sync.stream ON DELETE CASCADE,
  number    bigint NOT NULL,
  frames    bytea NOT NULL,
  at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream_id, number)
);
-- What all nodes sign the addresses of snapshots with, so that any of them answers what another one gave out.
CREATE TABLE sync.snapshot_secret (secret bytea NOT NULL);
INSERT INTO sync.snapshot_secret SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
