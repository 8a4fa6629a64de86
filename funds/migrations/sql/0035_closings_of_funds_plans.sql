-- A plan's allotment ends by the finance bureau's letter and two people, as the figures stand.

SELECT seal_tenant_table('funds_fundsplanclosing');
INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_fundsplanclosing', 'WAITING', 'APPROVED'),
    ('funds_fundsplanclosing', 'WAITING', 'REFUSED'),
    ('funds_fundsuseplan', 'REQUESTED', 'CLOSED');
SELECT guard_transitions('funds_fundsplanclosing');

-- The name of what an application is wrong in as its plan stands now, null if it is right.
CREATE FUNCTION funds_flaw_of_plan_closing(closing funds_fundsplanclosing) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE plan funds_fundsuseplan;
BEGIN
    -- The lock lets an allotment and a decision on one plan pass one after the other.
    SELECT * INTO plan FROM funds_fundsuseplan WHERE id = closing.plan_id FOR NO KEY UPDATE;
    RETURN CASE
        WHEN plan.state IS DISTINCT FROM 'REQUESTED' THEN 'funds_plan_closing_of_an_approved_plan'
        WHEN (closing.approved_amount, closing.allotted_amount)
             IS DISTINCT FROM (plan.approved_amount, plan.allotted_amount)
            THEN 'funds_plan_closing_as_the_figures_stand'
        WHEN closing.letter_date > (closing.requested_at AT TIME ZONE 'Asia/Shanghai')::date
             OR closing.letter_date < (
                 SELECT decided_date FROM accounts_outsidedecision
                 WHERE pool_id = plan.pool_id AND subject_kind = 'FUNDS_PLAN'
                   AND subject_id = plan.id AND round = plan.round AND step = 'FINANCE')
            THEN 'funds_plan_closing_letter_after_the_approval' END;
END $$;

CREATE FUNCTION funds_guard_plan_closing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE flaw text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        flaw := CASE WHEN NEW.state <> 'WAITING' THEN 'funds_plan_closing_starts_waiting'
                ELSE funds_flaw_of_plan_closing(NEW) END;
    ELSIF to_jsonb(NEW) - 'state' - 'decided_at' <> to_jsonb(OLD) - 'state' - 'decided_at'
          OR OLD.state <> 'WAITING' THEN
        flaw := 'funds_plan_closing_never_changes';
    ELSIF NEW.state = 'APPROVED' THEN
        flaw := CASE
            WHEN NOT is_signed('FUNDS_PLAN_CLOSING', NEW.id, 1, NEW.content_sha256,
                               ARRAY['APPLY', 'DECIDE']) THEN 'funds_plan_closing_signed_by_two'
            ELSE funds_flaw_of_plan_closing(NEW) END;
    END IF;
    IF flaw IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = flaw,
            MESSAGE = format('the allotment of plan %s does not end like this', NEW.plan_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_plan_closing BEFORE INSERT OR UPDATE ON funds_fundsplanclosing
    FOR EACH ROW EXECUTE FUNCTION funds_guard_plan_closing();

-- What pays the lines of an approved plan: what was left for it, and what was approved or, where
-- the allotment ends, allotted.
CREATE FUNCTION funds_means_of_plan(plan funds_fundsuseplan) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT greatest(plan.available_amount, 0) + CASE WHEN EXISTS (
        SELECT FROM funds_fundsplanclosing WHERE plan_id = plan.id AND state = 'APPROVED')
        THEN plan.allotted_amount ELSE plan.approved_amount END
$$;

-- Nothing becomes short that what is left after the live lines still reaches. Transition tables
-- have no statistics: a nested loop over them would be quadratic.
CREATE FUNCTION funds_check_short_lines() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
DECLARE offence bigint;
BEGIN
    WITH short AS (
        SELECT n.plan_id, n.id, n.amount FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
        WHERE n.is_short AND NOT o.is_short
    ), plan AS (
        SELECT p.id, funds_means_of_plan(p) - coalesce((
            SELECT sum(amount) FROM funds_fundsuseplanline
            WHERE plan_id = p.id AND is_live), 0) AS amount
        FROM funds_fundsuseplan AS p WHERE p.id IN (SELECT plan_id FROM short)
    )
    SELECT short.id INTO offence FROM short JOIN plan ON plan.id = short.plan_id
    WHERE short.amount <= plan.amount LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_line_short_of_money',
            MESSAGE = format('the money still reaches line %s', offence);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_short_lines AFTER UPDATE ON funds_fundsuseplanline
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION funds_check_short_lines();
