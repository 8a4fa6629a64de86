-- A month's signed statement as plans see it, and the rules that need it or a signature.

SELECT seal_tenant_table('payouts_monthsignoff');
SELECT carry_pool_in_keys('payouts_disbursementplan');

-- Only a statement its office head has signed counts, and only withdrawal changes the row.
CREATE FUNCTION payouts_check_sign_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM accounts_signature
        WHERE pool_id = NEW.pool_id AND subject_kind = 'STATEMENT'
          AND subject_id = NEW.statement_id AND step = 'SIGN' AND decision = 'APPROVE') THEN
        RAISE check_violation USING CONSTRAINT = 'month_sign_off_has_signed_statement',
            MESSAGE = format('statement %s is not signed', NEW.statement_id);
    END IF;
    IF TG_OP = 'UPDATE' AND ((to_jsonb(OLD) - 'is_live') <> (to_jsonb(NEW) - 'is_live')
                             OR (NEW.is_live AND NOT OLD.is_live)) THEN
        RAISE check_violation USING CONSTRAINT = 'month_sign_off_never_changes',
            MESSAGE = 'a sign-off can only be withdrawn';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_sign_off BEFORE INSERT OR UPDATE ON payouts_monthsignoff
    FOR EACH ROW EXECUTE FUNCTION payouts_check_sign_off();

-- No plan goes to signature while an earlier month with payments of its office is unsigned (P49).
CREATE FUNCTION payouts_check_plan_months() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE unsigned date;
BEGIN
    SELECT paid.month INTO unsigned
    FROM (SELECT DISTINCT date_trunc('month', i.bank_date)::date AS month
          FROM payouts_paymentinstruction AS i
          JOIN payouts_paymentbatch AS b ON b.id = i.batch_id
          WHERE b.organisation_id = NEW.organisation_id AND i.state = 'SUCCESS'
            AND i.bank_date < NEW.month) AS paid
    WHERE NOT EXISTS (
        SELECT FROM payouts_monthsignoff AS s
        WHERE s.organisation_id = NEW.organisation_id AND s.month = paid.month AND s.is_live)
    ORDER BY paid.month LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'plan_blocked_by_unsigned_month',
            MESSAGE = format('%s is not signed', unsigned);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_plan_months BEFORE UPDATE ON payouts_disbursementplan
    FOR EACH ROW WHEN (NEW.state = 'OFFICE' AND OLD.state IN ('DRAFT', 'RETURNED'))
    EXECUTE FUNCTION payouts_check_plan_months();

-- An exception is cleared by another person than the one who ran the comparison, who signed it.
CREATE OR REPLACE FUNCTION payouts_check_clearing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cleared_by_id = (SELECT started_by_id FROM payouts_comparisonrun
                            WHERE id = NEW.run_id) THEN
        RAISE check_violation USING CONSTRAINT = 'comparison_cleared_by_another_person',
            MESSAGE = 'cleared by the person who compared';
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_signature
        WHERE pool_id = NEW.pool_id AND subject_kind = 'COMPARISON_EXCEPTION'
          AND subject_id = NEW.id AND step = 'CLEAR' AND decision = 'APPROVE'
          AND person_id = NEW.cleared_by_id) THEN
        RAISE check_violation USING CONSTRAINT = 'comparison_clearing_is_signed',
            MESSAGE = 'the person who cleared did not sign';
    END IF;
    RETURN NEW;
END $$;

-- A late plan is unlocked only by somebody else than who asked for it.
CREATE FUNCTION payouts_check_unlock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_signed('PLAN_UNLOCK', NEW.id, 1, (
        SELECT content_sha256 FROM accounts_signature
        WHERE pool_id = NEW.pool_id AND subject_kind = 'PLAN_UNLOCK' AND subject_id = NEW.id
          AND round = 1 AND step = 'APPLY'), ARRAY['APPLY', 'UNLOCK']) THEN
        RAISE check_violation USING CONSTRAINT = 'unlock_signed_by_two',
            MESSAGE = 'application and permission by two people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_unlock BEFORE UPDATE ON payouts_planunlock
    FOR EACH ROW WHEN (NEW.state = 'GRANTED' AND OLD.state <> 'GRANTED')
    EXECUTE FUNCTION payouts_check_unlock();
