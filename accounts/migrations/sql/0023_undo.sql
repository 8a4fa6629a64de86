CREATE OR REPLACE FUNCTION is_signed(kind text, subject bigint, signing_round integer, content text,
                                     steps text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT person_id) = cardinality(steps) AND count(*) = cardinality(steps)
    FROM accounts_signature
    WHERE pool_id = current_pool() AND subject_kind = kind AND subject_id = subject
      AND round = signing_round AND decision = 'APPROVE' AND content_sha256 = content
      AND step = ANY (steps)
$$;
