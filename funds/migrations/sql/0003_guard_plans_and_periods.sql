-- A funds-use plan is what its lines add up to, signed by two; a month closes only when done.

-- Lines come with the plan. Later only `is_live` falls, when the plan is returned.
CREATE FUNCTION funds_check_plan_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.plan_id, NEW.organisation_id, NEW.item_code, NEW.source_id, NEW.source_number,
        NEW.line_count, NEW.amount)
       IS DISTINCT FROM
       (OLD.plan_id, OLD.organisation_id, OLD.item_code, OLD.source_id, OLD.source_number,
        OLD.line_count, OLD.amount) OR (NEW.is_live AND NOT OLD.is_live) THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_line_never_changes',
            MESSAGE = 'make a new plan';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_plan_line BEFORE UPDATE ON funds_fundsuseplanline
    FOR EACH ROW EXECUTE FUNCTION funds_check_plan_line();

CREATE FUNCTION funds_refuse_late_plan_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- FOR SHARE waits for a signing in progress.
    PERFORM FROM funds_fundsuseplan WHERE id IN (SELECT plan_id FROM added) FOR SHARE;
    IF EXISTS (SELECT FROM accounts_signature AS s JOIN added AS a ON a.plan_id = s.subject_id
               WHERE s.subject_kind = 'FUNDS_PLAN' AND s.pool_id = a.pool_id) THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_line_never_changes',
            MESSAGE = 'lines come before the first signature';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_late_plan_lines AFTER INSERT ON funds_fundsuseplanline
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_late_plan_lines();

CREATE FUNCTION funds_refuse_born_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'funds_plan_starts_unsigned',
        MESSAGE = format('a plan cannot start as %s', NEW.state);
END $$;
CREATE TRIGGER refuse_born_signed BEFORE INSERT ON funds_fundsuseplan
    FOR EACH ROW WHEN (NEW.state <> 'SIGNING') EXECUTE FUNCTION funds_refuse_born_signed();

CREATE FUNCTION funds_check_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.book_id, NEW.number, NEW.month, NEW.total_amount, NEW.round, NEW.content_sha256)
       IS DISTINCT FROM
       (OLD.book_id, OLD.number, OLD.month, OLD.total_amount, OLD.round, OLD.content_sha256)
       OR OLD.state IN ('ALLOTTED', 'RETURNED') THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_never_changes',
            MESSAGE = format('plan %s stands', OLD.number);
    END IF;
    IF NEW.state IN ('REQUESTED', 'ALLOTTED') THEN
        IF NOT is_signed('FUNDS_PLAN', NEW.id, NEW.round, NEW.content_sha256,
                         ARRAY['PREPARE', 'APPROVE']) THEN
            RAISE check_violation USING CONSTRAINT = 'funds_plan_signed_by_two',
                MESSAGE = 'preparer and head of finance are two people';
        END IF;
        IF NEW.total_amount IS DISTINCT FROM (
            SELECT sum(amount) FROM funds_fundsuseplanline
            WHERE plan_id = NEW.id AND is_live) THEN
            RAISE check_violation USING CONSTRAINT = 'funds_plan_total_ties',
                MESSAGE = 'the lines do not add up to the plan';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_plan BEFORE UPDATE ON funds_fundsuseplan
    FOR EACH ROW EXECUTE FUNCTION funds_check_plan();

-- A month closes with no voucher left between draft and posting, and with equal sides.
CREATE FUNCTION funds_check_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_voucher
               WHERE period_id = NEW.id AND state IN ('DRAFT', 'CHECKED')) THEN
        RAISE check_violation USING CONSTRAINT = 'period_without_unfinished_vouchers',
            MESSAGE = 'drafts or checked vouchers stand in the month';
    END IF;
    IF EXISTS (SELECT FROM funds_accountbalance WHERE period_id = NEW.id
               HAVING sum(debit) <> sum(credit)) THEN
        RAISE check_violation USING CONSTRAINT = 'period_in_balance',
            MESSAGE = 'debits and credits of the month differ';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_closing BEFORE UPDATE ON funds_period
    FOR EACH ROW WHEN (NEW.state = 'CLOSED' AND OLD.state <> 'CLOSED')
    EXECUTE FUNCTION funds_check_closing();
