-- Documents that are to be folded. Taking a job moves `due_at` ahead: that is its lease, and its pause when whoever took it
-- failed or died. A document that kills the process is tried again more and more rarely, whoever tries.
CREATE TABLE sync.fold_job (
  document_id uuid PRIMARY KEY,
  due_at      timestamptz NOT NULL DEFAULT now(),
  attempts    int NOT NULL DEFAULT 0,
  problem     text
);
CREATE INDEX ON sync.fold_job (due_at);

-- Rows that could not be folded in: kept whole, with the reason, so that one bad row does not keep its document from being
-- folded, and what it was meant to say can still be had.
CREATE TABLE sync.quarantined_row (
  LIKE sync.update_log INCLUDING DEFAULTS,
  reason         text NOT NULL,
  quarantined_at timestamptz NOT NULL DEFAULT now()
);
