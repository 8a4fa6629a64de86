DROP TRIGGER check_signer ON accounts_signature;
CREATE OR REPLACE FUNCTION payouts_check_signer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind = 'CASE' AND EXISTS (
        SELECT FROM payouts_benefitcase AS c
        JOIN payouts_claimant AS p ON p.id = c.claimant_id
        JOIN accounts_user AS u ON u.id = NEW.person_id AND u.person_key = p.person_key
        WHERE c.id = NEW.subject_id)
       OR NEW.subject_kind = 'ENTITLEMENT_CHANGE' AND EXISTS (
        SELECT FROM payouts_entitlementchange AS c
        JOIN payouts_entitlement AS e ON e.id = c.entitlement_id
        JOIN accounts_user AS u ON u.id = NEW.person_id AND u.person_key = e.person_key
        WHERE c.id = NEW.subject_id) THEN
        RAISE check_violation USING CONSTRAINT = 'signer_not_the_beneficiary',
            MESSAGE = 'own matter';
    END IF;
    IF NEW.subject_kind = 'COMPARISON_EXCEPTION' AND EXISTS (
        SELECT FROM payouts_comparisonresult AS r
        JOIN payouts_entitlement AS e ON e.id = r.entitlement_id
        JOIN accounts_signature AS s ON s.subject_kind = 'CASE' AND s.subject_id = e.case_id
            AND s.pool_id = r.pool_id AND s.person_id = NEW.person_id
        WHERE r.id = NEW.subject_id) THEN
        RAISE check_violation USING CONSTRAINT = 'clearing_signer_took_no_part_in_the_case',
            MESSAGE = 'signed the case of this mismatch';
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
    IF NEW.subject_kind = 'BATCH' AND EXISTS (
        SELECT FROM accounts_signature AS s
        JOIN payouts_entitlement AS e ON e.case_id = s.subject_id AND e.pool_id = s.pool_id
        JOIN payouts_disbursementplanline AS l ON l.entitlement_id = e.id AND l.is_live
        JOIN payouts_batchplan AS b ON b.plan_id = l.plan_id AND b.batch_id = NEW.subject_id
        WHERE s.subject_kind = 'CASE' AND s.person_id = NEW.person_id
          AND s.pool_id = NEW.pool_id) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_signer_took_no_part_in_its_cases',
            MESSAGE = 'signed a case of this batch';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_signer BEFORE INSERT ON accounts_signature
    FOR EACH ROW EXECUTE FUNCTION payouts_check_signer();
