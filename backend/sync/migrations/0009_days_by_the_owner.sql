-- The compactor makes the days of history whichever role it is: the shape of the tables is their owner's alone.
ALTER FUNCTION sync.make_history_days(date) SECURITY DEFINER SET search_path TO pg_catalog, pg_temp;
