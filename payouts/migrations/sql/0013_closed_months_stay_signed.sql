-- Once a month is closed its signature stands: what the bank reports later is a difference of the
-- month in which it is booked. Otherwise as 0006.
CREATE OR REPLACE FUNCTION payouts_check_plan_months() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE unsigned date;
BEGIN
    SELECT paid.month INTO unsigned
    FROM (SELECT b.book_id, date_trunc('month', r.bank_date)::date AS month,
                 max(r.received_at) AS last
          FROM payouts_bankreturn AS r
          JOIN payouts_paymentbatch AS b ON b.id = r.batch_id AND b.pool_id = r.pool_id
          WHERE b.organisation_id = NEW.organisation_id AND r.state = 'APPLIED'
            AND r.success_count > 0 AND r.bank_date < NEW.month
          GROUP BY 1, 2) AS paid
    WHERE NOT EXISTS (
        SELECT FROM payouts_monthsignoff AS s
        WHERE s.organisation_id = NEW.organisation_id AND s.month = paid.month AND s.is_live
          AND (s.signed_at >= paid.last OR EXISTS (
              SELECT FROM funds_period AS p
              WHERE p.book_id = paid.book_id AND p.month = paid.month AND p.state = 'CLOSED')))
    ORDER BY paid.month LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'plan_blocked_by_unsigned_month',
            MESSAGE = format('%s is not signed', unsigned);
    END IF;
    RETURN NEW;
END $$;
