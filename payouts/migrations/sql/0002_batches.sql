-- From approved plan to instruction: what only a trigger can keep.

-- The form's figures equal the plan's (P45).
CREATE FUNCTION payouts_check_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payouts_disbursementplan AS p JOIN payouts_benefititem AS i ON i.id = p.item_id
        WHERE p.id = NEW.plan_id AND p.state = 'APPROVED' AND p.month = NEW.month
          AND i.code = NEW.item_code AND p.line_count = NEW.line_count
          AND p.total_amount = NEW.total_amount) THEN
        RAISE check_violation USING CONSTRAINT = 'application_equals_plan',
            MESSAGE = 'application form and plan differ';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_application BEFORE INSERT ON payouts_paymentapplication
    FOR EACH ROW EXECUTE FUNCTION payouts_check_application();

-- Only an approved plan with its form received enters a batch.
CREATE FUNCTION payouts_check_batch_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payouts_disbursementplan AS p
        JOIN payouts_paymentapplication AS a ON a.plan_id = p.id
        JOIN payouts_paymentbatch AS b ON b.id = NEW.batch_id
        WHERE p.id = NEW.plan_id AND p.state = 'APPROVED'
          AND p.organisation_id = b.organisation_id AND p.item_id = b.item_id) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_plan_approved_with_application',
            MESSAGE = 'plan not approved, or no application form received';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_batch_plan BEFORE INSERT ON payouts_batchplan
    FOR EACH ROW EXECUTE FUNCTION payouts_check_batch_plan();

-- A batch leaves only as two finance people signed it, and as its instructions add up.
CREATE FUNCTION payouts_check_batch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE root payouts_paymentbatch;
BEGIN
    IF NEW.content_sha256 <> OLD.content_sha256 OR NEW.line_count <> OLD.line_count
       OR NEW.total_amount <> OLD.total_amount OR NEW.bank_account_id <> OLD.bank_account_id THEN
        RAISE check_violation USING CONSTRAINT = 'batch_content_never_changes',
            MESSAGE = 'withdraw the batch and make another';
    END IF;
    IF NEW.state = 'RELEASED' AND OLD.state <> 'RELEASED' THEN
        root := NEW;
        IF NEW.parent_id IS NOT NULL THEN
            SELECT * INTO root FROM payouts_paymentbatch WHERE id = NEW.parent_id;
        END IF;
        IF NOT is_signed('BATCH', root.id, root.round, root.content_sha256,
                         ARRAY['PREPARE', 'CHECK', 'RELEASE']) THEN
            RAISE check_violation USING CONSTRAINT = 'batch_released_by_two',
                MESSAGE = format('batch %s lacks signatures', NEW.number);
        END IF;
        IF NEW.is_leaf AND (NEW.line_count, NEW.total_amount) IS DISTINCT FROM (
            SELECT (count(*)::integer, sum(amount)) FROM payouts_paymentinstruction
            WHERE batch_id = NEW.id AND state = 'CREATED') THEN
            RAISE check_violation USING CONSTRAINT = 'batch_totals_equal_its_instructions',
                MESSAGE = 'totals and instructions differ';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_batch BEFORE UPDATE ON payouts_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION payouts_check_batch();

-- An instruction pays its line's amount to the approved account, in a batch not yet checked;
-- a second attempt needs the first one's failure and an approved re-issue.
CREATE FUNCTION payouts_check_instructions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added AS n
        JOIN payouts_disbursementplanline AS l ON l.id = n.plan_line_id
        JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
        JOIN payouts_paymentbatch AS b ON b.id = n.batch_id
        WHERE n.state <> 'CREATED' OR n.amount <> l.amount OR NOT l.is_live
           OR p.state <> 'APPROVED' OR b.state <> 'DRAFT' OR NOT b.is_leaf
           OR (n.attempt = 1 AND n.payee_account_id <> l.payee_account_id)) THEN
        RAISE check_violation USING CONSTRAINT = 'instruction_as_planned',
            MESSAGE = 'instruction differs from its approved plan line';
    END IF;
    IF EXISTS (
        SELECT FROM added AS n WHERE n.attempt > 1 AND NOT EXISTS (
            SELECT FROM payouts_reissuerequest AS r
            JOIN payouts_paymentinstruction AS f ON f.id = r.failed_instruction_id
            WHERE r.plan_line_id = n.plan_line_id AND r.state IN ('APPROVED', 'IN_BATCH')
              AND f.state = 'FAILED' AND f.attempt = n.attempt - 1
              AND r.payee_account_id = n.payee_account_id)) THEN
        RAISE check_violation USING CONSTRAINT = 'instruction_again_only_after_approved_reissue',
            MESSAGE = 'second attempt without an approved re-issue';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_instructions AFTER INSERT ON payouts_paymentinstruction
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION payouts_check_instructions();

-- A re-issue is approved only as it was signed.
CREATE FUNCTION payouts_check_reissue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_signed('REISSUE', NEW.id, NEW.round, NEW.content_sha256,
                     ARRAY['APPLY', 'REVIEW', 'APPROVE']) THEN
        RAISE check_violation USING CONSTRAINT = 'reissue_signed_by_its_chain',
            MESSAGE = 'application, review and approval by three people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_reissue BEFORE UPDATE ON payouts_reissuerequest
    FOR EACH ROW WHEN (NEW.state = 'APPROVED' AND OLD.state = 'APPROVAL')
    EXECUTE FUNCTION payouts_check_reissue();
