-- What a budget still lacks before it is signed, what its letters are wrong in, and its lines.

-- The name of what a draft still lacks, null if it may be signed.
CREATE FUNCTION funds_flaw_of_budget(budget funds_budget) RETURNS text
LANGUAGE sql STABLE AS $$
    WITH line AS (SELECT * FROM funds_budgetline WHERE budget_id = budget.id)
    SELECT CASE
        WHEN (SELECT array_agg(line ORDER BY line COLLATE "C") FROM line) IS DISTINCT FROM ARRAY[
            'I01', 'I02', 'I03', 'I04', 'I05', 'I06', 'I07', 'O011', 'O012', 'O013', 'O014',
            'O015', 'O02', 'O03', 'O04', 'O05', 'O06', 'O07']::varchar[]
            THEN 'budget_has_every_line'
        WHEN NOT (SELECT sum(amount) FILTER (WHERE line LIKE 'I%') = budget.income_amount
                         AND sum(amount) FILTER (WHERE line LIKE 'O%') = budget.expenditure_amount
                  FROM line)
            THEN 'budget_totals_tie'
        WHEN EXISTS (SELECT FROM line WHERE formula = 'ENTERED' AND amount > 0
                     AND explanation = '')
            THEN 'budget_line_explained'
        WHEN (SELECT count(*) FROM funds_budgetassumption WHERE budget_id = budget.id) <> 6
            THEN 'budget_names_six_factors'
        WHEN (SELECT sum(amount) FROM funds_budgettarget WHERE budget_id = budget.id)
             IS DISTINCT FROM (SELECT amount FROM line WHERE line = 'I01')
            THEN 'budget_targets_tie'
        WHEN budget.closing_amount < 0 THEN 'budget_in_balance'
    END
$$;

-- The name of what the letters of a budget's round are wrong in, null if they are right.
CREATE FUNCTION funds_flaw_of_budget_letters(budget funds_budget, steps text[]) RETURNS text
LANGUAGE sql STABLE AS $$
    WITH letter AS (
        SELECT o.id, o.decided_date, o.recorded_by_id, c.confirmed_by_id,
               array_position(steps, o.step::text) AS place
        FROM accounts_outsidedecision AS o
        LEFT JOIN funds_budgetconfirmation AS c
            ON c.decision_id = o.id AND c.budget_id = budget.id
        WHERE o.pool_id = budget.pool_id AND o.subject_kind = 'BUDGET'
          AND o.subject_id = budget.id AND o.round = budget.round AND o.decision = 'APPROVE'
          AND o.evidence_id IS NOT NULL AND o.content_sha256 = budget.content_sha256
          AND o.step = ANY (steps)
    )
    SELECT CASE
        WHEN count(*) <> cardinality(steps) THEN 'budget_answered_in_order'
        WHEN count(confirmed_by_id) <> cardinality(steps)
             OR bool_or(confirmed_by_id = recorded_by_id)
             OR EXISTS (SELECT FROM accounts_signature AS s
                        JOIN letter AS l ON l.confirmed_by_id = s.person_id
                        WHERE s.pool_id = budget.pool_id AND s.subject_kind = 'BUDGET'
                          AND s.subject_id = budget.id AND s.round = budget.round)
            THEN 'budget_letters_confirmed_by_another'
        WHEN EXISTS (SELECT FROM letter AS one JOIN letter AS later ON later.place > one.place
                     WHERE later.decided_date < one.decided_date)
            THEN 'budget_letters_dated_in_order'
    END FROM letter
$$;

-- The line of 收支表 that an account's turnover belongs to; null for balance accounts.
CREATE FUNCTION funds_line_of_account(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        CASE left(code, 6)
            WHEN '500101' THEN 'O011' WHEN '500102' THEN 'O012' WHEN '500103' THEN 'O013'
            WHEN '500104' THEN 'O014' WHEN '500105' THEN 'O015' END,
        CASE left(code, 4)
            WHEN '4001' THEN 'I01' WHEN '4101' THEN 'I02' WHEN '4201' THEN 'I03'
            WHEN '4301' THEN 'I04' WHEN '4401' THEN 'I05' WHEN '4402' THEN 'I06'
            WHEN '4501' THEN 'I07' WHEN '5104' THEN 'O02' WHEN '5105' THEN 'O03'
            WHEN '5201' THEN 'O04' WHEN '5301' THEN 'O05' WHEN '5302' THEN 'O06'
            WHEN '5401' THEN 'O07' END)
$$;
