-- The processes of this service that live. A row is renewed every second; one that is not belongs to a process that died,
-- and what it said of people's presence goes with it.
CREATE TABLE sync.node (
  node    uuid PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now()
);
