-- A plan is closed as its application says, with no more live lines than its money pays.

CREATE OR REPLACE FUNCTION funds_check_plan() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    goes_again boolean := OLD.state = 'RETURNED' AND NEW.state = 'SIGNING';
    signed text[]; answered text[]; flaw text;
BEGIN
    IF (NEW.book_id, NEW.number, NEW.month, NEW.created_at, NEW.payments_amount)
       IS DISTINCT FROM (OLD.book_id, OLD.number, OLD.month, OLD.created_at, OLD.payments_amount)
       OR OLD.state IN ('ALLOTTED', 'CLOSED', 'COVERED', 'WITHDRAWN')
       OR NEW.round <> OLD.round + goes_again::int
       OR NOT goes_again AND
       (NEW.average_paid_amount, NEW.reserve_months, NEW.reserve_amount, NEW.balance_amount,
        NEW.expected_amount, NEW.promised_amount, NEW.total_amount, NEW.content_sha256)
       IS DISTINCT FROM
       (OLD.average_paid_amount, OLD.reserve_months, OLD.reserve_amount, OLD.balance_amount,
        OLD.expected_amount, OLD.promised_amount, OLD.total_amount, OLD.content_sha256)
       OR OLD.state <> 'FINANCE'
       AND NEW.approved_amount IS DISTINCT FROM OLD.approved_amount THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_never_changes',
            MESSAGE = format('plan %s stands', OLD.number);
    END IF;
    signed := CASE WHEN NEW.state = 'HEAD' THEN ARRAY['PREPARE', 'APPROVE']
        WHEN NEW.state IN ('HR', 'FINANCE', 'REQUESTED', 'ALLOTTED', 'CLOSED', 'COVERED')
        THEN ARRAY['PREPARE', 'APPROVE', 'PRINCIPAL'] END;
    IF signed IS NULL THEN RETURN NEW; END IF;
    IF NOT is_signed('FUNDS_PLAN', NEW.id, NEW.round, NEW.content_sha256, signed) THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_signed_in_order',
            MESSAGE = 'preparer, head of finance and principal head are three people';
    END IF;
    IF NEW.payments_amount IS DISTINCT FROM (
        SELECT sum(amount) FROM funds_fundsuseplanline
        WHERE plan_id = NEW.id AND (is_live OR is_short)) THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_total_ties',
            MESSAGE = 'the lines do not add up to the plan';
    END IF;
    answered := CASE WHEN NEW.state = 'FINANCE' THEN ARRAY['HR']
        WHEN NEW.state IN ('REQUESTED', 'ALLOTTED', 'CLOSED') THEN ARRAY['HR', 'FINANCE']
        ELSE '{}' END;
    flaw := funds_flaw_of_letters(NEW, answered);
    IF flaw IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = flaw, MESSAGE = 'the letters do not allow it';
    END IF;
    IF NEW.allotted_amount <> (SELECT coalesce(sum(amount), 0) FROM funds_fundsallotment
                               WHERE plan_id = NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_allotted_ties',
            MESSAGE = 'the allotments do not add up to what the plan says';
    END IF;
    flaw := CASE
        WHEN NEW.state <> 'CLOSED' THEN NULL
        WHEN NOT EXISTS (
            SELECT FROM funds_fundsplanclosing
            WHERE plan_id = NEW.id AND state = 'APPROVED'
              AND approved_amount = NEW.approved_amount AND allotted_amount = NEW.allotted_amount)
            THEN 'funds_plan_closed_by_two'
        WHEN (SELECT sum(amount) FROM funds_fundsuseplanline WHERE plan_id = NEW.id AND is_live)
             > funds_means_of_plan(NEW) THEN 'funds_plan_closed_within_its_means' END;
    IF flaw IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = flaw,
            MESSAGE = format('the allotment of plan %s has not ended', NEW.number);
    END IF;
    RETURN NEW;
END $$;

-- Lines come with the plan. Later `is_live` falls, and with it only a line may become short.
CREATE OR REPLACE FUNCTION funds_check_plan_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'is_live' - 'is_short' IS DISTINCT FROM
       to_jsonb(OLD) - 'is_live' - 'is_short'
       OR (NEW.is_live AND NOT OLD.is_live) OR (OLD.is_short AND NOT NEW.is_short)
       OR (NEW.is_short AND NOT OLD.is_short AND NOT EXISTS (
           SELECT FROM funds_fundsuseplan AS p WHERE p.id = NEW.plan_id AND p.state = 'REQUESTED'
               AND (p.approved_amount < p.total_amount OR EXISTS (
                   SELECT FROM funds_fundsplanclosing
                   WHERE plan_id = p.id AND state = 'APPROVED')))) THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_line_never_changes',
            MESSAGE = 'make a new plan';
    END IF;
    RETURN NEW;
END $$;
