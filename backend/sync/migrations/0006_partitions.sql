-- The log lies in partitions by the hash of the document, history in one for each day of UTC (ADR 0013).

-- Small and hot: each of eight heaps and indexes is vacuumed by itself, and may one day lie on a disk or server of its own.
-- What is in the log at this moment is some seconds of writing, so it is copied.
ALTER TABLE sync.update_log RENAME TO update_log_before;
ALTER INDEX sync.update_log_pkey RENAME TO update_log_before_pkey;
CREATE TABLE sync.update_log (
  LIKE sync.update_log_before INCLUDING DEFAULTS,
  PRIMARY KEY (document_id, epoch, node, seq)
) PARTITION BY HASH (document_id);
DO $$
BEGIN
  FOR part IN 0..7 LOOP
    EXECUTE format('CREATE TABLE sync.update_log_%s PARTITION OF sync.update_log FOR VALUES WITH (MODULUS 8, REMAINDER %1$s)', part);
  END LOOP;
END
$$;
INSERT INTO sync.update_log SELECT * FROM sync.update_log_before;
DROP TABLE sync.update_log_before;

-- Large, written once and cold. A row of history is what one fold took of one node: `updates` one after another, `seq` the
-- last number, `at` the first moment. `moments` says for each update its milliseconds after `at`; null when all are of `at`.
ALTER TABLE sync.update_history ADD COLUMN moments int[];
ALTER TABLE sync.update_history RENAME TO update_history_before;
ALTER INDEX sync.update_history_document_id_at_idx RENAME TO update_history_before_document_id_at_idx;
CREATE TABLE sync.update_history (LIKE sync.update_history_before INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE INDEX ON sync.update_history (document_id, at);
-- A row never waits for its day to be made: without one it lies here, and moves when the day comes.
CREATE TABLE sync.update_history_other PARTITION OF sync.update_history DEFAULT;

-- What was written before is one partition, as it lies: nothing is copied, however much there is. It ends with today, or with
-- the last day of what it holds.
DO $$
DECLARE
  until date := (SELECT greatest((now() AT TIME ZONE 'UTC')::date, (max(at) AT TIME ZONE 'UTC')::date) + 1 FROM sync.update_history_before);
BEGIN
  EXECUTE format('ALTER TABLE sync.update_history ATTACH PARTITION sync.update_history_before FOR VALUES FROM (MINVALUE) TO (%L)', until || ' 00:00:00+00');
END
$$;

-- Makes the partitions of the days up to `p_until`, from where the last one ended, and moves there what lies in the default
-- one. Whoever else is at it is waited for, and then there is nothing left to do. Answers how many were made.
CREATE FUNCTION sync.make_history_days(p_until date) RETURNS int
LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
DECLARE
  day date;
  made int := 0;
  place text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('history days', 0));
  SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''(.{10})')::date) INTO day
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'sync.update_history'::regclass;
  WHILE day <= p_until LOOP
    place := 'sync.update_history_' || to_char(day, 'YYYYMMDD');
    -- Attached when it is filled: the parent is not locked against readers and writers meanwhile.
    EXECUTE format('CREATE TABLE %s (LIKE sync.update_history INCLUDING DEFAULTS INCLUDING INDEXES)', place);
    EXECUTE format('WITH moved AS (DELETE FROM sync.update_history_other WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %s SELECT * FROM moved', day, day + 1, place);
    EXECUTE format('ALTER TABLE sync.update_history ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', place, day, day + 1);
    made := made + 1;
    day := day + 1;
  END LOOP;
  RETURN made;
END
$$;

-- When rows of a node were last folded into any snapshot, for a week. A document's cover forgets nodes that are neither here
-- nor in `sync.node` (CU7).
CREATE TABLE sync.folded_node (
  node      uuid PRIMARY KEY,
  folded_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO sync.folded_node (node) SELECT DISTINCT jsonb_object_keys(cover)::uuid FROM sync.document;
