-- When a backup was made; `./cowrite backup` writes the row once the file is whole.
CREATE TABLE core.backup (
  made_at timestamptz PRIMARY KEY DEFAULT now()
);
