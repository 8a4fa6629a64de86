-- A plan line pays what the parameters in force give, whoever wrote it: the database computes the
-- standard a second time, once per office, month, full years contributed and month drawn.

-- Lines that stand already: the months of an entitlement in their order. The owner of the tables
-- passes row-level security for this one statement.
ALTER TABLE payouts_disbursementplanline NO FORCE ROW LEVEL SECURITY;
UPDATE payouts_disbursementplanline AS l SET month_number = k.number
FROM (SELECT id, row_number() OVER (PARTITION BY pool_id, entitlement_id, is_live
                                    ORDER BY benefit_month, id) AS number
      FROM payouts_disbursementplanline) AS k
WHERE k.id = l.id AND l.month_number <> k.number;
ALTER TABLE payouts_disbursementplanline FORCE ROW LEVEL SECURITY;

-- The value of a policy parameter on a day: the district's own before the pool's, then the newest.
CREATE FUNCTION payouts_value_in_force(pool bigint, wanted text, region text, day date)
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT value FROM accounts_parameter
    WHERE pool_id = pool AND code = wanted AND region_code IN ('', region)
      AND valid_from <= day AND coalesce(valid_until, 'infinity'::date) >= day
    ORDER BY region_code DESC, valid_from DESC LIMIT 1
$$;

-- The benefit of one month in yuan, exact, not rounded; null where no rule covers it. The shapes of
-- the rule are those of payouts/parameters.py, the twin is payouts.calculators.monthly_standard.
CREATE FUNCTION payouts_monthly_standard(
    pool bigint, region text, day date, years integer, month_number integer)
RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE rule jsonb := payouts_value_in_force(pool, 'benefit_standard', region, day);
BEGIN
    CASE rule ->> 'kind'
    WHEN 'MINIMUM_WAGE_SHARE' THEN
        RETURN (payouts_value_in_force(pool, 'minimum_wage', region, day) #>> '{}')::numeric
               * (rule ->> 'percent')::numeric * 0.01;
    WHEN 'STAGES' THEN
        RETURN (SELECT (stage ->> 2)::numeric
                FROM jsonb_array_elements(rule -> 'stages') WITH ORDINALITY AS s (stage, place)
                WHERE month_number BETWEEN (stage ->> 0)::integer AND (stage ->> 1)::integer
                ORDER BY place LIMIT 1);
    WHEN 'TIERS' THEN
        IF month_number > 12 THEN
            RETURN (rule ->> 'later')::numeric;
        END IF;
        RETURN (SELECT (tier ->> 2)::numeric
                FROM jsonb_array_elements(rule -> 'tiers') WITH ORDINALITY AS t (tier, place)
                WHERE (tier ->> 0)::integer <= years
                  AND (tier ->> 1 IS NULL OR years < (tier ->> 1)::integer)
                ORDER BY place LIMIT 1);
    ELSE RETURN NULL;
    END CASE;
END $$;

-- As before, each line has a passed comparison of its plan and pays the person and account of its
-- entitlement. New: it is the month the entitlement's counter stands at, and its amount is the
-- standard rounded half up, that is at most half a cent above it and less than that below.
CREATE OR REPLACE FUNCTION payouts_check_plan_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint; mispriced bigint;
BEGIN
    EXECUTE 'SELECT coalesce(sum(g.lines) FILTER (WHERE NOT g.is_compared), 0),
               coalesce(sum(g.lines) FILTER (WHERE g.is_compared AND (g.is_next
                   AND g.amount - s.standard > -0.005 AND g.amount - s.standard <= 0.005)
                   IS NOT TRUE), 0)
        FROM (SELECT l.pool_id, o.region_code, p.month, e.contributed_months / 12 AS years,
                     l.month_number::integer, l.amount,
                     l.month_number = e.months_planned AS is_next,
                     (p.state = ''BUILDING'' AND r.state <> ''EXCEPTION''
                      AND r.run_id = p.comparison_run_id AND r.entitlement_id = l.entitlement_id
                      AND l.benefit_month = p.month AND e.claimant_id = l.claimant_id
                      AND e.person_key = l.person_key AND e.payee_account_id = l.payee_account_id)
                     IS TRUE AS is_compared, count(*) AS lines
              FROM added AS l
              LEFT JOIN payouts_disbursementplan AS p
                  ON p.id = l.plan_id AND p.pool_id = l.pool_id
              LEFT JOIN accounts_organisation AS o ON o.id = p.organisation_id
              LEFT JOIN payouts_comparisonresult AS r
                  ON r.id = l.comparison_result_id AND r.pool_id = l.pool_id
              LEFT JOIN payouts_entitlement AS e
                  ON e.id = l.entitlement_id AND e.pool_id = l.pool_id
              GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) AS g
        CROSS JOIN LATERAL (SELECT CASE WHEN g.is_compared THEN payouts_monthly_standard(
            g.pool_id, g.region_code, g.month, g.years, g.month_number) END AS standard) AS s'
        INTO wrong, mispriced;
    IF wrong > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'plan_line_has_passed_comparison',
            MESSAGE = format('%s lines without a passed comparison of their plan', wrong);
    END IF;
    IF mispriced > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'plan_line_pays_the_standard',
            MESSAGE = format('%s lines pay another amount than the parameters give', mispriced);
    END IF;
    RETURN NULL;
END $$;

-- A line's figures never change; only `is_live` may go from true to false.
DROP TRIGGER check_plan_line_change ON payouts_disbursementplanline;
CREATE TRIGGER check_plan_line_change BEFORE UPDATE ON payouts_disbursementplanline
    FOR EACH ROW WHEN (
        (NEW.is_live AND NOT OLD.is_live)
        OR (OLD.id, OLD.pool_id, OLD.plan_id, OLD.position, OLD.entitlement_id, OLD.claimant_id,
            OLD.person_key, OLD.item_code, OLD.benefit_month, OLD.month_number, OLD.amount,
            OLD.payee_account_id, OLD.comparison_result_id)
           IS DISTINCT FROM
           (NEW.id, NEW.pool_id, NEW.plan_id, NEW.position, NEW.entitlement_id, NEW.claimant_id,
            NEW.person_key, NEW.item_code, NEW.benefit_month, NEW.month_number, NEW.amount,
            NEW.payee_account_id, NEW.comparison_result_id))
    EXECUTE FUNCTION payouts_check_plan_line_change();
