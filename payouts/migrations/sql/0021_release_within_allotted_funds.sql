-- What a funds-use plan asked for is paid within what 支出户 had left for it and was allotted.

CREATE FUNCTION payouts_check_allotted_funds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The locks let one batch of a funds-use plan pass at a time.
    PERFORM FROM funds_fundsuseplan WHERE id IN (
        SELECT l.plan_id FROM payouts_batchplan AS bp
        JOIN funds_fundsuseplanline AS l ON l.source_id = bp.plan_id AND l.is_live
        WHERE bp.batch_id = NEW.id AND bp.is_live) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM payouts_batchplan AS bp
        JOIN funds_fundsuseplanline AS l ON l.source_id = bp.plan_id AND l.is_live
        JOIN funds_fundsuseplan AS p ON p.id = l.plan_id
        WHERE bp.batch_id = NEW.id AND bp.is_live
          AND p.state NOT IN ('REQUESTED', 'ALLOTTED', 'COVERED')) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_after_its_funds_are_approved',
            MESSAGE = 'the funds-use plan is not approved';
    END IF;
    IF EXISTS (
        SELECT FROM payouts_batchplan AS bp
        JOIN funds_fundsuseplanline AS l ON l.source_id = bp.plan_id AND l.is_short
        WHERE bp.batch_id = NEW.id AND bp.is_live AND NOT EXISTS (
            SELECT FROM funds_fundsuseplanline WHERE source_id = bp.plan_id AND is_live)) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_of_no_short_plans',
            MESSAGE = 'the approved funds did not reach a plan of the batch';
    END IF;
    IF EXISTS (
        SELECT FROM funds_fundsuseplan AS p
        JOIN funds_fundsuseplanline AS l ON l.plan_id = p.id AND l.is_live
        JOIN payouts_batchplan AS bp ON bp.plan_id = l.source_id AND bp.is_live
        JOIN payouts_paymentbatch AS b ON b.id = bp.batch_id
        WHERE p.id IN (
            SELECT own.plan_id FROM payouts_batchplan AS mine
            JOIN funds_fundsuseplanline AS own ON own.source_id = mine.plan_id AND own.is_live
            WHERE mine.batch_id = NEW.id AND mine.is_live)
          AND (b.id = NEW.id
               OR b.released_at IS NOT NULL AND b.state NOT IN ('REJECTED', 'WITHDRAWN'))
        GROUP BY p.id
        HAVING sum(l.amount) > greatest(p.available_amount, 0) + p.allotted_amount) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_within_allotted_funds',
            MESSAGE = 'more than was left and allotted for the funds-use plan';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_allotted_funds BEFORE UPDATE ON payouts_paymentbatch
    FOR EACH ROW WHEN (NEW.state = 'RELEASED' AND OLD.state <> 'RELEASED')
    EXECUTE FUNCTION payouts_check_allotted_funds();
