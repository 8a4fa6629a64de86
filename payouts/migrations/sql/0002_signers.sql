-- Who may not sign what.

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
