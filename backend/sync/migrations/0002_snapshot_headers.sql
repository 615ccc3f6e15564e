-- What a join needs to know of a snapshot, so that the relay opens a document without reading it: how far it reaches, and
-- where its deletions begin. Null for snapshots made before; the next compaction writes them.
ALTER TABLE sync.document ADD COLUMN state_vector bytea, ADD COLUMN delete_set_at int;
-- Snapshots are compressed by nobody here: unpacking one would cost every join more than the space is worth.
ALTER TABLE sync.document ALTER COLUMN snapshot SET STORAGE EXTERNAL;
