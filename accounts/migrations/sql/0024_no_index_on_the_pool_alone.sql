-- A pool that was founded before: drop the indexes that newer installations are made without. Those
-- on the pool alone are contained in others; a signature's person and post are looked up otherwise.
DO $$
DECLARE found regclass;
BEGIN
    FOR found IN
        SELECT x.indexrelid::regclass FROM pg_index AS x
        JOIN pg_class AS t ON t.oid = x.indrelid AND t.relnamespace = 'public'::regnamespace
        JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
        WHERE x.indnatts = 1 AND NOT x.indisunique AND x.indpred IS NULL
          AND (a.attname = 'pool_id'
               OR t.relname = 'accounts_signature' AND a.attname IN ('person_id', 'post_id'))
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END $$;
