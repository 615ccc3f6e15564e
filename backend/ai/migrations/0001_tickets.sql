-- The AI service's own tables. It reads nothing of core's but its published functions.
CREATE SCHEMA ai;

-- A ticket is good once. Rows are of no use once the ticket has expired.
CREATE TABLE ai.spent_ticket (
  id         uuid PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
