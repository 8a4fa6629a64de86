DROP TRIGGER check_reopened_finding ON funds_flowfinding;
DROP FUNCTION funds_check_reopened_finding();
DROP TRIGGER check_explained_finding ON funds_flowfinding;
DROP FUNCTION funds_check_explained_finding();
DELETE FROM accounts_statetransition
WHERE table_name = 'funds_flowfinding' AND 'EXPLAINED' IN (from_state, to_state);

CREATE OR REPLACE FUNCTION funds_check_flow_findings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_flowfinding
               WHERE book_id = NEW.book_id AND state <> 'APPROVED'
                 AND value_date < NEW.month + interval '1 month') THEN
        RAISE check_violation USING CONSTRAINT = 'period_without_flow_findings',
            MESSAGE = 'a movement without a permitted edge is not approved';
    END IF;
    RETURN NEW;
END $$;
