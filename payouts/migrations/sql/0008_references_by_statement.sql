-- Bulk tables of payouts: references checked once per statement, guards of lines that cost
-- nothing while nothing forbidden changes, and no index that no query needs.

SELECT refer_by_statement('payouts_sourceextractrow', ARRAY['extract_id']);
SELECT refer_by_statement('payouts_comparisonresult', ARRAY[
    'run_id', 'entitlement_id', 'enrolment_row_id', 'medical_row_id']);
SELECT refer_by_statement('payouts_bankreturnline', ARRAY['bank_return_id', 'instruction_id']);
SELECT refer_by_statement('payouts_reissuerequest', ARRAY[
    'plan_line_id', 'failed_instruction_id']);

-- Two tables are joined with what they refer to anyway, so the same join finds a missing row.
SELECT release_references('payouts_disbursementplanline', ARRAY[
    'pool_id', 'plan_id', 'entitlement_id', 'claimant_id', 'payee_account_id',
    'comparison_result_id']);
SELECT release_references('payouts_paymentinstruction', ARRAY[
    'pool_id', 'batch_id', 'plan_line_id', 'payee_account_id']);

-- The key (pool_id, id) served the foreign keys that are gone.
ALTER TABLE payouts_sourceextractrow DROP CONSTRAINT payouts_sourceextractrow_in_pool;
ALTER TABLE payouts_comparisonresult DROP CONSTRAINT payouts_comparisonresult_in_pool;
ALTER TABLE payouts_disbursementplanline DROP CONSTRAINT payouts_disbursementplanline_in_pool;
ALTER TABLE payouts_paymentinstruction DROP CONSTRAINT payouts_paymentinstruction_in_pool;
ALTER TABLE payouts_bankreturnline DROP CONSTRAINT payouts_bankreturnline_in_pool;

-- Every month's plan and return change each of these rows: room for that on the row's own page
-- leaves the indexes untouched.
ALTER TABLE payouts_entitlement SET (fillfactor = 50);
ALTER TABLE payouts_paymentinstruction SET (fillfactor = 50);

-- Only passed or cleared persons of the plan's own current comparison stand in a plan, lines come
-- only while it is built, and each pays the person and account of its entitlement. Whatever a
-- line refers to exists: the join finds nothing else. Planned anew each time, see
-- check_references().
CREATE OR REPLACE FUNCTION payouts_check_plan_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM added AS l
        LEFT JOIN payouts_disbursementplan AS p ON p.id = l.plan_id AND p.pool_id = l.pool_id
        LEFT JOIN payouts_comparisonresult AS r
            ON r.id = l.comparison_result_id AND r.pool_id = l.pool_id
        LEFT JOIN payouts_entitlement AS e ON e.id = l.entitlement_id AND e.pool_id = l.pool_id
        WHERE (p.state = ''BUILDING'' AND r.state <> ''EXCEPTION''
               AND r.run_id = p.comparison_run_id AND r.entitlement_id = l.entitlement_id
               AND l.benefit_month = p.month AND e.claimant_id = l.claimant_id
               AND e.person_key = l.person_key AND e.payee_account_id = l.payee_account_id)
              IS NOT TRUE' INTO wrong;
    IF wrong > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'plan_line_has_passed_comparison',
            MESSAGE = format('%s lines without a passed comparison of their plan', wrong);
    END IF;
    RETURN NULL;
END $$;

-- A line's figures never change; only `is_live` may go from true to false.
DROP TRIGGER check_plan_line_change ON payouts_disbursementplanline;
DROP TRIGGER keep_references ON payouts_disbursementplanline;
CREATE OR REPLACE FUNCTION payouts_check_plan_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'plan_line_never_changes',
        MESSAGE = format('plan line %s changed', OLD.id);
END $$;
ALTER FUNCTION payouts_check_plan_line_change() RESET enable_nestloop;
CREATE TRIGGER check_plan_line_change BEFORE UPDATE ON payouts_disbursementplanline
    FOR EACH ROW WHEN (
        (NEW.is_live AND NOT OLD.is_live)
        OR (OLD.id, OLD.pool_id, OLD.plan_id, OLD.position, OLD.entitlement_id, OLD.claimant_id,
            OLD.person_key, OLD.item_code, OLD.benefit_month, OLD.amount, OLD.payee_account_id,
            OLD.comparison_result_id)
           IS DISTINCT FROM
           (NEW.id, NEW.pool_id, NEW.plan_id, NEW.position, NEW.entitlement_id, NEW.claimant_id,
            NEW.person_key, NEW.item_code, NEW.benefit_month, NEW.amount, NEW.payee_account_id,
            NEW.comparison_result_id))
    EXECUTE FUNCTION payouts_check_plan_line_change();

-- An instruction pays its line's amount to the approved account, in a batch not yet checked;
-- a second attempt needs the first one's failure and an approved re-issue. The account of a
-- second attempt is the re-issue's, which a foreign key keeps.
CREATE OR REPLACE FUNCTION payouts_check_instructions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM added AS n
        LEFT JOIN payouts_disbursementplanline AS l
            ON l.id = n.plan_line_id AND l.pool_id = n.pool_id
        LEFT JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
        LEFT JOIN payouts_paymentbatch AS b ON b.id = n.batch_id AND b.pool_id = n.pool_id
        WHERE (n.state = ''CREATED'' AND n.amount = l.amount AND l.is_live
               AND p.state = ''APPROVED'' AND b.state = ''DRAFT'' AND b.is_leaf
               AND (n.attempt > 1 OR n.payee_account_id = l.payee_account_id))
              IS NOT TRUE' INTO wrong;
    IF wrong > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'instruction_as_planned',
            MESSAGE = format('%s instructions differ from their approved plan lines', wrong);
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
