-- As in 0002, but the pool is a value the planner does not know. It looked up how many signatures
-- the pool has: none, for a city that the statistics have not seen yet, and then read all of the
-- pool's signatures for each case instead of the case's own.
CREATE OR REPLACE FUNCTION is_signed(kind text, subject bigint, signing_round integer, content text,
                                     steps text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT person_id) = cardinality(steps) AND count(*) = cardinality(steps)
    FROM accounts_signature
    WHERE pool_id = (SELECT current_pool()) AND subject_kind = kind AND subject_id = subject
      AND round = signing_round AND decision = 'APPROVE' AND content_sha256 = content
      AND step = ANY (steps)
$$;
