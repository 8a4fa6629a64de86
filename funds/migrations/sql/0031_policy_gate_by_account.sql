-- The gate holds whatever spends on 稳岗, 扩岗 and 技能提升 (accounts 5104, 5105), by any event: an
-- entry by hand, a batch that the bank paid, a re-issue, a reclassification. Corrections, reversals
-- and the period-end close spend nothing anew.
CREATE FUNCTION funds_is_policy_gate_shut(book bigint, day date) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE january date := date_trunc('year', day)::date;
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
    WHERE p.book_id = book AND p.month < january
      AND (left(a.code, 1) IN ('4', '5') OR left(a.code, 4) = '3001');
    SELECT (p.value #>> '{}')::numeric INTO months
    FROM accounts_parameter AS p JOIN funds_book AS k ON k.pool_id = p.pool_id
    WHERE k.id = book AND p.code = 'policy_gate_months' AND p.region_code = ''
      AND p.valid_from <= day AND coalesce(p.valid_until, 'infinity'::date) >= day
    ORDER BY p.valid_from DESC LIMIT 1;
    RETURN spent > 0 AND balance * 12 < spent * coalesce(months, 12);
END $$;

CREATE OR REPLACE FUNCTION funds_check_policy_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(l.debit - l.credit) > 0 FROM funds_voucherline AS l
        JOIN funds_ledgeraccount AS a ON a.id = l.account_id
        WHERE l.voucher_id = NEW.id AND left(a.code, 4) IN ('5104', '5105'))
       AND funds_is_policy_gate_shut(NEW.book_id, NEW.voucher_date) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_policy_gate_open',
            MESSAGE = 'last year''s balance does not pay the months that subsidies ask for';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER check_policy_gate ON funds_voucher;
CREATE TRIGGER check_policy_gate BEFORE UPDATE ON funds_voucher
    FOR EACH ROW WHEN (NEW.state = 'POSTED' AND OLD.state <> 'POSTED'
                       AND NEW.event IN ('E09', 'E10', 'E14', 'E16', 'E17', 'RECLASS')
                       AND NEW.corrects_id IS NULL)
    EXECUTE FUNCTION funds_check_policy_gate();
