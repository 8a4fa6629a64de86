-- A funds-use plan is signed only within the budget of its year, line by line (J16).

-- What a book's expenditure lines have used in a year: posted (up to a month), and approved for
-- payment and not posted yet, a plan left out.
CREATE FUNCTION payouts_budget_use(book bigint, first date, last date, without bigint)
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
          AND p.state IN ('HR', 'FINANCE', 'REQUESTED', 'ALLOTTED', 'COVERED')
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

CREATE FUNCTION payouts_check_budget() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    january date := date_trunc('year', NEW.month)::date;
    december date := january + interval '11 months';
    of_year integer := extract(year FROM NEW.month);
    budget bigint; required integer; offence record;
BEGIN
    -- One plan of a book at a time looks at what is left.
    PERFORM FROM funds_book WHERE id = NEW.book_id FOR NO KEY UPDATE;
    SELECT id INTO budget FROM funds_budget
    WHERE book_id = NEW.book_id AND year = of_year AND state = 'APPROVED';
    IF budget IS NULL THEN
        required := (payouts_value_in_force(
            NEW.pool_id, 'budget_required_from_year', '', NEW.month) #>> '{}')::integer;
        IF required IS NULL OR of_year < required THEN
            RETURN NEW;
        END IF;
        IF extract(month FROM NEW.month) > 3 THEN
            RAISE check_violation USING CONSTRAINT = 'funds_plan_needs_a_budget',
                MESSAGE = format('no budget of %s is in force', of_year);
        END IF;
    END IF;
    WITH asked AS (
        SELECT funds_line_of_account(i.ledger_code) AS line, sum(l.amount) AS amount
        FROM funds_fundsuseplanline AS l
        JOIN payouts_benefititem AS i ON i.pool_id = l.pool_id AND i.code = l.item_code
        WHERE l.plan_id = NEW.id AND l.is_live
        GROUP BY 1
    ), used AS (
        SELECT * FROM payouts_budget_use(NEW.book_id, january, december, NEW.id)
    ), bound AS (
        SELECT b.line, b.amount FROM funds_budgetline AS b WHERE b.budget_id = budget
        UNION ALL
        SELECT u.line, u.posted
        FROM payouts_budget_use(NEW.book_id, (january - interval '1 year')::date,
                                (NEW.month - interval '1 year')::date, 0) AS u
        WHERE budget IS NULL
    )
    SELECT a.line, coalesce(b.amount, 0) AS bound, coalesce(u.posted, 0) AS posted,
           coalesce(u.promised, 0) AS promised, a.amount AS asked
    INTO offence
    FROM asked AS a
    LEFT JOIN used AS u ON u.line = a.line
    LEFT JOIN bound AS b ON b.line = a.line
    WHERE coalesce(u.posted, 0) + coalesce(u.promised, 0) + a.amount > coalesce(b.amount, 0)
    ORDER BY a.line LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING
            CONSTRAINT = CASE WHEN budget IS NULL THEN 'funds_plan_within_last_year'
                              ELSE 'funds_plan_within_budget' END,
            MESSAGE = format('line %s would exceed its budget', offence.line),
            DETAIL = concat_ws('|', offence.line, offence.bound, offence.posted,
                               offence.promised, offence.asked);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_budget BEFORE UPDATE ON funds_fundsuseplan
    FOR EACH ROW WHEN (OLD.state = 'HEAD' AND NEW.state IN ('HR', 'COVERED'))
    EXECUTE FUNCTION payouts_check_budget();
