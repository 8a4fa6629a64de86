-- A signature for a month speaks of what was paid until then: a return of the same month that
-- comes in later asks for a new one before the office's next plan (P49). Read from the returns,
-- of which there are a few a month, not from their instructions.
CREATE OR REPLACE FUNCTION payouts_check_plan_months() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE unsigned date;
BEGIN
    SELECT paid.month INTO unsigned
    FROM (SELECT date_trunc('month', r.bank_date)::date AS month, max(r.received_at) AS last
          FROM payouts_bankreturn AS r
          JOIN payouts_paymentbatch AS b ON b.id = r.batch_id AND b.pool_id = r.pool_id
          WHERE b.organisation_id = NEW.organisation_id AND r.state = 'APPLIED'
            AND r.success_count > 0 AND r.bank_date < NEW.month
          GROUP BY 1) AS paid
    WHERE NOT EXISTS (
        SELECT FROM payouts_monthsignoff AS s
        WHERE s.organisation_id = NEW.organisation_id AND s.month = paid.month AND s.is_live
          AND s.signed_at >= paid.last)
    ORDER BY paid.month LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'plan_blocked_by_unsigned_month',
            MESSAGE = format('%s is not signed', unsigned);
    END IF;
    RETURN NEW;
END $$;
