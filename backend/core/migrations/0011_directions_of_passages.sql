-- Where the numbers of a passage point, for a database that can compare them itself (docs/adr/0023): of length one, null where they
-- point nowhere. An array of PostgreSQL's own and not a type of the extension, so that neither this nor a backup needs it.
ALTER TABLE core.passage_meaning ADD COLUMN direction real[];
-- Such numbers do not shrink; it is not tried.
ALTER TABLE core.passage_meaning ALTER COLUMN direction SET STORAGE EXTERNAL;

-- Those that are there already are read once. Nothing is sent anew.
CREATE FUNCTION core.direction_of_bytes(bytes bytea) RETURNS real[]
LANGUAGE sql IMMUTABLE AS $$
  WITH byte AS MATERIALIZED (
    SELECT at, get_byte(bytes, 4 * at) AS a, get_byte(bytes, 4 * at + 1) AS b, get_byte(bytes, 4 * at + 2) AS c, get_byte(bytes, 4 * at + 3) AS d
      FROM generate_series(0, octet_length(bytes) / 4 - 1) AS at
  ), part AS (
    SELECT at, CASE WHEN d > 127 THEN -1 ELSE 1 END AS sign, ((d & 127) << 1) | (c >> 7) AS exponent, ((c & 127) << 16) | (b << 8) | a AS fraction FROM byte
  ), number AS (
    SELECT at, CASE exponent WHEN 0 THEN sign * fraction * power(2::float8, -149) WHEN 255 THEN NULL ELSE sign * (fraction | 8388608) * power(2::float8, exponent - 150) END AS x FROM part
  ), whole AS (
    SELECT sqrt(sum(x * x)) AS length, bool_and(x IS NOT NULL) AS is_whole FROM number
  )
  -- What is too small for the type is nothing.
  SELECT array_agg((CASE WHEN abs(x / length) < 1e-37 THEN 0 ELSE x / length END)::real ORDER BY at) FROM number, whole WHERE is_whole AND length > 0
$$;
-- Joined with nothing, the bytes are in memory, and not fetched anew for each of them.
UPDATE core.passage_meaning SET direction = core.direction_of_bytes(vector || ''::bytea);
DROP FUNCTION core.direction_of_bytes(bytea);
