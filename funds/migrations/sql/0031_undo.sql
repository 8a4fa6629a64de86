-- Subsidies for keeping jobs (E16) and for skills (E17) are posted only if last year's closing
-- balance pays so many months of last year's expenditure (parameter policy_gate_months, else 12).
-- A year without expenditure in the books says nothing, and stops nothing.
CREATE OR REPLACE FUNCTION funds_check_policy_gate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE january date := date_trunc('year', NEW.voucher_date)::date;
        balance numeric; spent numeric; months numeric;
BEGIN
    SELECT coalesce(sum(b.credit - b.debit), 0),
           coalesce(sum(b.debit - b.credit) FILTER (
               WHERE left(a.code, 1) = '5' AND NOT b.is_closing
               AND p.month >= january - interval '1 year'), 0)
    INTO balance, spent
    FROM funds_accountbalance AS b
    JOIN funds_period AS p ON p.id = b.period_id
    JOIN funds_ledgeraccount AS a ON a.id = b.account_id
    WHERE p.book_id = NEW.book_id AND p.month < january
      AND (left(a.code, 1) IN ('4', '5') OR left(a.code, 4) = '3001');
    SELECT (value #>> '{}')::numeric INTO months FROM accounts_parameter
    WHERE pool_id = NEW.pool_id AND code = 'policy_gate_months' AND region_code = ''
      AND valid_from <= NEW.voucher_date
      AND coalesce(valid_until, 'infinity'::date) >= NEW.voucher_date
    ORDER BY valid_from DESC LIMIT 1;
    IF spent > 0 AND balance * 12 < spent * coalesce(months, 12) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_policy_gate_open',
            MESSAGE = format('balance %s after a year that spent %s', balance, spent);
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER check_policy_gate ON funds_voucher;
CREATE TRIGGER check_policy_gate BEFORE UPDATE ON funds_voucher
    FOR EACH ROW WHEN (NEW.state = 'POSTED' AND OLD.state <> 'POSTED'
                       AND NEW.event IN ('E16', 'E17') AND NEW.corrects_id IS NULL)
    EXECUTE FUNCTION funds_check_policy_gate();
DROP FUNCTION funds_is_policy_gate_shut(bigint, date);
