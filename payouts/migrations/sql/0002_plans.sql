-- Comparison and plan: what only a trigger can keep.

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
-- Transition tables have no statistics: a nested loop over them would be quadratic.
CREATE FUNCTION payouts_check_plan_line_change() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
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
            SELECT (count(*)::integer, sum(amount)) FROM payouts_disbursementplanline
            WHERE plan_id = NEW.id AND is_live) THEN
            RAISE check_violation USING CONSTRAINT = 'plan_totals_equal_its_lines',
                MESSAGE = 'totals and lines differ';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_plan BEFORE UPDATE ON payouts_disbursementplan
    FOR EACH ROW EXECUTE FUNCTION payouts_check_plan();
