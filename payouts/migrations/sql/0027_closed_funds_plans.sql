-- A closed funds-use plan still pays what its money reaches, and still uses the budget for it.

CREATE OR REPLACE FUNCTION payouts_check_allotted_funds() RETURNS trigger LANGUAGE plpgsql AS $$
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
          AND p.state NOT IN ('REQUESTED', 'ALLOTTED', 'CLOSED', 'COVERED')) THEN
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

CREATE OR REPLACE FUNCTION payouts_budget_use(book bigint, first date, last date, without bigint)
RETURNS TABLE (line text, posted numeric, promised numeric) LANGUAGE sql STABLE AS $$
    WITH booked AS (
        SELECT funds_line_of_account(a.code) AS line, sum(b.debit - b.credit) AS amount
        FROM funds_accountbalance AS b
        JOIN funds_period AS p ON p.id = b.period_id
        JOIN funds_ledgeraccount AS a ON a.id = b.account_id
        WHERE p.book_id = book AND p.month BETWEEN first AND last AND NOT b.is_closing
          AND left(a.code, 1) = '5'
        GROUP BY 1
    ), waiting AS (
        SELECT funds_line_of_account(i.ledger_code) AS line, sum(l.amount) AS amount
        FROM funds_fundsuseplanline AS l
        JOIN funds_fundsuseplan AS p ON p.id = l.plan_id
        JOIN payouts_benefititem AS i ON i.pool_id = l.pool_id AND i.code = l.item_code
        WHERE p.book_id = book AND p.id <> without AND l.is_live
          AND p.state IN ('HR', 'FINANCE', 'REQUESTED', 'ALLOTTED', 'CLOSED', 'COVERED')
          AND NOT EXISTS (
              SELECT FROM payouts_batchplan AS bp
              JOIN payouts_bankreturn AS r ON r.batch_id = bp.batch_id AND r.state = 'APPLIED'
              JOIN funds_voucher AS v ON v.source_kind = 'BANK_RETURN' AND v.source_id = r.id
                  AND v.state = 'POSTED'
              WHERE bp.plan_id = l.source_id AND bp.is_live)
        GROUP BY 1
    )
    SELECT coalesce(b.line, w.line), coalesce(b.amount, 0), coalesce(w.amount, 0)
    FROM booked AS b FULL JOIN waiting AS w ON w.line = b.line
$$;

-- A plan that is in a batch keeps the money it was taken up for: where the allotment ends, none
-- of a live batch becomes short.
CREATE FUNCTION payouts_check_short_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM payouts_batchplan AS bp JOIN payouts_paymentbatch AS b ON b.id = bp.batch_id
        WHERE bp.plan_id = NEW.source_id AND bp.is_live
          AND b.state NOT IN ('REJECTED', 'WITHDRAWN'))
       AND EXISTS (SELECT FROM funds_fundsplanclosing
                   WHERE plan_id = NEW.plan_id AND state = 'APPROVED') THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_line_short_in_no_batch',
            MESSAGE = format('plan %s is in a batch', NEW.source_number);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_short_line BEFORE UPDATE ON funds_fundsuseplanline
    FOR EACH ROW WHEN (NEW.is_short AND NOT OLD.is_short)
    EXECUTE FUNCTION payouts_check_short_line();
