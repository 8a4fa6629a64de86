-- Seal the tables of payouts; rules between claim and money that only a trigger can keep.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY[
    'payouts_benefititem', 'payouts_checklist', 'payouts_checkquestion', 'payouts_claimant',
    'payouts_payeeaccount', 'payouts_benefitcase', 'payouts_intakestep', 'payouts_entitlement',
    'payouts_sourceextract', 'payouts_sourceextractrow', 'payouts_comparisonrun',
    'payouts_comparisonresult', 'payouts_disbursementplan', 'payouts_disbursementplanline',
    'payouts_paymentapplication', 'payouts_planunlock', 'payouts_paymentbatch',
    'payouts_batchplan', 'payouts_paymentinstruction', 'payouts_bankfile', 'payouts_bankmessage',
    'payouts_bankreturn', 'payouts_bankreturnline', 'payouts_reissuerequest']) AS t;

SELECT make_insert_only(t::regclass) FROM unnest(ARRAY[
    'payouts_payeeaccount', 'payouts_intakestep', 'payouts_sourceextractrow',
    'payouts_paymentapplication', 'payouts_bankfile', 'payouts_bankmessage',
    'payouts_bankreturnline']) AS t;

-- The five steps in order, and no step with a mandatory point open.
CREATE FUNCTION payouts_check_intake_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE benefit_case payouts_benefitcase; missing integer;
BEGIN
    SELECT * INTO benefit_case FROM payouts_benefitcase WHERE id = NEW.case_id;
    IF benefit_case.state <> 'DRAFT' OR benefit_case.round <> NEW.round THEN
        RAISE check_violation USING CONSTRAINT = 'intake_step_only_in_draft',
            MESSAGE = 'the case is not being taken in';
    END IF;
    IF NEW.position <> array_position(
        ARRAY['ASK', 'LOOK', 'CHECK', 'RECORD', 'FEED_BACK'], NEW.step::text)
       OR NEW.position <> 1 + (SELECT count(*) FROM payouts_intakestep
                               WHERE case_id = NEW.case_id AND round = NEW.round) THEN
        RAISE check_violation USING CONSTRAINT = 'intake_steps_in_order',
            MESSAGE = format('step %s out of order', NEW.step);
    END IF;
    SELECT count(*) INTO missing FROM payouts_checkquestion AS q
    WHERE q.check_list_id = benefit_case.check_list_id AND q.step = NEW.step AND q.is_mandatory
      AND coalesce(NEW.answers -> q.id::text ->> 'answer', '')
          NOT IN ('YES', 'NO', 'NOT_APPLICABLE');
    IF missing > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'intake_mandatory_points_answered',
            MESSAGE = format('%s mandatory points open', missing);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_intake_step BEFORE INSERT ON payouts_intakestep
    FOR EACH ROW EXECUTE FUNCTION payouts_check_intake_step();

-- A case moves on only as it was signed; signed content does not change within its round.
CREATE FUNCTION payouts_check_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY['ACCEPT', 'FIRST_REVIEW', 'RE_REVIEW'];
BEGIN
    IF NEW.round = OLD.round AND NEW.content_sha256 <> OLD.content_sha256
       AND OLD.state NOT IN ('DRAFT', 'SUPPLEMENT') THEN
        RAISE check_violation USING CONSTRAINT = 'case_content_changes_only_in_a_new_round',
            MESSAGE = 'signed content changed';
    END IF;
    IF NEW.state = 'FIRST_REVIEW' AND OLD.state = 'DRAFT' AND 5 <> (
        SELECT count(*) FROM payouts_intakestep WHERE case_id = NEW.id AND round = NEW.round) THEN
        RAISE check_violation USING CONSTRAINT = 'case_five_steps_recorded',
            MESSAGE = 'all five steps are recorded before review';
    END IF;
    IF NEW.state = 'DETERMINED' AND OLD.state <> 'DETERMINED' THEN
        IF NEW.review_depth = 3 THEN steps := steps || 'APPROVE'::text; END IF;
        IF NOT is_signed('CASE', NEW.id, NEW.round, NEW.content_sha256, steps) THEN
            RAISE check_violation USING CONSTRAINT = 'case_signed_by_its_chain',
                MESSAGE = format('case %s lacks signatures of its content', NEW.id);
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_case BEFORE UPDATE ON payouts_benefitcase
    FOR EACH ROW EXECUTE FUNCTION payouts_check_case();

-- Nobody handles a matter of his own; nobody who handled a case signs the plan that pays it;
-- nobody who signed a plan touches its batch.
CREATE FUNCTION payouts_check_signer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind = 'CASE' AND EXISTS (
        SELECT FROM payouts_benefitcase AS c
        JOIN payouts_claimant AS p ON p.id = c.claimant_id
        JOIN accounts_user AS u ON u.id = NEW.person_id AND u.person_key = p.person_key
        WHERE c.id = NEW.subject_id) THEN
        RAISE check_violation USING CONSTRAINT = 'signer_not_the_beneficiary',
            MESSAGE = 'own matter';
    END IF;
    IF NEW.subject_kind = 'PLAN' AND EXISTS (
        SELECT FROM payouts_disbursementplanline AS l
        JOIN payouts_entitlement AS e ON e.id = l.entitlement_id
        JOIN accounts_signature AS s ON s.subject_kind = 'CASE' AND s.subject_id = e.case_id
            AND s.pool_id = l.pool_id AND s.person_id = NEW.person_id
        WHERE l.plan_id = NEW.subject_id AND l.is_live) THEN
        RAISE check_violation USING CONSTRAINT = 'plan_signer_took_no_part_in_its_cases',
            MESSAGE = 'signed a case of this plan';
    END IF;
    IF NEW.subject_kind = 'BATCH' AND EXISTS (
        SELECT FROM payouts_batchplan AS b
        JOIN accounts_signature AS s ON s.subject_kind = 'PLAN' AND s.subject_id = b.plan_id
            AND s.pool_id = b.pool_id AND s.person_id = NEW.person_id
        WHERE b.batch_id = NEW.subject_id) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_signer_signed_none_of_its_plans',
            MESSAGE = 'signed a plan of this batch';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_signer BEFORE INSERT ON accounts_signature
    FOR EACH ROW EXECUTE FUNCTION payouts_check_signer();

-- An exception is cleared by another person than the one who ran the comparison.
CREATE FUNCTION payouts_check_clearing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cleared_by_id = (SELECT started_by_id FROM payouts_comparisonrun
                            WHERE id = NEW.run_id) THEN
        RAISE check_violation USING CONSTRAINT = 'comparison_cleared_by_another_person',
            MESSAGE = 'cleared by the person who compared';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_clearing BEFORE UPDATE ON payouts_comparisonresult
    FOR EACH ROW WHEN (NEW.state = 'CLEARED' AND OLD.state <> 'CLEARED')
    EXECUTE FUNCTION payouts_check_clearing();

-- Only passed or cleared persons of the plan's own current comparison stand in a plan, and
-- lines come only while it is built.
CREATE FUNCTION payouts_check_plan_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added AS l
        JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
        JOIN payouts_comparisonresult AS r ON r.id = l.comparison_result_id
        WHERE p.state <> 'BUILDING' OR r.state = 'EXCEPTION' OR r.run_id <> p.comparison_run_id
           OR r.entitlement_id <> l.entitlement_id OR l.benefit_month <> p.month) THEN
        RAISE check_violation USING CONSTRAINT = 'plan_line_has_passed_comparison',
            MESSAGE = 'a line without a passed comparison of its plan';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_plan_lines AFTER INSERT ON payouts_disbursementplanline
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION payouts_check_plan_lines();

-- A line's figures never change; only `is_live` may go from true to false.
CREATE FUNCTION payouts_check_plan_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM old_rows AS o JOIN new_rows AS n ON n.id = o.id
        WHERE (to_jsonb(o) - 'is_live') <> (to_jsonb(n) - 'is_live')
           OR (n.is_live AND NOT o.is_live)) THEN
        RAISE check_violation USING CONSTRAINT = 'plan_line_never_changes',
            MESSAGE = 'a plan line changed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_plan_line_change AFTER UPDATE ON payouts_disbursementplanline
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION payouts_check_plan_line_change();

-- A plan is approved only as it was signed; its office must be pilot or live (P21).
CREATE FUNCTION payouts_check_plan() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY['PREPARE', 'OFFICE', 'DEPARTMENT', 'LEADER'];
BEGIN
    IF NEW.round = OLD.round AND NEW.content_sha256 <> OLD.content_sha256
       AND OLD.state NOT IN ('BUILDING', 'DRAFT', 'RETURNED') THEN
        RAISE check_violation USING CONSTRAINT = 'plan_content_changes_only_in_a_new_round',
            MESSAGE = 'signed content changed';
    END IF;
    IF NEW.state = 'OFFICE' AND OLD.state <> 'OFFICE' AND NOT EXISTS (
        SELECT FROM accounts_organisation WHERE id = NEW.organisation_id
        AND onboarding IN ('PILOT', 'LIVE')) THEN
        RAISE check_violation USING CONSTRAINT = 'plan_only_from_an_office_online',
            MESSAGE = 'office is not pilot or live';
    END IF;
    IF NEW.state = 'APPROVED' AND OLD.state <> 'APPROVED' THEN
        IF NEW.needs_principal THEN steps := steps || 'PRINCIPAL'::text; END IF;
        IF NOT is_signed('PLAN', NEW.id, NEW.round, NEW.content_sha256, steps) THEN
            RAISE check_violation USING CONSTRAINT = 'plan_signed_by_its_chain',
                MESSAGE = format('plan %s lacks signatures of its content', NEW.id);
        END IF;
        IF (NEW.line_count, NEW.total_amount) IS DISTINCT FROM (
            SELECT (count(*), sum(amount)) FROM payouts_disbursementplanline
            WHERE plan_id = NEW.id AND is_live) THEN
            RAISE check_violation USING CONSTRAINT = 'plan_totals_equal_its_lines',
                MESSAGE = 'totals and lines differ';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_plan BEFORE UPDATE ON payouts_disbursementplan
    FOR EACH ROW EXECUTE FUNCTION payouts_check_plan();

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
            SELECT (count(*), sum(amount)) FROM payouts_paymentinstruction
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

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('payouts_benefitcase', 'DRAFT', 'FIRST_REVIEW'),
    ('payouts_benefitcase', 'DRAFT', 'SUPPLEMENT'),
    ('payouts_benefitcase', 'DRAFT', 'REFUSED'),
    ('payouts_benefitcase', 'DRAFT', 'WITHDRAWN'),
    ('payouts_benefitcase', 'SUPPLEMENT', 'DRAFT'),
    ('payouts_benefitcase', 'SUPPLEMENT', 'WITHDRAWN'),
    ('payouts_benefitcase', 'FIRST_REVIEW', 'RE_REVIEW'),
    ('payouts_benefitcase', 'FIRST_REVIEW', 'RETURNED'),
    ('payouts_benefitcase', 'FIRST_REVIEW', 'REFUSED'),
    ('payouts_benefitcase', 'RE_REVIEW', 'APPROVAL'),
    ('payouts_benefitcase', 'RE_REVIEW', 'DETERMINED'),
    ('payouts_benefitcase', 'RE_REVIEW', 'RETURNED'),
    ('payouts_benefitcase', 'RE_REVIEW', 'REFUSED'),
    ('payouts_benefitcase', 'APPROVAL', 'DETERMINED'),
    ('payouts_benefitcase', 'APPROVAL', 'RETURNED'),
    ('payouts_benefitcase', 'APPROVAL', 'REFUSED'),
    ('payouts_benefitcase', 'RETURNED', 'DRAFT'),
    ('payouts_benefitcase', 'RETURNED', 'WITHDRAWN'),
    ('payouts_entitlement', 'PAYING', 'SUSPENDED'),
    ('payouts_entitlement', 'PAYING', 'STOPPED'),
    ('payouts_entitlement', 'PAYING', 'FINISHED'),
    ('payouts_entitlement', 'SUSPENDED', 'PAYING'),
    ('payouts_entitlement', 'SUSPENDED', 'STOPPED'),
    ('payouts_sourceextract', 'CHECKING', 'APPLIED'),
    ('payouts_sourceextract', 'CHECKING', 'REJECTED'),
    ('payouts_comparisonrun', 'RUNNING', 'DONE'),
    ('payouts_comparisonrun', 'RUNNING', 'FAILED'),
    ('payouts_comparisonresult', 'EXCEPTION', 'CLEARED'),
    ('payouts_disbursementplan', 'BUILDING', 'DRAFT'),
    ('payouts_disbursementplan', 'BUILDING', 'WITHDRAWN'),
    ('payouts_disbursementplan', 'DRAFT', 'OFFICE'),
    ('payouts_disbursementplan', 'DRAFT', 'WITHDRAWN'),
    ('payouts_disbursementplan', 'OFFICE', 'DEPARTMENT'),
    ('payouts_disbursementplan', 'OFFICE', 'RETURNED'),
    ('payouts_disbursementplan', 'DEPARTMENT', 'LEADER'),
    ('payouts_disbursementplan', 'DEPARTMENT', 'RETURNED'),
    ('payouts_disbursementplan', 'LEADER', 'PRINCIPAL'),
    ('payouts_disbursementplan', 'LEADER', 'APPROVED'),
    ('payouts_disbursementplan', 'LEADER', 'RETURNED'),
    ('payouts_disbursementplan', 'PRINCIPAL', 'APPROVED'),
    ('payouts_disbursementplan', 'PRINCIPAL', 'RETURNED'),
    ('payouts_disbursementplan', 'RETURNED', 'OFFICE'),
    ('payouts_disbursementplan', 'RETURNED', 'WITHDRAWN'),
    ('payouts_planunlock', 'WAITING', 'GRANTED'),
    ('payouts_planunlock', 'WAITING', 'REFUSED'),
    ('payouts_paymentbatch', 'DRAFT', 'CHECKED'),
    ('payouts_paymentbatch', 'DRAFT', 'WITHDRAWN'),
    ('payouts_paymentbatch', 'CHECKED', 'CONFIRMED'),
    ('payouts_paymentbatch', 'CHECKED', 'WITHDRAWN'),
    ('payouts_paymentbatch', 'CONFIRMED', 'RELEASED'),
    ('payouts_paymentbatch', 'CONFIRMED', 'WITHDRAWN'),
    ('payouts_paymentbatch', 'RELEASED', 'SENDING'),
    ('payouts_paymentbatch', 'RELEASED', 'RETURNED'),
    ('payouts_paymentbatch', 'SENDING', 'SENT'),
    ('payouts_paymentbatch', 'SENDING', 'UNKNOWN'),
    ('payouts_paymentbatch', 'SENDING', 'REJECTED'),
    ('payouts_paymentbatch', 'UNKNOWN', 'SENT'),
    ('payouts_paymentbatch', 'UNKNOWN', 'SENDING'),
    ('payouts_paymentbatch', 'UNKNOWN', 'REJECTED'),
    ('payouts_paymentbatch', 'SENT', 'RETURNED'),
    ('payouts_paymentinstruction', 'CREATED', 'SENT'),
    ('payouts_paymentinstruction', 'CREATED', 'UNKNOWN'),
    ('payouts_paymentinstruction', 'CREATED', 'WITHDRAWN'),
    ('payouts_paymentinstruction', 'SENT', 'SUCCESS'),
    ('payouts_paymentinstruction', 'SENT', 'FAILED'),
    ('payouts_paymentinstruction', 'UNKNOWN', 'SENT'),
    ('payouts_paymentinstruction', 'UNKNOWN', 'CREATED'),
    ('payouts_paymentinstruction', 'UNKNOWN', 'WITHDRAWN'),
    ('payouts_reissuerequest', 'REVIEW', 'APPROVAL'),
    ('payouts_reissuerequest', 'REVIEW', 'REFUSED'),
    ('payouts_reissuerequest', 'APPROVAL', 'APPROVED'),
    ('payouts_reissuerequest', 'APPROVAL', 'REFUSED'),
    ('payouts_reissuerequest', 'APPROVED', 'IN_BATCH'),
    ('payouts_reissuerequest', 'IN_BATCH', 'APPROVED');
SELECT guard_transitions(t::regclass) FROM unnest(ARRAY[
    'payouts_benefitcase', 'payouts_entitlement', 'payouts_sourceextract',
    'payouts_comparisonrun', 'payouts_comparisonresult', 'payouts_disbursementplan',
    'payouts_planunlock', 'payouts_paymentbatch', 'payouts_paymentinstruction',
    'payouts_reissuerequest']) AS t;
